//! The instance in which a plugin's hooks, transformers and storage backends run.

use std::collections::BTreeMap;

use plugsmith::protocol::event::Event;

use crate::engine::plugin::Plugin;
use crate::error::Result;
use crate::trace::event::{self, HostCall, render_bytes, render_value};
use crate::trace::spent::Spent;

/// An instance besides that of commands, because Extism cannot call into one that is being called: what both
/// share is storage, not statics and variables.
pub(crate) struct Service {
    plugin: Plugin,
    vars: BTreeMap<String, Vec<u8>>,
    last_headers: BTreeMap<String, String>,
}

/// What came of a call.
pub(crate) struct Served {
    pub(crate) output: Result<Vec<u8>>,
    pub(crate) spent: Spent,
    /// What the plugin did meanwhile.
    pub(crate) inside: Vec<event::Event>,
}

impl Service {
    pub(crate) fn new(plugin: Plugin) -> Service {
        Service { plugin, vars: BTreeMap::new(), last_headers: BTreeMap::new() }
    }

    pub(crate) fn plugin(&mut self) -> &mut Plugin {
        &mut self.plugin
    }

    /// Calls an export with an event.
    pub(crate) fn run(&mut self, export: &str, event: &Event) -> Served {
        self.exchange();
        let (output, spent) = self.plugin.invoke(export, &event.encode());
        let inside = self.plugin.take_events();
        self.exchange();
        Served { output, spent, inside }
    }

    /// Gives the host this instance's variables, and keeps those of the other.
    fn exchange(&mut self) {
        let (vars, last_headers) = (&mut self.vars, &mut self.last_headers);
        self.plugin.running().host.context.with(|host| {
            std::mem::swap(&mut host.vars, vars);
            std::mem::swap(&mut host.last_headers, last_headers);
        });
    }
}

/// A call as a trace shows it.
pub(crate) fn noted(
    export: &str,
    event: &Event,
    result: std::result::Result<Option<String>, String>,
    inside: Vec<event::Event>,
) -> event::Event {
    let fields = event.fields.iter().map(|(name, value)| match name.as_str() {
        "key" | "pattern" => render_bytes(value.as_bytes().unwrap_or_default()),
        _ => render_value(value),
    });
    // A backend's export says nothing of what it is asked.
    let operation = export.starts_with("backend:").then(|| event.name.clone());
    let arguments = operation.into_iter().chain(fields).collect();
    event::Event::Call(HostCall::of_the_host("", export, arguments, result, inside))
}
