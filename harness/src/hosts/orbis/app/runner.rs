//! A plugin, ready to be called: what a call needs, so that calls can run at the same time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;
use wasmtime::InstancePre;

use crate::artifact::module::Module;
use crate::engine::ledger::Ledger;
use crate::engine::subject::Origin;
use crate::engine::watch::Watch;
use crate::error::{Error, Result};
use crate::hosts::orbis::check;
use crate::hosts::orbis::failure::Trapped;
use crate::hosts::orbis::instance::{Finished, Loaded};
use crate::hosts::orbis::limits::Limits;
use crate::hosts::orbis::manifest::Manifest;
use crate::hosts::orbis::mode::Mode;
use crate::hosts::orbis::response::Response;
use crate::hosts::orbis::running::Running;
use crate::hosts::orbis::services::Services;
use crate::trace::event::{Event, HostCall};
use crate::trace::spent::Spent;

/// An artifact, linked with its host's functions.
pub(super) struct Linked {
    pub(super) wasm: Arc<[u8]>,
    pub(super) linked: Arc<InstancePre<Running>>,
    pub(super) module: Module,
    pub(super) manifest: Manifest,
    pub(super) ledger: Ledger,
}

/// What a call of a plugin needs.
#[derive(Clone)]
pub(super) struct Runner {
    pub(super) mode: Mode,
    pub(super) limits: Limits,
    pub(super) plugin: Arc<Linked>,
    pub(super) services: Arc<Mutex<Services>>,
    pub(super) origin: Origin,
    /// Who watches its host calls.
    pub(super) watch: Option<Arc<dyn Watch>>,
}

impl Runner {
    pub(super) fn services(&self) -> MutexGuard<'_, Services> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The response that a handler's answer is. One that says it failed undoes an open transaction.
    pub(super) fn respond(&self, handler: &str, context: &Json) -> Ran<Response> {
        self.run(handler, context, |answer| {
            let response = Response::of(self.mode, answer)?;
            let failed = response.status >= 400;
            Ok((response, failed))
        })
    }

    /// One call of the plugin. `convert` says what a host makes of the answer, and whether the
    /// plugin calls it a failure: then what it did in an open transaction is undone.
    pub(super) fn run<T>(
        &self,
        handler: &str,
        input: &Json,
        convert: impl FnOnce(Json) -> Result<(T, bool), String>,
    ) -> Ran<T> {
        if let Err(error) = check::handler(handler, &self.plugin.module) {
            return Ran::failed(error);
        }
        self.settle(handler, self.called(handler, input.to_string().as_bytes()), convert)
    }

    /// The plugin's part of a call.
    pub(super) fn called(&self, handler: &str, input: &[u8]) -> Finished<Json> {
        let Some(watch) = &self.watch else { return self.loaded().call(handler, input) };
        watch.enters(handler, input, 0);
        let finished = self.loaded().call(handler, input);
        match &finished.result {
            Ok(answer) => watch.leaves(Ok(answer.to_string().as_bytes()), 0),
            Err(trapped) => watch.leaves(Err(&trapped.error), 0),
        }
        finished
    }

    pub(super) fn loaded(&self) -> Loaded<'_> {
        let watch = self.watch.as_ref();
        Loaded {
            artifact: &self.plugin.linked,
            services: &self.services,
            limits: self.limits,
            abi: self.mode.abi(),
            watch,
            edges: self.plugin.module.edges,
        }
    }

    /// What a call came to, once what it left open is undone.
    pub(super) fn settle<A, T>(
        &self,
        handler: &str,
        finished: Finished<A>,
        convert: impl FnOnce(A) -> Result<(T, bool), String>,
    ) -> Ran<T> {
        let bad = |reason| Error::BadOutput { function: handler.to_owned(), reason };
        let result =
            finished.result.map_err(|trapped| self.explain(trapped)).and_then(|answer| convert(answer).map_err(bad));
        let (fuel, pages) = (finished.fuel, finished.pages);
        let spent = Spent { fuel, pages, duration: finished.duration, crossed: finished.crossed, ..Spent::default() };
        self.plugin.ledger.note(handler, &result, &spent);
        let mut events = finished.events;
        let rolled_back = finished.session.roll_back();
        if rolled_back == Ok(true) {
            events.push(of_the_host("rollback", Ok(None)));
        }
        // The plugin does not hear of it, as in the real host.
        if let Err(reason) = self.services().state.save() {
            events.push(of_the_host("save_state", Err(reason)));
        }
        let result = match (rolled_back, result) {
            (Ok(false), result) => result.map(|(value, _)| value),
            (Ok(true), Ok((_, false))) => {
                Err(bad("it has left a transaction open: COMMIT or ROLLBACK before it answers".to_owned()))
            }
            (Ok(true), result) => result.map(|(value, _)| value),
            (Err(reason), _) => Err(bad(format!("the transaction that it left open cannot be undone: {reason}"))),
        };
        Ran { result, events, spent, edges: finished.edges }
    }

    /// The error, with its frames named by line tables: the artifact's, or its twin's.
    fn explain(&self, trapped: Trapped) -> Error {
        let Trapped { mut error, addresses } = trapped;
        self.origin.name_frames(&self.plugin.wasm, &mut error, &addresses);
        error
    }
}

/// What the host did of its own accord.
pub(super) fn of_the_host(name: &str, result: Result<Option<String>, String>) -> Event {
    Event::Call(HostCall::of_the_host("orbis", name, Vec::new(), result, Vec::new()))
}

/// What came of running the plugin, or of not running it.
pub(super) struct Ran<T> {
    pub(super) result: Result<T>,
    pub(super) events: Vec<Event>,
    pub(super) spent: Spent,
    /// What an instrumented artifact counted.
    pub(super) edges: Vec<u8>,
}

impl<T> Ran<T> {
    pub(super) fn without_plugin(value: T) -> Ran<T> {
        Ran { result: Ok(value), events: Vec::new(), spent: Spent::default(), edges: Vec::new() }
    }

    pub(super) fn failed(error: Error) -> Ran<T> {
        Ran { result: Err(error), events: Vec::new(), spent: Spent::default(), edges: Vec::new() }
    }
}
