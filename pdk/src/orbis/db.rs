//! `db()`: SQL, run by the host.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::state;
use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::protocol::orbis::RETURNING;
use crate::text::join;

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

    /// The one column of a query's first row, such as a count; `None` where there is no row.
    ///
    /// ```
    /// use plugsmith::orbis::{db, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// host.mock_query("SELECT count(*) FROM items", &[serde_json::json!({"count(*)": 2})]);
    /// let count: Option<u64> = db().query_value("SELECT count(*) FROM items", ())?;
    /// assert_eq!(count, Some(2));
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Db::query`]; also a row of more than one column.
    pub fn query_value<T: DeserializeOwned>(&self, sql: &str, parameters: impl Parameters) -> Result<Option<T>, Error> {
        Ok(self.query_one(sql, parameters)?.map(|Column(value)| value))
    }

    /// How many rows a statement has changed.
    ///
    /// # Errors
    /// A host that refuses, or SQL that fails.
    pub fn execute(&self, sql: &str, parameters: impl Parameters) -> Result<u64, Error> {
        self.host.db_execute(sql, &parameters.encode()?)
    }

    /// The id of the row that an `INSERT` makes: `RETURNING rowid AS id` is put behind it, on a
    /// line of its own, so it is one call. That is SQLite's; a table `WITHOUT ROWID`, another
    /// database, or a key that is no `rowid` needs a `RETURNING` of its own, with one integer column.
    ///
    /// ```
    /// use plugsmith::orbis::{db, testing::MockHost};
    ///
    /// let host = MockHost::new();
    /// host.mock_query("INSERT INTO items *", &[serde_json::json!({"id": 8})]);
    /// assert_eq!(db().insert("INSERT INTO items (name) VALUES (?)", ("ink",))?, 8);
    /// # Ok::<(), plugsmith::orbis::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Db::query`]; also a statement that makes no row, as `INSERT OR IGNORE` may, and a
    /// `RETURNING` of more than one column.
    pub fn insert(&self, sql: &str, parameters: impl Parameters) -> Result<i64, Error> {
        let behind = if has_returning(sql) { "" } else { RETURNING };
        let sql = join(&[sql.trim_end().trim_end_matches(';'), behind]);
        self.query_value(&sql, parameters)?.ok_or_else(|| {
            Error::private(join(&[
                "'",
                &sql,
                "' inserted no row: `OR IGNORE` and `DO NOTHING` insert none where one exists already",
            ]))
        })
    }

    /// The id of the row that was inserted last, in SQLite; on a host that keeps more than one
    /// connection it may be somebody else's: use [`Db::insert`].
    ///
    /// # Errors
    /// As [`Db::query`].
    pub fn last_id(&self) -> Result<i64, Error> {
        Ok(self.query_value("SELECT last_insert_rowid() AS id", ())?.unwrap_or(0))
    }
}

/// A `bool` of a column: SQLite has none, and stores `true` as 1 and `false` as 0.
///
/// ```
/// #[derive(serde::Deserialize)]
/// struct Task {
///     #[serde(deserialize_with = "plugsmith::orbis::db::boolean")]
///     done: bool,
/// }
///
/// let task: Task = serde_json::from_str(r#"{"done": 1}"#)?;
/// assert!(task.done);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// A value other than 0, 1, `false` and `true`.
pub fn boolean<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    struct Boolean;
    impl Visitor<'_> for Boolean {
        type Value = bool;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("0 or 1")
        }

        fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<bool, E> {
            Ok(value)
        }

        fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<bool, E> {
            match value {
                0 => Ok(false),
                1 => Ok(true),
                other => Err(E::invalid_value(Unexpected::Unsigned(other), &self)),
            }
        }
    }
    deserializer.deserialize_any(Boolean)
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
        Some(error) => Err(Error::private(join(&["db_query '", sql, "': ", &error]))),
    }
}

/// Whether the word `RETURNING` stands in a statement, outside of quotes and comments.
fn has_returning(sql: &str) -> bool {
    let mut rest = sql;
    loop {
        // The length of what opens a part that does not count, and what ends it. A doubled quote reads
        // as two texts.
        let (opening, end) = match rest.as_bytes() {
            [] => return false,
            [b'\'', ..] => (1, "'"),
            [b'"', ..] => (1, "\""),
            [b'`', ..] => (1, "`"),
            [b'[', ..] => (1, "]"),
            [b'-', b'-', ..] => (2, "\n"),
            [b'/', b'*', ..] => (2, "*/"),
            _ => {
                let length = rest.bytes().take_while(|&byte| is_in_a_word(byte)).count();
                if rest[..length].eq_ignore_ascii_case("returning") {
                    return true;
                }
                rest = &rest[length.max(1)..];
                continue;
            }
        };
        rest = rest[opening..].split_once(end).map_or("", |(_, rest)| rest);
    }
}

/// Letters beyond ASCII are part of names.
fn is_in_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// A row of one column, whatever its name.
struct Column<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Column<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Column<T>, D::Error> {
        struct Only<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<T> {
            type Value = Column<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row of one column")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut row: A) -> Result<Column<T>, A::Error> {
                let value = match row.next_entry::<IgnoredAny, T>()? {
                    Some((_, value)) => value,
                    None => return Err(A::Error::invalid_length(0, &self)),
                };
                match row.next_entry::<IgnoredAny, IgnoredAny>()? {
                    Some(_) => Err(A::Error::invalid_length(2, &self)),
                    None => Ok(Column(value)),
                }
            }
        }
        deserializer.deserialize_map(Only(PhantomData))
    }
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
    /// The value of a column; 0 and 1 are read as a `bool` too, which SQLite has not.
    ///
    /// # Errors
    /// No such column, or a value of another type.
    pub fn get<T: DeserializeOwned>(&self, column: &str) -> Result<T, Error> {
        let value = self.columns.get(column);
        let value = value.ok_or_else(|| Error::private(join(&["the row has no column '", column, "'"])))?;
        let read = T::deserialize(value).or_else(|error| match value.as_u64() {
            // SQLite stores a `bool` as a number.
            Some(number @ 0..=1) => T::deserialize(serde_json::Value::Bool(number == 1)).map_err(|_| error),
            _ => Err(error),
        });
        read.map_err(|error| Error::private(join(&["column '", column, "': ", &error.to_string()])))
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
    use super::{has_returning, rows};

    #[test]
    fn a_returning_is_a_word_outside_of_quotes() {
        let found = |sql: &&str| has_returning(sql);
        assert!(
            [
                "INSERT INTO a VALUES (1) returning key",
                "INSERT INTO a VALUES (')')\nRETURNING(b)",
                "INSERT INTO [a]/* it's */VALUES (1)-- \"\nRETURNING b",
            ]
            .iter()
            .all(found)
        );
        assert!(
            ![
                "",
                "INSERT INTO a VALUES ('returning')",
                "INSERT INTO returning_customers VALUES (1)",
                "INSERT INTO returningä VALUES (1)",
                "INSERT INTO a VALUES (1) -- not returning",
                "INSERT INTO a VALUES (1) /*/ returning */",
                "INSERT INTO [returning x] VALUES ('it''s returning', 1 - 2 / 3)",
                "INSERT INTO a VALUES ('returning",
            ]
            .iter()
            .any(found)
        );
    }

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
