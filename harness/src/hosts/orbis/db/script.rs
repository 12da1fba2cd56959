//! The author's own SQL, statement by statement: a mistake is told with its line.

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection, Error, ErrorCode, Statement};

/// Runs all statements, up to the first that fails: `line 3: no such table: items`.
pub(super) fn run(connection: &Connection, sql: &str) -> Result<(), String> {
    let mut batch = Batch::new(connection, sql);
    // Where the next statement begins, with what is blank before it.
    let mut at = 0;
    loop {
        let ran = match batch.next() {
            Ok(None) => return Ok(()),
            Ok(Some(statement)) if statement.parameter_count() > 0 => {
                return Err(format!(
                    "line {}: a parameter has no value here: write the value",
                    line(sql, after(sql, at))
                ));
            }
            Ok(Some(mut statement)) => {
                // The text as it stands, as it has no parameters.
                let text = statement.expanded_sql().unwrap_or_default();
                step(&mut statement).inspect(|()| at += sql[at..].find(&text).map_or(0, |gap| gap + text.len()))
            }
            Err(error) => Err(error),
        };
        ran.map_err(|error| format!("line {}: {}", line(sql, place(sql, at, &error)), told(&error)))?;
    }
}

fn step(statement: &mut Statement<'_>) -> rusqlite::Result<()> {
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

/// Where an error is, in the statement that begins at `at` or behind it.
fn place(sql: &str, at: usize, error: &Error) -> usize {
    match error {
        // Its text is what is left of the script.
        Error::SqlInputError { sql: rest, offset, .. } => {
            sql.len() - rest.len() + usize::try_from(*offset).unwrap_or(0)
        }
        _ => after(sql, at),
    }
}

fn line(sql: &str, place: usize) -> usize {
    1 + sql.bytes().take(place).filter(|byte| *byte == b'\n').count()
}

/// The first word from there on, after spaces, empty statements and comments.
fn after(sql: &str, at: usize) -> usize {
    let mut rest = &sql[at..];
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == ';');
        let end = match rest.get(..2) {
            Some("--") => rest.find('\n'),
            Some("/*") => rest.find("*/").map(|end| end + 2),
            _ => None,
        };
        match end {
            Some(end) => rest = &rest[end..],
            None => return sql.len() - rest.len(),
        }
    }
}

fn told(error: &Error) -> String {
    match error {
        // Nothing else is ever denied to the author.
        Error::SqliteFailure(failure, _) if failure.code == ErrorCode::AuthorizationForStatementDenied => {
            "a migration is one transaction: leave out BEGIN, COMMIT and ROLLBACK".to_owned()
        }
        Error::SqliteFailure(_, Some(message)) | Error::SqlInputError { msg: message, .. } => message.clone(),
        other => other.to_string(),
    }
}
