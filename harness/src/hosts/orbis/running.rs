//! What the host functions of one call share, and what the call may take of the host.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;

use super::abi::Abi;
use super::db::Session;
use super::deadline::Deadline;
use super::limits::Limits;
use super::services::{self, Refusal, Services};
use crate::engine::bounds::Bounds;
use crate::engine::watch::Watched;
use crate::error::Error;
use crate::trace::cost::Crossed;
use crate::trace::event::Events;

/// What the host functions of one call see.
pub(super) struct Running {
    services: Arc<Mutex<Services>>,
    pub(super) session: Session,
    limits: Limits,
    pub(super) abi: &'static Abi,
    host_calls: u64,
    deadline: Deadline,
    /// The bytes of JSON that the host keeps after the call.
    kept: usize,
    pub(super) watched: Option<Watched>,
    pub(super) events: Events,
    pub(super) crossed: Crossed,
    /// Why the call must fail, whatever the plugin makes of it.
    pub(super) failure: Option<Error>,
    /// The last thing that happened, if it was a line at level `error`: a panic's message.
    pub(super) last_words: Option<String>,
    /// Its memories and tables; the real host limits tables by its own memory alone.
    pub(super) bounds: Bounds,
}

impl Running {
    pub(super) fn new(services: Arc<Mutex<Services>>, limits: Limits, abi: &'static Abi) -> Running {
        let deadline = Deadline::after(limits.time);
        let session = Session::new(locked(&services).database.clone());
        Running {
            services,
            session,
            limits,
            abi,
            host_calls: 0,
            deadline,
            kept: 0,
            watched: None,
            events: Events::default(),
            crossed: Crossed::default(),
            failure: None,
            last_words: None,
            bounds: Bounds::new(limits.memory_bytes),
        }
    }

    pub(super) fn services(&self) -> MutexGuard<'_, Services> {
        locked(&self.services)
    }

    /// A query's answer, or why there is none.
    pub(super) fn query(&self, sql: &str, params: &Json) -> Result<Json, Refusal> {
        let may_write = self.services().has("database_write");
        services::query(&*self.session.turn(self.deadline)?, may_write, sql, params)
    }

    /// How many rows a statement has changed, or why it did not run.
    pub(super) fn execute(&self, sql: &str, params: &Json) -> Result<i32, Refusal> {
        services::execute(&*self.session.turn(self.deadline)?, sql, params)
    }

    /// One more call, if there is one left.
    pub(super) fn count(&mut self) -> Result<(), Refusal> {
        self.last_words = None;
        self.host_calls += 1;
        if self.host_calls > self.limits.host_calls {
            return Err(format!("more than {} host calls in one call", self.limits.host_calls).into());
        }
        Ok(self.deadline.check()?)
    }

    /// That the host has room for so many bytes, which it does not keep.
    pub(super) fn fits(&self, function: &str, bytes: usize) -> Result<(), Refusal> {
        let limit = self.limits.kept_bytes;
        if bytes <= limit {
            return Ok(());
        }
        Err(full(function, &format!("JSON takes at most {limit} bytes once it is read"), "kept_bytes"))
    }

    /// So many bytes more that the host keeps after the call, as state, as an event or as an HTTP request. The trace
    /// counts, too.
    pub(super) fn keep(&mut self, function: &str, bytes: usize) -> Result<(), Refusal> {
        self.kept = self.kept.saturating_add(bytes);
        let limit = self.limits.kept_bytes;
        if self.kept.saturating_add(self.events.bytes()) <= limit {
            return Ok(());
        }
        Err(full(
            function,
            &format!("one call leaves at most {limit} bytes of state, events, HTTP requests and trace"),
            "kept_bytes",
        ))
    }

    /// Sets a key of state, if there is room for it.
    pub(super) fn set_state(&self, key: String, value: Json, bytes: usize) -> Result<(), Refusal> {
        let limit = self.limits.state_bytes;
        let set = self.services().state.set(key, value, bytes, limit);
        set.map_err(|()| full("state_set", &format!("its state has at most {limit} bytes"), "state_bytes"))
    }
}

/// What no real host says, so that the plugin's call ends with it.
fn full(function: &str, what: &str, limit: &str) -> Refusal {
    let reason = format!("the test's host is full: {what}; `Limits::{limit}` in `Orbis::limits` raises it");
    Refusal::Fatal(Box::new(Error::HostFull { function: function.to_owned(), reason }))
}

fn locked(services: &Mutex<Services>) -> MutexGuard<'_, Services> {
    services.lock().unwrap_or_else(PoisonError::into_inner)
}
