//! A plugin as a [`Guest`], for whatever drives guests.

use std::sync::Arc;

use super::{Plugin, blocks};
use crate::engine::guest::{Block, Guest, State};
use crate::engine::ledger::Recorded;
use crate::engine::watch::{Both, Watch, Watched};
use crate::error::Result;
use crate::trace::outcome::Outcome;

impl Guest for Plugin {
    fn entries(&self) -> Vec<String> {
        self.module().callable().map(str::to_owned).collect()
    }

    fn call_raw(&mut self, entry: &str, input: &[u8]) -> Outcome<Vec<u8>> {
        self.call(entry, input)
    }

    fn restart(&mut self) -> Result<()> {
        Plugin::restart(self)
    }

    fn watch(&mut self, watch: Option<Arc<dyn Watch>>) {
        let watch = Both::of(watch, self.recorder.as_ref());
        *self.running.watched.borrow_mut() = watch.map(|watch| Watched { watch, depth: 0 });
    }

    fn recorded(&self) -> Recorded {
        self.running.host.ledger.recorded()
    }

    fn edges(&self) -> Vec<u8> {
        self.edges.clone()
    }

    fn blocks(&self) -> Vec<Block> {
        let output = self.running.call.borrow().output.map(|(offset, _)| offset);
        let mut blocks = self.running.kernel_memory().map_or_else(Vec::new, |memory| blocks::in_use(&memory));
        blocks.retain(|block| Some(block.offset) != output);
        blocks
    }

    fn state(&self) -> State {
        self.host(|host| State {
            storage: host.store.iter(host.clock.now()).map(|(key, stored)| (key.to_owned(), stored.clone())).collect(),
            kv: host.kv.clone(),
            variables: host.vars.clone(),
            ..State::default()
        })
    }
}

impl Plugin {
    /// Lets `recorder` see all calls from now on, whoever else watches them.
    pub(crate) fn record(&mut self, recorder: Arc<dyn Watch>) {
        self.recorder = Some(recorder);
        self.watch(None);
    }
}
