//! The complete example of the Orbis plugin page, as real work: items in a database.

#![forbid(unsafe_code)]

pub mod item;

use plugsmith::Json;
use plugsmith::orbis::{self, Error, Response, User, lifecycle, route};

use crate::item::{Item, NewItem};

/// The most items in one answer.
const MOST: u32 = 100;

/// Makes the table.
#[lifecycle]
fn init() -> Result<(), Error> {
    item::make_table()
}

/// Lists the items, newest first.
///
/// # Errors
/// Those of the database.
#[route(GET, "/api/items", requires_auth = false)]
pub fn list_items(limit: Option<u32>, offset: Option<u32>) -> Result<Vec<Item>, Error> {
    item::make_table()?;
    orbis::db().query(
        "SELECT id, name, description, owner FROM items ORDER BY id DESC LIMIT ? OFFSET ?",
        (limit.unwrap_or(20).min(MOST), offset.unwrap_or(0)),
    )
}

/// Makes an item of the one who is logged in.
///
/// # Errors
/// 422 for an item that is not valid.
#[route(POST, "/api/items", rate_limit = 60)]
pub fn create_item(user: User, Json(new): Json<NewItem>) -> Result<Response, Error> {
    new.check()?;
    item::make_table()?;
    let id = orbis::db().insert(
        "INSERT INTO items (name, description, owner) VALUES (?, ?, ?)",
        (&new.name, new.description.as_deref().unwrap_or_default(), &user.id),
    )?;
    orbis::log().info(format!("item {id} was made by {}", user.id));
    let location = format!("/api/items/{id}");
    Ok(Response::created(&item::find(id)?).with_header("location", &location))
}

/// Gets an item.
///
/// # Errors
/// 404 where there is none.
#[route(GET, "/api/items/{id}", requires_auth = false)]
pub fn get_item(id: i64) -> Result<Json<Item>, Error> {
    item::make_table()?;
    item::find(id).map(Json)
}

/// Changes an item, which must be one's own.
///
/// # Errors
/// 404 where there is none, 403 for somebody else's, 422 for one that is not valid.
#[route(PUT, "/api/items/{id}")]
pub fn update_item(id: i64, user: User, Json(new): Json<NewItem>) -> Result<Json<Item>, Error> {
    new.check()?;
    item::make_table()?;
    item::find(id)?.require_owner(&user)?;
    orbis::db().execute(
        "UPDATE items SET name = ?, description = ? WHERE id = ?",
        (&new.name, new.description.as_deref().unwrap_or_default(), id),
    )?;
    item::find(id).map(Json)
}

/// Deletes an item, which must be one's own.
///
/// # Errors
/// 404 where there is none, 403 for somebody else's.
#[route(DELETE, "/api/items/{id}")]
pub fn delete_item(id: i64, user: User) -> Result<(), Error> {
    item::make_table()?;
    item::find(id)?.require_owner(&user)?;
    orbis::db().execute("DELETE FROM items WHERE id = ?", (id,))?;
    Ok(())
}

orbis::export_plugin!(
    init,
    list_items,
    create_item,
    get_item,
    update_item,
    delete_item,
    permissions = ["database_read", "database_write"],
    pages = "pages.json",
);

#[cfg(test)]
mod tests;
