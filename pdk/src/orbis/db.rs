//! `db()`: SQL, run by the host.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Error, state};
use crate::abi::orbis::HostHandle;

/// The host's database.
pub fn db() -> Db {
    Db::new(HostHandle::current())
}

/// The host's database.
///
/// The manifest must ask for `database_read` and `database_write`. The shipped host looks for
/// another spelling than its parser takes, so it refuses both to everybody; its own log says so.
#[derive(Clone, Debug)]
pub struct Db {
    host: HostHandle,
}

impl Db {
    pub(crate) fn new(host: HostHandle) -> Db {
        Db { host }
    }

    /// The rows of a query, each as a `T` whose fields are the columns, or as a [`Row`].
    ///
    /// ```
    /// use plugsmith::orbis::{db, testing::MockHost};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Item { id: i64, name: String }
    ///
    /// let host = MockHost::new();
    /// host.mock_query("SELECT * FROM items WHERE id = ?", &[serde_json::json!({"id": 7, "name": "pen"})]);
    /// let items: Vec<Item> = db().query("SELECT * FROM items WHERE id = ?", (7,))?;
    /// assert_eq!((items[0].id, items[0].name.as_str()), (7, "pen"));
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// A host that refuses, SQL that fails, or a row that is no `T`.
    pub fn query<T: DeserializeOwned>(&self, sql: &str, parameters: impl Parameters) -> Result<Vec<T>, Error> {
        let json = self.host.db_query(sql, &parameters.encode()?)?;
        rows(sql, &json)
    }

    /// The first row of a query; `None` where there is none.
    ///
    /// # Errors
    /// As [`Db::query`].
    pub fn query_one<T: DeserializeOwned>(&self, sql: &str, parameters: impl Parameters) -> Result<Option<T>, Error> {
        Ok(self.query(sql, parameters)?.into_iter().next())
    }

    /// How many rows a statement has changed.
    ///
    /// # Errors
    /// A host that refuses, or SQL that fails.
    pub fn execute(&self, sql: &str, parameters: impl Parameters) -> Result<u64, Error> {
        self.host.db_execute(sql, &parameters.encode()?)
    }

    /// The `id` of the row that an `INSERT` makes: ` RETURNING id` is put behind it, so it is one
    /// call, and the same in SQLite and PostgreSQL.
    ///
    /// ```
    /// use plugsmith::orbis::{db, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// host.mock_query("INSERT INTO items (name) VALUES (?) RETURNING id", &[serde_json::json!({"id": 8})]);
    /// assert_eq!(db().insert("INSERT INTO items (name) VALUES (?)", ("ink",))?, 8);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Db::query`]; also a statement that makes no row.
    pub fn insert(&self, sql: &str, parameters: impl Parameters) -> Result<i64, Error> {
        let sql = [sql.trim_end().trim_end_matches(';'), " RETURNING id"].concat();
        let made: Option<Made> = self.query_one(&sql, parameters)?;
        made.map(|row| row.id).ok_or_else(|| Error::internal(["'", &sql, "' made no row"].concat()))
    }

    /// The id of the row that was inserted last, in SQLite; on a host that keeps more than one
    /// connection it may be somebody else's: use [`Db::insert`].
    ///
    /// # Errors
    /// As [`Db::query`].
    pub fn last_id(&self) -> Result<i64, Error> {
        let made: Option<Made> = self.query_one("SELECT last_insert_rowid() AS id", ())?;
        Ok(made.map_or(0, |row| row.id))
    }
}

/// Rows as Orbis' SDK reads them; the shipped host answers the bare array.
#[derive(Deserialize)]
struct Rows<T> {
    #[serde(default = "Vec::new")]
    rows: Vec<T>,
    #[serde(default)]
    error: Option<String>,
}

fn rows<T: DeserializeOwned>(sql: &str, json: &str) -> Result<Vec<T>, Error> {
    if json.starts_with('[') {
        return state::decode("db_query '", sql, json);
    }
    let answer: Rows<T> = state::decode("db_query '", sql, json)?;
    match answer.error {
        None => Ok(answer.rows),
        Some(error) => Err(Error::internal(["db_query '", sql, "': ", &error].concat())),
    }
}

#[derive(Deserialize)]
struct Made {
    id: i64,
}

/// A row whose columns are asked for by name.
///
/// ```
/// use plugsmith::orbis::Row;
///
/// let row: Row = serde_json::from_str(r#"{"name": "pen", "price": null}"#)?;
/// assert_eq!(row.get::<String>("name")?, "pen");
/// assert_eq!(row.get::<Option<f64>>("price")?, None);
/// assert_eq!(row.get::<String>("color").unwrap_err().message(), "the row has no column 'color'");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Row {
    columns: BTreeMap<String, serde_json::Value>,
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// No such column, or a value of another type.
    pub fn get<T: DeserializeOwned>(&self, column: &str) -> Result<T, Error> {
        let value = self.columns.get(column);
        let value = value.ok_or_else(|| Error::internal(["the row has no column '", column, "'"].concat()))?;
        T::deserialize(value).map_err(|error| Error::internal(["column '", column, "': ", &error.to_string()].concat()))
    }

    /// The columns' names, in order.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }
}

/// The parameters of a statement, for its `?` one by one: a tuple `(7, "pen")`, an array, a slice,
/// a `Vec`, or `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of a statement's parameters",
    note = "write a tuple, also for one: `(id,)`; an array, a slice or a `Vec` of one type; or `()` for none"
)]
pub trait Parameters {
    /// The JSON array.
    ///
    /// # Errors
    /// A value without a JSON form.
    fn encode(&self) -> Result<String, Error>;
}

impl Parameters for () {
    fn encode(&self) -> Result<String, Error> {
        Ok("[]".to_owned())
    }
}

impl<T: Serialize> Parameters for &[T] {
    fn encode(&self) -> Result<String, Error> {
        state::encode(self)
    }
}

impl<T: Serialize> Parameters for Vec<T> {
    fn encode(&self) -> Result<String, Error> {
        state::encode(self)
    }
}

impl<T: Serialize, const N: usize> Parameters for [T; N] {
    fn encode(&self) -> Result<String, Error> {
        state::encode(self.as_slice())
    }
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: Serialize),*> Parameters for ($($name,)*) {
            fn encode(&self) -> Result<String, Error> {
                state::encode(self)
            }
        }
    )*};
}
tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
    A B C D E F G H I; A B C D E F G H I J; A B C D E F G H I J K; A B C D E F G H I J K L;
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn rows_come_bare_or_named_or_as_an_error() {
        assert_eq!(rows::<u8>("SELECT 1", "[1, 2]"), Ok(vec![1, 2]));
        assert_eq!(rows::<u8>("SELECT 1", r#"{"rows": [1, 2]}"#), Ok(vec![1, 2]));
        assert_eq!(
            rows::<u8>("SELECT 1", r#"{"rows": [], "error": "no such table: items"}"#).unwrap_err().message(),
            "db_query 'SELECT 1': no such table: items"
        );
    }
}
