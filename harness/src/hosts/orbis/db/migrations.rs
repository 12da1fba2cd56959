//! The `.sql` files that make a database: in the order of their names, each once.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use super::Failed;

/// Where a database notes which files have run.
const NOTES: &str = "CREATE TABLE IF NOT EXISTS _plugsmith_migrations (name TEXT PRIMARY KEY, hash TEXT NOT NULL)";

/// Runs what has not run yet.
pub(super) fn run(connection: &mut Connection, folders: &[PathBuf]) -> Result<(), Failed> {
    for folder in folders {
        for file in files(folder)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let sql = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
            once(connection, &name, &sql).map_err(|error| format!("{}: {error}", file.display()))?;
        }
    }
    Ok(())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let unreadable = |error: std::io::Error| format!("no migrations in {}: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "sql") {
            files.push(path);
        }
    }
    if files.is_empty() {
        return Err(format!("no .sql file in {}", folder.display()).into());
    }
    files.sort();
    Ok(files)
}

fn once(connection: &mut Connection, name: &str, sql: &str) -> Result<(), Failed> {
    connection.execute_batch(NOTES)?;
    let hash = hex(&Sha256::digest(sql));
    let noted: Option<String> = connection
        .query_row("SELECT hash FROM _plugsmith_migrations WHERE name = ?1", [name], |row| row.get(0))
        .map(Some)
        .or_else(|error| if error == rusqlite::Error::QueryReturnedNoRows { Ok(None) } else { Err(error) })?;
    match noted {
        Some(noted) if noted == hash => return Ok(()),
        Some(_) => {
            return Err(
                "it has changed since it ran in this database: add a new file, or start with a new database".into()
            );
        }
        None => {}
    }
    let transaction = connection.transaction()?;
    transaction.execute_batch(sql)?;
    transaction.execute("INSERT INTO _plugsmith_migrations (name, hash) VALUES (?1, ?2)", [name, &hash])?;
    Ok(transaction.commit()?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
