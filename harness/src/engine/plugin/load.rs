//! Makes a plugin of a compilation and a host, with what the host attaches to it.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::Plugin;
use crate::engine::attached::{self, Attach, Attached, Loading};
use crate::engine::below::Below;
use crate::engine::compiled::Compiled;
use crate::engine::fit;
use crate::engine::host::Host;
use crate::engine::ledger::Ledger;
use crate::engine::running::Running;
use crate::engine::subject::{Origin, Subject};
use crate::error::Result;
use crate::trace::again::Again;

impl Plugin {
    /// An instance of this compilation.
    pub(crate) fn of_compiled(compiled: Arc<Compiled>, mut host: Host, again: Again, origin: Origin) -> Result<Plugin> {
        let parts = host.take_parts();
        Plugin::with(compiled, host, parts, Vec::new(), again, origin)
    }

    /// An instance of this compilation that has something attached already.
    pub(crate) fn of_attached(
        compiled: Arc<Compiled>,
        mut host: Host,
        again: Again,
        attached: Vec<Rc<dyn Attached>>,
    ) -> Result<Plugin> {
        let parts = host.take_parts();
        Plugin::with(compiled, host, parts, attached, again, Origin::default())
    }

    fn with(
        compiled: Arc<Compiled>,
        mut host: Host,
        parts: Vec<Box<dyn Attach>>,
        mut attached: Vec<Rc<dyn Attached>>,
        again: Again,
        origin: Origin,
    ) -> Result<Plugin> {
        let file = origin.file.as_deref();
        let name = file.and_then(Path::file_stem).map(|name| name.to_string_lossy().into_owned());
        host.ledger = Ledger::of(&compiled.wasm, file);
        let (host, below) = (Rc::new(host), Rc::default());
        let loading = Loading { compiled: &compiled, host: &host, below: &below, name: name.as_deref() };
        for part in parts {
            attached.extend(part.attach(&loading)?);
        }
        fit::check(&host, &compiled, |import| attached.iter().find_map(|attached| attached.signature(import)))?;
        let subject = Subject::new(again);
        let mut plugin = Plugin { subject, origin, ..Plugin::bare(compiled, host, attached, below) };
        plugin.instantiate()?;
        Ok(plugin)
    }

    /// Another plugin of a compilation and a host, with nothing attached: for what is attached to the first.
    pub(crate) fn service(compiled: Arc<Compiled>, host: Rc<Host>) -> Plugin {
        Plugin::bare(compiled, host, Vec::new(), Rc::default())
    }

    /// Another instance of this plugin in the same host, for what the host calls while this one runs.
    pub(crate) fn sibling(&self) -> Plugin {
        Plugin::service(Arc::clone(&self.compiled), Rc::clone(&self.running.host))
    }

    fn bare(compiled: Arc<Compiled>, host: Rc<Host>, attached: Vec<Rc<dyn Attached>>, below: Rc<Below>) -> Plugin {
        Plugin {
            compiled,
            initial_vars: host.context.with(|host| host.vars.clone()),
            running: Running::new(host, attached::answers(&attached), below),
            attached,
            outlives_traps: false,
            instance: None,
            expired: Vec::new(),
            subject: Subject::default(),
            origin: Origin::default(),
            recorder: None,
            edges: Vec::new(),
        }
    }
}
