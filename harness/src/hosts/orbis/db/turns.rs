//! Whose turn it is: all calls share one connection, and a transaction belongs to the call that opened it.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Database;
use crate::error::Result;
use crate::hosts::orbis::deadline::Deadline;

/// A database that calls share, which may run at the same time.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    /// Told when a transaction has ended.
    free: Condvar,
}

#[derive(Debug)]
struct State {
    database: Database,
    /// The call that has a transaction open.
    owner: Option<u64>,
}

impl Shared {
    pub(crate) fn new(database: Database) -> Arc<Shared> {
        Arc::new(Shared { state: Mutex::new(State { database, owner: None }), free: Condvar::new() })
    }

    /// The database as it is now, for the host itself.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&Database) -> T) -> T {
        work(&self.lock().database)
    }

    /// Runs new migrations, once no transaction is open.
    pub(crate) fn migrate(&self) -> Result<()> {
        let mut state = self.lock();
        while state.owner.is_some() {
            state = self.free.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.database.migrate()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call's way to the database; its transaction ends with it.
#[derive(Debug)]
pub(crate) struct Session {
    database: Option<Arc<Shared>>,
    call: u64,
}

impl Session {
    pub(crate) fn new(database: Option<Arc<Shared>>) -> Session {
        static CALLS: AtomicU64 = AtomicU64::new(0);
        Session { database, call: CALLS.fetch_add(1, Ordering::Relaxed) }
    }

    /// The database for one statement, once no other call has a transaction open.
    ///
    /// # Errors
    /// There is no database, or the call's time is over first.
    pub(crate) fn turn(&self, deadline: Deadline) -> Result<Turn<'_>, String> {
        let shared = self.database.as_ref().ok_or("there is no database")?;
        let mut state = shared.lock();
        while state.owner.is_some_and(|owner| owner != self.call) {
            deadline.check().map_err(|over| format!("{over}, waiting for another call's transaction"))?;
            // Not for ever, whoever holds it.
            let waited = shared.free.wait_timeout(state, deadline.left().min(Duration::from_millis(100)));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        deadline.check()?;
        state.database.until(deadline);
        Ok(Turn { state, shared, call: self.call })
    }

    /// Undoes the transaction that the call has left open; whether there was one.
    ///
    /// # Errors
    /// SQLite's.
    pub(crate) fn roll_back(&self) -> Result<bool, String> {
        let Some(shared) = &self.database else { return Ok(false) };
        let mut state = shared.lock();
        if state.owner != Some(self.call) {
            return Ok(false);
        }
        state.owner = None;
        shared.free.notify_all();
        state.database.roll_back()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Only a panic leaves one open.
        let _ = self.roll_back();
    }
}

/// The database, while a call's statement runs.
pub(crate) struct Turn<'a> {
    state: MutexGuard<'a, State>,
    shared: &'a Shared,
    call: u64,
}

impl Deref for Turn<'_> {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.state.database
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.state.owner = (!self.state.database.connection.is_autocommit()).then_some(self.call);
        if self.state.owner.is_none() {
            self.shared.free.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_keeps_other_calls_waiting_and_ends_with_its_own() {
        let database = Database::open(None, &[], &["CREATE TABLE t (n)".to_owned()]).unwrap();
        let shared = Shared::new(database);
        let (first, second) = (Session::new(Some(Arc::clone(&shared))), Session::new(Some(Arc::clone(&shared))));
        let execute = |session: &Session, sql: &str| {
            let turn = session.turn(Deadline::after(Duration::from_millis(20)))?;
            turn.execute(sql, &[])
        };
        execute(&first, "BEGIN").unwrap();
        execute(&first, "INSERT INTO t VALUES (1)").unwrap();
        let refused = execute(&second, "INSERT INTO t VALUES (2)").unwrap_err();
        assert_eq!(refused, "more than 20ms in one call, waiting for another call's transaction");
        drop(first);
        execute(&second, "INSERT INTO t VALUES (2)").unwrap();
        assert_eq!(second.roll_back(), Ok(false));
        let rows = shared.look(|database| database.query("SELECT n FROM t", &[]).unwrap());
        assert_eq!(serde_json::Value::Array(rows).to_string(), r#"[{"n":2}]"#);
    }
}
