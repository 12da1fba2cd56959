//! The documented database: SQLite, with the plugin's transactions ended when it fails.

mod migrations;
mod value;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::limits::Limit;
use rusqlite::{Connection, Statement};
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// The longest text or blob, and the most that a query may answer: more fits into no plugin.
const BYTES: usize = 16 * 1024 * 1024;

/// SQLite's own instructions for one statement, a second or two: fuel does not count them.
const STEPS: u32 = 10_000_000;

/// After how many of them the count is looked at.
const STEPS_AT_ONCE: u32 = 10_000;

#[derive(Debug)]
pub(super) struct Database {
    connection: Connection,
    /// Its file, or what to call it.
    shown: PathBuf,
    /// Where its migrations are.
    folders: Vec<PathBuf>,
    /// Looks at the running statement, in units of [`STEPS_AT_ONCE`].
    steps: Arc<AtomicU32>,
}

impl Database {
    /// The database in a file, or one in memory, with these migrations and statements.
    pub(super) fn open(file: Option<&Path>, folders: &[PathBuf], sql: &[String]) -> Result<Database> {
        let shown = file.unwrap_or(Path::new("the database in memory")).to_owned();
        let fail = |error: rusqlite::Error| Error::File { path: shown.clone(), reason: error.to_string() };
        let connection = file.map_or_else(Connection::open_in_memory, Connection::open).map_err(fail)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(fail)?;
        let (shown, folders) = (shown.clone(), folders.to_vec());
        let mut database = Database { connection, shown, folders, steps: Arc::default() };
        database.trusted(|connection, folders| {
            migrations::run(connection, folders)?;
            sql.iter().try_for_each(|statements| Ok(connection.execute_batch(statements)?))
        })?;
        Ok(database)
    }

    /// Runs the migrations that have not run yet.
    pub(super) fn migrate(&mut self) -> Result<()> {
        self.trusted(migrations::run)
    }

    /// Runs the author's own statements, before the plugin's, which are confined.
    fn trusted(&mut self, run: impl FnOnce(&mut Connection, &[PathBuf]) -> Result<(), Failed>) -> Result<()> {
        let ran = self.release().map_err(Failed::from).and_then(|()| run(&mut self.connection, &self.folders));
        let confined = self.confine();
        let fail = |error: Failed| Error::File { path: self.shown.clone(), reason: error.to_string() };
        ran.and(confined.map_err(Failed::from)).map_err(fail)
    }

    /// Takes back what [`Database::confine`] does; the numbers are SQLite's own.
    fn release(&mut self) -> rusqlite::Result<()> {
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 10)?;
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 1_000_000_000)?;
        self.connection.progress_handler(0, None::<fn() -> bool>)
    }

    /// What a plugin's statements cannot do: reach other files, answer without end, fill the host.
    fn confine(&mut self) -> rusqlite::Result<()> {
        // `ATTACH` and `VACUUM INTO` write to any path.
        self.connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, BYTES as i32)?;
        let steps = Arc::clone(&self.steps);
        let count = move || steps.fetch_add(1, Ordering::Relaxed) >= STEPS / STEPS_AT_ONCE;
        self.connection.progress_handler(STEPS_AT_ONCE as i32, Some(count))
    }

    /// Whether the statement changes something, as `INSERT .. RETURNING` does; one that is none does not.
    pub(super) fn writes(&self, sql: &str) -> bool {
        self.prepare(sql).is_ok_and(|statement| !statement.readonly())
    }

    /// The rows of a query, each an object of its columns.
    pub(super) fn query(&self, sql: &str, params: &[Json]) -> Result<Vec<Json>, String> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, params)?;
        let names = columns(&statement)?;
        let mut rows = statement.raw_query();
        let (mut all, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(told)? {
            let mut object = Map::new();
            for (index, name) in names.iter().enumerate() {
                let value = row.get_ref(index).map_err(told)?;
                bytes += name.len() + value::size(value);
                object.insert(name.clone(), value::to_json(value));
            }
            all.push(Json::Object(object));
            if bytes > BYTES {
                return Err(format!("the rows are more than {BYTES} bytes: ask for fewer with LIMIT"));
            }
        }
        Ok(all)
    }

    /// The number of rows that a statement changed.
    pub(super) fn execute(&self, sql: &str, params: &[Json]) -> Result<i32, String> {
        let mut statement = self.prepare(sql)?;
        bind(&mut statement, params)?;
        let before = self.connection.total_changes();
        let mut rows = statement.raw_query();
        // A `RETURNING` clause has rows, which nobody asked for.
        while rows.next().map_err(told)?.is_some() {}
        let changed = if self.connection.total_changes() == before { 0 } else { self.connection.changes() };
        Ok(i32::try_from(changed).unwrap_or(i32::MAX))
    }

    /// Undoes what the plugin left open; whether it had.
    pub(super) fn roll_back(&self) -> Result<bool, String> {
        if self.connection.is_autocommit() {
            return Ok(false);
        }
        self.steps.store(0, Ordering::Relaxed);
        self.connection.execute_batch("ROLLBACK").map_err(told)?;
        Ok(true)
    }

    fn prepare(&self, sql: &str) -> Result<Statement<'_>, String> {
        if sql.trim().is_empty() {
            return Err("there is no statement".to_owned());
        }
        self.steps.store(0, Ordering::Relaxed);
        self.connection.prepare(sql).map_err(told)
    }
}

/// Why a database did not open.
type Failed = Box<dyn std::error::Error>;

/// SQLite's reason, without the words around it.
fn told(error: rusqlite::Error) -> String {
    match error {
        rusqlite::Error::MultipleStatement => "more than one statement: give them one by one".to_owned(),
        rusqlite::Error::SqliteFailure(failure, _) if failure.code == rusqlite::ErrorCode::OperationInterrupted => {
            format!("the statement took more than {STEPS} steps")
        }
        rusqlite::Error::SqliteFailure(_, Some(message)) | rusqlite::Error::SqlInputError { msg: message, .. } => {
            message
        }
        other => other.to_string(),
    }
}

fn bind(statement: &mut Statement<'_>, params: &[Json]) -> Result<(), String> {
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        return Err(format!("the statement has {wanted} parameters, and {} were given", params.len()));
    }
    for (index, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value::from_json(param)?).map_err(told)?;
    }
    Ok(())
}

fn columns(statement: &Statement<'_>) -> Result<Vec<String>, String> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    match twice {
        Some((_, name)) => Err(format!("two columns are called `{name}`: a row is an object, so name one with AS")),
        None => Ok(names),
    }
}
