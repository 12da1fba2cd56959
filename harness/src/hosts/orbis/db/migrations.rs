//! The `.sql` files that make a database: in the order of their names, each once.
//!
//! A database notes a file's name and its hash, and not where it was: folders move, and two of them
//! may each have a `001.sql`.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use sha2::{Digest, Sha256};

use super::script;
use crate::artifact::file;
use crate::error::{Error, Result};
use crate::text::hex;

/// Where a database notes which files have run.
const NOTES: &str = "CREATE TABLE IF NOT EXISTS _plugsmith_migrations
    (name TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (name, hash))";

/// A file of SQL.
struct Migration {
    path: PathBuf,
    name: String,
    hash: String,
    sql: String,
}

impl Migration {
    fn read(path: PathBuf) -> Result<Migration> {
        let fail = |error: std::io::Error| Error::File { path: path.clone(), reason: error.to_string() };
        let sql = file::read_long_text(&path).map_err(fail)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Migration { hash: hex(&Sha256::digest(&sql)), path, name, sql })
    }

    fn fail(&self, reason: String) -> Error {
        Error::File { path: self.path.clone(), reason }
    }
}

/// Runs what has not run yet in the database, which messages call `shown`.
pub(super) fn run(connection: &mut Connection, folders: &[PathBuf], shown: &Path) -> Result<()> {
    let mut migrations = Vec::new();
    for folder in folders {
        for file in files(folder)? {
            migrations.push(Migration::read(file)?);
        }
    }
    for migration in &migrations {
        let noted = noted(connection, migration).map_err(|error| migration.fail(error.to_string()))?;
        if noted.contains(&migration.hash) {
            continue;
        }
        // What is noted under this name is another folder's, or an older version of this file.
        let is_there =
            |hash: &String| migrations.iter().any(|other| other.name == migration.name && other.hash == *hash);
        if !noted.iter().all(is_there) {
            let shown = shown.display();
            return Err(migration.fail(format!(
                "it has changed since it ran in {shown}: add a new file, or start with a new database"
            )));
        }
        once(connection, migration).map_err(|reason| migration.fail(reason))?;
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |reason: String| Error::File { path: folder.to_owned(), reason };
    let unreadable = |error: std::io::Error| fail(format!("no migrations: {error}"));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(fail("no migrations: there is no .sql file in it".to_owned()));
    }
    files.sort();
    Ok(files)
}

/// The hashes that are noted under the file's name.
fn noted(connection: &Connection, migration: &Migration) -> rusqlite::Result<Vec<String>> {
    connection.execute_batch(NOTES)?;
    let mut statement = connection.prepare("SELECT hash FROM _plugsmith_migrations WHERE name = ?1")?;
    statement.query_map([&migration.name], |row| row.get(0))?.collect()
}

fn once(connection: &mut Connection, migration: &Migration) -> Result<(), String> {
    let told = |error: rusqlite::Error| error.to_string();
    let note = "INSERT INTO _plugsmith_migrations (name, hash) VALUES (?1, ?2)";
    // A COMMIT of its own would keep the first half of a file that fails. A savepoint is none.
    let no_commit = |context: AuthContext<'_>| match context.action {
        AuthAction::Transaction { .. } => Authorization::Deny,
        _ => Authorization::Allow,
    };
    connection.authorizer(Some(no_commit)).map_err(told)?;
    let savepoint = connection.savepoint().map_err(told)?;
    script::run(&savepoint, &migration.sql)?;
    savepoint.execute(note, [&migration.name, &migration.hash]).map_err(told)?;
    savepoint.commit().map_err(told)?;
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>).map_err(told)
}
