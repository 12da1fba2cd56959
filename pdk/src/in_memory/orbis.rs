//! All that an Orbis host in memory holds.

mod database;

use std::collections::BTreeMap;

pub use database::{Database, Statement};
use serde_json::Value;

use super::http::HttpMocks;
use super::random::SeededRandom;
use crate::protocol::log::Line;

/// A host in memory: what a plugin finds there, and what it left behind.
#[derive(Clone, Debug, Default)]
pub struct FakeHost {
    /// The state.
    pub state: BTreeMap<String, Value>,
    /// The configuration.
    pub config: BTreeMap<String, Value>,
    /// The database.
    pub database: Database,
    /// The events told so far.
    pub events: Vec<(String, Value)>,
    /// The lines logged so far.
    pub logs: Vec<Line>,
    /// The randomness.
    pub random: SeededRandom,
    /// The responses to HTTP requests.
    pub http: HttpMocks,
}

impl FakeHost {
    /// Refuses what the shipped host refuses to everybody.
    pub(crate) fn be_as_shipped(&mut self) {
        self.database.is_closed = true;
    }

    /// Whether it refuses what the shipped host refuses to everybody.
    pub(crate) fn is_as_shipped(&self) -> bool {
        self.database.is_closed
    }
}
