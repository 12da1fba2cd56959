//! Answers for the statements that a test expects.

use serde_json::Value;

use crate::error::orbis::Error;
use crate::in_memory::glob::glob_matches;
use crate::protocol::orbis::RETURNING;

/// Answers by statement; the newest that matches is given.
#[derive(Clone, Debug, Default)]
pub struct Database {
    queries: Vec<(String, Result<Vec<Value>, Error>)>,
    statements: Vec<(String, Result<u64, Error>)>,
    seen: Vec<Statement>,
    pub(super) is_closed: bool,
}

/// A statement that the plugin ran.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The SQL.
    pub sql: String,
    /// Its parameters.
    pub parameters: Vec<Value>,
}

impl Database {
    /// Answers queries that are, or match as a glob, `sql`.
    ///
    /// A `bool` becomes 0 or 1, as in SQLite, which has none.
    pub fn mock_query(&mut self, sql: &str, mut answer: Result<Vec<Value>, Error>) {
        for row in answer.iter_mut().flatten().filter_map(Value::as_object_mut) {
            for (_, column) in row {
                if let Value::Bool(value) = *column {
                    *column = u8::from(value).into();
                }
            }
        }
        self.queries.push((sql.to_owned(), answer));
    }

    /// Answers statements that are, or match as a glob, `sql`.
    pub fn mock_execute(&mut self, sql: &str, answer: Result<u64, Error>) {
        self.statements.push((sql.to_owned(), answer));
    }

    /// What was run so far.
    pub fn seen(&self) -> &[Statement] {
        &self.seen
    }

    pub(crate) fn query(&mut self, sql: &str, parameters: &str) -> Result<String, Error> {
        self.note("db_query", sql, parameters)?;
        let rows = answer(&self.queries, sql).unwrap_or_else(|| Err(unanswered(sql)))?;
        Ok(Value::Array(rows).to_string())
    }

    pub(crate) fn execute(&mut self, sql: &str, parameters: &str) -> Result<u64, Error> {
        self.note("db_execute", sql, parameters)?;
        answer(&self.statements, sql).unwrap_or_else(|| {
            Err(Error::private(format!("no mock answers the statement: add host.mock_execute({sql:?}, 1)")))
        })
    }

    fn note(&mut self, import: &str, sql: &str, parameters: &str) -> Result<(), Error> {
        if self.is_closed {
            return Err(Error::refused(import));
        }
        let parameters = serde_json::from_str(parameters).map_err(|_| Error::refused(import))?;
        self.seen.push(Statement { sql: sql.to_owned(), parameters });
        Ok(())
    }
}

/// What to paste: an `insert` wants a row with its id.
fn unanswered(sql: &str) -> Error {
    Error::private(match sql.strip_suffix(RETURNING) {
        Some(insert) => format!(
            "no mock answers the insert: add host.mock_query({:?}, &[serde_json::json!({{\"id\": 1}})])",
            [insert, "*"].concat()
        ),
        None => format!("no mock answers the query: add host.mock_query({sql:?}, &[..])"),
    })
}

fn answer<T: Clone>(mocks: &[(String, T)], sql: &str) -> Option<T> {
    let matches = |(pattern, _): &&(String, T)| *pattern == sql || glob_matches(pattern, sql);
    mocks.iter().rev().find(matches).map(|(_, answer)| answer.clone())
}
