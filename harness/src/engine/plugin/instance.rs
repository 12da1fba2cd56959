//! The instance that a plugin runs in: its start, its end, and another.

use super::Plugin;
use crate::engine::alarm::Alarm;
use crate::engine::compiled::FOR_EVER;
use crate::engine::failure;
use crate::error::Result;

impl Plugin {
    /// Fresh instances, of the hooks and the like, too: memory and variables start anew, the host's keys stay.
    ///
    /// # Errors
    /// The artifact cannot be instantiated.
    pub fn restart(&mut self) -> Result<()> {
        if let Some(watched) = &*self.running.watched.borrow() {
            watched.watch.restarts();
        }
        self.discard();
        self.attached.iter().for_each(|attached| attached.restarted());
        self.instantiate()
    }

    /// Ends the instance, and the plugins that it has loaded.
    pub(crate) fn discard(&mut self) {
        self.instance = None;
        self.attached.iter().for_each(|attached| attached.discarded());
    }

    pub(super) fn instantiate(&mut self) -> Result<()> {
        if self.instance.is_some() {
            return Ok(());
        }
        let vars = self.initial_vars.clone();
        self.host(|host| {
            host.vars = vars;
            host.last_headers.clear();
        });
        self.running.prepare(&self.compiled.module);
        let started = self.start();
        self.running.instance.borrow_mut().starting = false;
        self.instance = Some(started.map_err(|error| {
            let failure = self.running.below.failure.take();
            let initial = self.compiled.module.initial_pages;
            failure.unwrap_or_else(|| failure::load(&error, &self.running.host.limits, initial))
        })?);
        Ok(())
    }

    /// Makes an instance and lets its start function and its `_initialize` run, which Extism leaves
    /// to the first call: here they run in the call of an export that does not exist, so that what
    /// they do can be distinguished from what a test calls.
    fn start(&self) -> Result<extism::Plugin, extism::Error> {
        let (compiled, running) = (&self.compiled, &self.running);
        let limit = running.host.limits.timeout.filter(|timeout| *timeout < FOR_EVER);
        let _alarm = compiled.early.as_ref().zip(limit).map(|(engine, limit)| Alarm::set(engine, limit));
        let mut instance = running.enter(|| extism::Plugin::new_from_compiled(&compiled.plugin))?;
        running.adopt_memories();
        let before = running.instance.borrow().memories.len();
        let mut absent = "plugsmith starts".to_owned();
        while compiled.module.exports.contains_key(&absent) {
            absent.push('_');
        }
        let started = running.enter(|| instance.call::<&[u8], ()>(&absent, b""));
        running.adopt_memories();
        {
            let mut instance = running.instance.borrow_mut();
            instance.guest_memory = compiled.module.memory.map(|index| before + index);
            instance.guest_start = Some(before);
        }
        match started {
            Err(error) if error.root_cause().to_string() != format!("Function not found: {absent}") => Err(error),
            _ => Ok(instance),
        }
    }
}
