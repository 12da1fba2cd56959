//! An item, in JSON and in the database.

use plugsmith::orbis::{self, Error, User};
use serde::{Deserialize, Serialize};

/// An item.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its number.
    pub id: i64,
    /// Its name; not empty, and of 100 bytes at most.
    pub name: String,
    /// Its description; of 10,000 bytes at most.
    pub description: String,
    /// The id of the user who made it.
    pub owner: String,
}

impl Item {
    /// Refuses whoever is neither its owner nor an admin.
    pub(crate) fn require_owner(&self, user: &User) -> Result<(), Error> {
        if self.owner == user.id { Ok(()) } else { user.require_admin() }
    }
}

/// What a client says of an item.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewItem {
    /// Its name; not empty, and of 100 bytes at most.
    pub name: String,
    /// Its description, if it has one; of 10,000 bytes at most.
    pub description: Option<String>,
}

/// A field and what is wrong with it.
#[derive(Serialize)]
struct Fault {
    field: &'static str,
    message: &'static str,
}

impl NewItem {
    /// Names every field that is not acceptable.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let mut faults = Vec::new();
        if self.name.trim().is_empty() {
            faults.push(Fault { field: "name", message: "must not be empty" });
        }
        if self.name.len() > 100 {
            faults.push(Fault { field: "name", message: "must not be longer than 100 bytes" });
        }
        if self.description.as_ref().is_some_and(|text| text.len() > 10_000) {
            faults.push(Fault { field: "description", message: "must not be longer than 10,000 bytes" });
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::invalid("the item is not valid").with_details(&faults)) }
    }
}

/// Makes the table, if it is not there. The shipped host never calls `init`, so every handler does.
pub(crate) fn make_table() -> Result<(), Error> {
    orbis::db().execute(
        "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, \
         owner TEXT NOT NULL)",
        (),
    )?;
    Ok(())
}

/// The item with this id.
pub(crate) fn find(id: i64) -> Result<Item, Error> {
    orbis::db()
        .query_one("SELECT id, name, description, owner FROM items WHERE id = ?", (id,))?
        .ok_or_else(|| Error::not_found(format!("no item {id}")))
}
