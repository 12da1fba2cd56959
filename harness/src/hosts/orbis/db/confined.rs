//! What a plugin's statements cannot do: reach other files, run or answer without end, fill the host,
//! and change the connection, which later calls share.
//!
//! The author's own statements, migrations and what a test puts in, can do all of it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode};

use crate::hosts::orbis::deadline::Deadline;

/// The longest text, blob or row: no request's body is longer, and each instruction may work on one.
const LENGTH: u32 = 1024 * 1024;

/// The longest pattern of `LIKE` and `GLOB`, which take their length times that of the text.
const PATTERN: i32 = 250;

/// The size of a database.
const SIZE: u32 = 64 * 1024 * 1024;

/// SQLite's own instructions for one statement, a second or two: fuel does not count them.
const STEPS: u32 = 10_000_000;

/// After how many of them the count and the clock are looked at: each may work on a megabyte.
const STEPS_AT_ONCE: u32 = 100;

/// Pragmas that only read what their argument names, and one that ends with the transaction.
const PRAGMAS: [&str; 10] = [
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "quick_check",
    "table_info",
    "table_xinfo",
];

/// Looks at the running statement.
#[derive(Debug)]
pub(super) struct Watch {
    /// In units of [`STEPS_AT_ONCE`].
    steps: AtomicU32,
    deadline: Mutex<Deadline>,
    /// Why the last statement that was refused was.
    refused: Mutex<String>,
    /// Whether the statements are a plugin's.
    confines: AtomicBool,
}

impl Watch {
    /// A watch that ends nothing yet.
    pub(super) fn new() -> Watch {
        let deadline = Mutex::new(Deadline::after(Duration::MAX));
        Watch { steps: AtomicU32::new(0), deadline, refused: Mutex::default(), confines: AtomicBool::new(false) }
    }

    /// From now on this is the limit of time.
    pub(super) fn until(&self, deadline: Deadline) {
        *locked(&self.deadline) = deadline;
    }

    /// Another statement begins.
    pub(super) fn restart(&self) {
        self.steps.store(0, Ordering::Relaxed);
    }

    /// Why SQLite gave up, where it was made to.
    pub(super) fn verdict(&self, code: ErrorCode) -> Option<String> {
        Some(match code {
            ErrorCode::OperationInterrupted => {
                self.time().err().unwrap_or_else(|| format!("the statement took more than {STEPS} steps"))
            }
            ErrorCode::AuthorizationForStatementDenied => locked(&self.refused).clone(),
            ErrorCode::TooBig => format!("a text, a blob or a row has more than {LENGTH} bytes"),
            ErrorCode::DiskFull => format!("the database would have more than {SIZE} bytes"),
            _ => return None,
        })
    }

    pub(super) fn confines(&self) -> bool {
        self.confines.load(Ordering::Relaxed)
    }

    /// The longest text, blob or row.
    pub(super) fn longest(&self) -> i32 {
        if self.confines() { LENGTH as i32 } else { 1_000_000_000 }
    }

    fn time(&self) -> Result<(), String> {
        locked(&self.deadline).check()
    }

    /// Whether the statement must end.
    fn is_over(&self) -> bool {
        self.steps.fetch_add(1, Ordering::Relaxed) >= STEPS / STEPS_AT_ONCE || self.time().is_err()
    }

    fn authorize(&self, action: AuthAction<'_>) -> Authorization {
        let refused = match action {
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
                "denied: ATTACH, DETACH and VACUUM reach other files".to_owned()
            }
            AuthAction::Pragma { pragma_name: name, pragma_value: Some(_) } if !is_harmless(name) => {
                format!("denied: PRAGMA {name} changes the connection, which later calls share")
            }
            AuthAction::CreateTempIndex { .. }
            | AuthAction::CreateTempTable { .. }
            | AuthAction::CreateTempTrigger { .. }
            | AuthAction::CreateTempView { .. } => {
                "denied: what is TEMP stays in the connection, which later calls share".to_owned()
            }
            _ => return Authorization::Allow,
        };
        *locked(&self.refused) = refused;
        Authorization::Deny
    }
}

/// Confines what the connection runs from now on.
pub(super) fn confine(connection: &mut Connection, watch: &Arc<Watch>) -> rusqlite::Result<()> {
    let page: u32 = connection.pragma_query_value(None, "page_size", |row| row.get(0))?;
    connection.pragma_update(None, "max_page_count", SIZE / page.max(1))?;
    watch.confines.store(true, Ordering::Relaxed);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, watch.longest())?;
    connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, PATTERN)?;
    let watching = Arc::clone(watch);
    connection.progress_handler(STEPS_AT_ONCE as i32, Some(move || watching.is_over()))?;
    let watching = Arc::clone(watch);
    connection.authorizer(Some(move |context: AuthContext<'_>| watching.authorize(context.action)))
}

/// Takes back what [`confine`] does; the numbers are SQLite's own.
pub(super) fn release(connection: &mut Connection, watch: &Watch) -> rusqlite::Result<()> {
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)?;
    connection.progress_handler(0, None::<fn() -> bool>)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 50_000)?;
    watch.confines.store(false, Ordering::Relaxed);
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, watch.longest())?;
    connection.pragma_update(None, "max_page_count", 4_294_967_294_u32)
}

fn is_harmless(pragma: &str) -> bool {
    PRAGMAS.iter().any(|harmless| pragma.eq_ignore_ascii_case(harmless))
}

fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
