//! An Orbis plugin as whatever drives guests sees it.

use std::sync::Arc;

use super::app::App;
use super::check;
use super::db::Database;
use crate::engine::guest::{Guest, State};
use crate::engine::ledger::Recorded;
use crate::engine::watch::Watch;
use crate::error::Result;
use crate::trace::outcome::Outcome;

/// Its entries are its handlers; an input is the JSON that the host hands them, an output the JSON of their
/// answer. An answer that says it failed is an output like any other.
impl Guest for App {
    fn entries(&self) -> Vec<String> {
        check::handlers(self.module())
    }

    fn call_raw(&mut self, entry: &str, input: &[u8]) -> Outcome<Vec<u8>> {
        self.handle_raw(entry, input)
    }

    /// Every call has a fresh instance anyway.
    fn restart(&mut self) -> Result<()> {
        Ok(())
    }

    fn watch(&mut self, watch: Option<Arc<dyn Watch>>) {
        self.set_watch(watch);
    }

    fn edges(&self) -> Vec<u8> {
        self.edges.clone()
    }

    fn recorded(&self) -> Recorded {
        self.ledger().recorded()
    }

    fn state(&self) -> State {
        let services = self.services();
        State {
            keys: services.state.iter().map(|(key, value)| (key.clone(), value.to_string())).collect(),
            rows: services.database.as_ref().map(|shared| shared.look(Database::tables)).unwrap_or_default(),
            events: services.emitted.iter().map(|event| (event.event.clone(), event.payload.to_string())).collect(),
            ..State::default()
        }
    }
}
