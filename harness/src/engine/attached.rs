//! What a host attaches to its plugins. The engine knows that something is attached, but not what it is.

use std::any::Any;
use std::rc::Rc;
use std::sync::Arc;

use extism::{CurrentPlugin, Val};

use crate::engine::below::Below;
use crate::engine::compiled::Compiled;
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::running::{Answer, Running};
use crate::error::Result;
use crate::import::{Import, Signature};
use crate::trace::again::Again;
use crate::trace::spent::Spent;

/// A part of a host that attaches something to each plugin loaded into it.
pub(crate) trait Attach: Any {
    /// Adds the options with which the command line makes it.
    fn options(&self, again: &mut Again) {
        let _ = again;
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
    fn options(&self, again: &mut Again) {
        let _ = again;
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

    /// The part of this type; the host no longer has it.
    pub(crate) fn take_part<T: Attach>(&mut self) -> Option<T> {
        let part = self.parts.take(|Part(part)| (&**part as &dyn Any).is::<T>())?;
        let part: Box<dyn Any> = part.0;
        part.downcast().ok().map(|part| *part)
    }

    /// All the parts that attach something to a plugin; the host no longer has them.
    pub(super) fn take_parts(&mut self) -> Vec<Box<dyn Attach>> {
        std::iter::from_fn(|| self.parts.take(|_: &Part| true)).map(|part| part.0).collect()
    }

    /// With the command-line options for what this host attaches to its plugins.
    pub(crate) fn with_parts(&self, mut again: Again) -> Again {
        self.parts.iter().for_each(|Part(part)| part.options(&mut again));
        again
    }
}

/// What answers the imports of a plugin that has these attached.
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
