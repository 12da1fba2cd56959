//! What a host hangs onto its plugins. The engine knows that something is there, and not what it is.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use extism::{CurrentPlugin, Val};
use plugsmith::testing::VirtualClock;

use crate::engine::below::Below;
use crate::engine::compiled::Compiled;
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::limits::Limits;
use crate::engine::running::{Answer, Running};
use crate::error::Result;
use crate::import::{Import, Signature};
use crate::text::quote;
use crate::trace::spent::Spent;

/// A part of a host that hangs something onto each plugin which is loaded into it.
pub(crate) trait Attach: Any {
    /// The options with which the command line makes it, each with a space behind it.
    fn options(&self) -> String {
        String::new()
    }

    /// Hangs onto a plugin what belongs there, if anything does.
    ///
    /// # Errors
    /// What keeps the plugin from being loaded.
    fn attach(self: Box<Self>, to: &Loading<'_>) -> Result<Option<Rc<dyn Attached>>>;
}

/// As a host keeps one.
struct Part(Box<dyn Attach>);

/// A plugin that is being loaded.
pub(crate) struct Loading<'a> {
    pub(crate) compiled: &'a Arc<Compiled>,
    pub(crate) host: &'a Rc<Host>,
    pub(crate) below: &'a Rc<Below>,
    /// Its file's name, if it came from one.
    pub(crate) name: Option<&'a str>,
}

/// What hangs on a plugin.
pub(crate) trait Attached: Any {
    /// A call of the plugin begins.
    fn begins(&self) {}

    /// A call of the plugin has ended.
    ///
    /// # Errors
    /// What fails it, if nothing else has.
    fn ended(&self, call: &Ended<'_>) -> Result<()> {
        let _ = call;
        Ok(())
    }

    /// The plugin's instance has ended.
    fn discarded(&self) {}

    /// The plugin starts anew.
    fn restarted(&self) {}

    /// As [`Attach::options`].
    fn options(&self) -> String {
        String::new()
    }

    /// The signature of the function that it has behind an import, if it has one.
    fn signature(&self, import: &Import) -> Option<Signature> {
        let _ = import;
        None
    }

    /// Answers a call of an import that it has a signature for.
    ///
    /// # Errors
    /// What ends the guest's call.
    fn answer(&self, call: Answering<'_>) -> std::result::Result<(), Failure> {
        Err(Failure::msg(format!("nothing answers {}", call.import.name)))
    }
}

/// A call that has ended.
pub(crate) struct Ended<'a> {
    pub(crate) export: &'a str,
    pub(crate) spent: &'a Spent,
}

/// A call of an import, in Extism's terms.
pub(crate) struct Answering<'a> {
    pub(crate) import: &'a Import,
    pub(crate) running: &'a Running,
    pub(crate) plugin: &'a mut CurrentPlugin,
    pub(crate) inputs: &'a [Val],
    pub(crate) outputs: &'a mut [Val],
}

impl Host {
    /// With something that hangs onto each plugin.
    pub(crate) fn attach(mut self, part: impl Attach) -> Host {
        self.parts.push(Part(Box::new(part)));
        self
    }

    /// The part of this type, which is no longer the host's.
    pub(crate) fn take_part<T: Attach>(&mut self) -> Option<T> {
        let part = self.parts.take(|Part(part)| (&**part as &dyn Any).is::<T>())?;
        let part: Box<dyn Any> = part.0;
        part.downcast().ok().map(|part| *part)
    }

    /// All that hangs something onto a plugin, which is no longer the host's.
    pub(super) fn take_parts(&mut self) -> Vec<Box<dyn Attach>> {
        std::iter::from_fn(|| self.parts.take(|_: &Part| true)).map(|part| part.0).collect()
    }

    /// The options that give the command line this host's configuration and plugins.
    pub(crate) fn options(&self) -> String {
        self.options_with(self.parts.iter().map(|Part(part)| part.options()))
    }

    pub(super) fn options_with(&self, parts: impl Iterator<Item = String>) -> String {
        let pair = |option: &str, key: &str, value: &str| format!("{option} {} ", quote(&format!("{key}={value}")));
        let mut options = Vec::new();
        self.context.with(|host| {
            options.extend(host.config.iter().map(|(key, value)| pair("--config", key, value)));
            for (option, pairs) in [("--var", &host.vars), ("--kv", &host.kv)] {
                // A shell passes text.
                let texts = pairs.iter().filter_map(|(key, value)| Some((key, std::str::from_utf8(value).ok()?)));
                options.extend(texts.map(|(key, value)| pair(option, key, value)));
            }
            let now = host.clock.now();
            if now != VirtualClock::default().now() && now.subsec_nanos() == 0 {
                options.push(format!("--clock {} ", now.as_secs()));
            }
        });
        let (limits, usual) = (self.limits, Limits::default());
        if limits.fuel != usual.fuel {
            options.push(format!("--fuel {} ", limits.fuel));
        }
        if limits.memory_pages != usual.memory_pages {
            options.push(format!("--memory-pages {} ", limits.memory_pages));
        }
        if let Some(timeout) = limits.timeout.filter(|_| limits.timeout != usual.timeout) {
            options.push(format!("--timeout-ms {} ", timeout.as_millis().max(1)));
        }
        options.into_iter().chain(parts).collect()
    }
}

/// What answers the imports of a plugin on which this hangs.
pub(super) fn answers(attached: &[Rc<dyn Attached>]) -> Vec<Answer> {
    let answer = |attached: &Rc<dyn Attached>| -> Answer {
        let attached = Rc::clone(attached);
        Box::new(move |import, running, plugin, inputs, outputs| {
            attached.signature(import)?;
            Some(attached.answer(Answering { import, running, plugin, inputs, outputs }))
        })
    };
    attached.iter().map(answer).collect()
}
