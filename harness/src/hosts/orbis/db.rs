//! The documented database: SQLite, with the plugin's transactions ended when it fails.

mod confined;
mod functions;
mod migrations;
mod script;
mod turns;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::{Connection, Statement};
use serde_json::{Map, Value as Json};

pub(super) use self::turns::{Session, Shared};

use self::confined::Watch;
use super::deadline::Deadline;
use crate::error::{Error, Result};

/// The most that a query may answer: more bytes fit into no plugin, and rows take room of the host's.
const BYTES: usize = 16 * 1024 * 1024;
const ROWS: usize = 100_000;

#[derive(Debug)]
pub(crate) struct Database {
    connection: Connection,
    /// Its file, or what to call it.
    shown: PathBuf,
    /// Where its migrations are.
    folders: Vec<PathBuf>,
    watch: Arc<Watch>,
}

impl Database {
    /// The database in a file, or one in memory, with these migrations and statements.
    pub(super) fn open(file: Option<&Path>, folders: &[PathBuf], sql: &[String]) -> Result<Database> {
        let shown = file.unwrap_or(Path::new("the database in memory")).to_owned();
        let fail = |error: rusqlite::Error| Error::File { path: shown.clone(), reason: error.to_string() };
        let connection = file.map_or_else(Connection::open_in_memory, Connection::open).map_err(fail)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(fail)?;
        let watch = Arc::new(Watch::new());
        functions::guard(&connection, &watch).map_err(fail)?;
        let (shown, folders) = (shown.clone(), folders.to_vec());
        let mut database = Database { connection, shown, folders, watch };
        database.trusted(|connection, folders, shown| {
            migrations::run(connection, folders, shown)?;
            let fail = |reason| Error::File { path: shown.to_owned(), reason: format!("`Orbis::sql`, {reason}") };
            sql.iter().try_for_each(|statements| script::run(connection, statements).map_err(fail))
        })?;
        Ok(database)
    }

    /// Runs the migrations that have not run yet.
    pub(super) fn migrate(&mut self) -> Result<()> {
        self.trusted(migrations::run)
    }

    /// Runs the author's own statements, before the plugin's, which are confined.
    fn trusted(&mut self, run: impl FnOnce(&mut Connection, &[PathBuf], &Path) -> Result<()>) -> Result<()> {
        let fail = |error: rusqlite::Error| Error::File { path: self.shown.clone(), reason: error.to_string() };
        let released = confined::release(&mut self.connection, &self.watch).map_err(fail);
        let ran = released.and_then(|()| run(&mut self.connection, &self.folders, &self.shown));
        let confined = confined::confine(&mut self.connection, &self.watch).map_err(fail);
        ran.and(confined)
    }

    /// From now on statements end when this is over.
    pub(super) fn until(&self, deadline: Deadline) {
        self.watch.until(deadline);
    }

    /// Whether the statement changes something, as `INSERT .. RETURNING` does; one that is none does not.
    pub(super) fn writes(&self, sql: &str) -> bool {
        self.prepare(sql).is_ok_and(|statement| !statement.readonly())
    }

    /// The rows of a query, each an object of its columns.
    pub(super) fn query(&self, sql: &str, params: &[Json]) -> Result<Vec<Json>, String> {
        let mut statement = self.prepare(sql)?;
        self.bind(&mut statement, params)?;
        let names = columns(&statement)?;
        let mut rows = statement.raw_query();
        let (mut all, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.next().map_err(|error| self.told(error))? {
            let mut object = Map::new();
            for (index, name) in names.iter().enumerate() {
                let value = row.get_ref(index).map_err(|error| self.told(error))?;
                bytes += name.len() + value::size(value);
                object.insert(name.clone(), value::to_json(value));
            }
            all.push(Json::Object(object));
            if bytes > BYTES {
                return Err(format!("the rows are more than {BYTES} bytes: ask for fewer with LIMIT"));
            }
            if all.len() > ROWS {
                return Err(format!("there are more than {ROWS} rows: ask for fewer with LIMIT"));
            }
        }
        Ok(all)
    }

    /// The rows of every table as JSON, in the order in which they were inserted.
    pub(super) fn tables(&self) -> BTreeMap<String, Vec<String>> {
        const NAMES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
        self.until(Deadline::after(Duration::MAX));
        let names = self.query(NAMES, &[]).unwrap_or_default();
        let names = names.iter().filter_map(|row| row["name"].as_str());
        let rows = |name: &str| {
            let table = format!("SELECT * FROM \"{}\"", name.replace('"', "\"\""));
            // A table without rowids has the order of its key.
            let ordered = self.query(&format!("{table} ORDER BY rowid"), &[]);
            match ordered.or_else(|_| self.query(&table, &[])) {
                Ok(rows) => rows.iter().map(Json::to_string).collect(),
                Err(reason) => vec![reason],
            }
        };
        names.map(|name| (name.to_owned(), rows(name))).collect()
    }

    /// The number of rows that a statement changed.
    pub(super) fn execute(&self, sql: &str, params: &[Json]) -> Result<i32, String> {
        let mut statement = self.prepare(sql)?;
        self.bind(&mut statement, params)?;
        let before = self.connection.total_changes();
        let mut rows = statement.raw_query();
        // A `RETURNING` clause has rows, which nobody asked for.
        while rows.next().map_err(|error| self.told(error))?.is_some() {}
        let changed = if self.connection.total_changes() == before { 0 } else { self.connection.changes() };
        Ok(i32::try_from(changed).unwrap_or(i32::MAX))
    }

    /// Undoes what the plugin left open; whether it had.
    pub(super) fn roll_back(&self) -> Result<bool, String> {
        if self.connection.is_autocommit() {
            return Ok(false);
        }
        self.watch.restart();
        self.until(Deadline::after(Duration::MAX));
        self.connection.execute_batch("ROLLBACK").map_err(|error| self.told(error))?;
        Ok(true)
    }

    fn prepare(&self, sql: &str) -> Result<Statement<'_>, String> {
        if sql.trim().is_empty() {
            return Err("there is no statement".to_owned());
        }
        self.watch.restart();
        self.connection.prepare(sql).map_err(|error| self.told(error))
    }

    fn bind(&self, statement: &mut Statement<'_>, params: &[Json]) -> Result<(), String> {
        let wanted = statement.parameter_count();
        if wanted != params.len() {
            return Err(format!("the statement has {wanted} parameters, and {} were given", params.len()));
        }
        for (index, param) in params.iter().enumerate() {
            let value = value::from_json(param)?;
            statement.raw_bind_parameter(index + 1, value).map_err(|error| self.told(error))?;
        }
        Ok(())
    }

    /// SQLite's reason, without the words around it.
    fn told(&self, error: rusqlite::Error) -> String {
        if let Some(verdict) = error.sqlite_error_code().and_then(|code| self.watch.verdict(code)) {
            return verdict;
        }
        match error {
            rusqlite::Error::MultipleStatement => "more than one statement: give them one by one".to_owned(),
            rusqlite::Error::SqliteFailure(_, Some(message)) | rusqlite::Error::SqlInputError { msg: message, .. } => {
                message
            }
            other => other.to_string(),
        }
    }
}

fn columns(statement: &Statement<'_>) -> Result<Vec<String>, String> {
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let twice = names.iter().enumerate().find(|(index, name)| names[..*index].contains(name));
    match twice {
        Some((_, name)) => Err(format!("two columns are called `{name}`: a row is an object, so name one with AS")),
        None => Ok(names),
    }
}
