//! What a host hangs onto its plugins. The engine knows that something is there, and not what it is.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use extism::{CurrentPlugin, Val};

use crate::engine::compiled::Compiled;
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::running::Running;
use crate::error::{Error, Result};
use crate::import::{Import, Signature};
use crate::text::quote;
use crate::trace::event::Event;
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

/// A call of an import, in Extism's terms.
pub(crate) struct Answering<'a> {
    pub(crate) import: &'a Import,
    pub(crate) running: &'a Running,
    pub(crate) plugin: &'a mut CurrentPlugin,
    pub(crate) inputs: &'a [Val],
    pub(crate) outputs: &'a mut [Val],
}

/// What a call of a plugin leads to in what hangs on it. Both sides hold it.
#[derive(Default)]
pub(crate) struct Below {
    /// What was used up there.
    pub(crate) spent: RefCell<Spent>,
    /// What happened there in the host call that runs, until its own line is written.
    pub(crate) events: RefCell<Vec<Event>>,
    /// Why the plugin's call must fail, whatever the guest makes of it: its own host calls note it here, too.
    pub(crate) failure: RefCell<Option<Error>>,
}

impl Below {
    /// Notes why the plugin's call must fail, unless that is known already.
    pub(crate) fn fails(&self, error: Error) {
        self.failure.borrow_mut().get_or_insert(error);
    }
}

impl Host {
    /// With something that hangs onto each plugin.
    pub(crate) fn attach(mut self, part: impl Attach) -> Host {
        self.parts.push(Box::new(part));
        self
    }

    /// The part of this type, which is no longer the host's.
    pub(crate) fn take_part<T: Attach>(&mut self) -> Option<T> {
        let place = self.parts.iter().position(|part| (&**part as &dyn Any).is::<T>())?;
        let part: Box<dyn Any> = self.parts.remove(place);
        part.downcast().ok().map(|part| *part)
    }

    /// The options that give the command line this host's configuration and plugins.
    pub(crate) fn options(&self) -> String {
        self.options_with(self.parts.iter().map(|part| part.options()))
    }

    fn options_with(&self, parts: impl Iterator<Item = String>) -> String {
        let config = self.context.with(|host| host.config.clone());
        let config = config.iter().map(|(key, value)| format!("--config {} ", quote(&format!("{key}={value}"))));
        config.chain(parts).collect()
    }
}

impl Running {
    /// As [`Host::options`], once what hangs on the plugin is there.
    pub(crate) fn options(&self) -> String {
        self.host.options_with(self.attached.iter().map(|attached| attached.options()))
    }

    /// What hangs on the plugin, if it is of this type.
    pub(crate) fn attached<T: Attached>(&self) -> Option<&T> {
        self.attached.iter().find_map(|attached| (&**attached as &dyn Any).downcast_ref())
    }
}
