//! A plugin that others may load: an artifact, the folder of its crate, or native functions.

use std::cell::OnceCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use plugsmith::testing::MockPeer;

use crate::artifact::build;
use crate::artifact::source::Source;
use crate::engine::compiled::{self, Compiled};
use crate::engine::host::Host;
use crate::error::{Error, Result};

/// A plugin that others may load.
#[derive(Clone, Debug)]
pub enum Callee {
    /// An artifact; a path to a folder is that of its crate, which is built.
    Artifact(Source),
    /// Native functions, such as `CountVowelsPeer::serve(MyMock)`.
    Native(MockPeer),
}

impl From<MockPeer> for Callee {
    fn from(peer: MockPeer) -> Callee {
        Callee::Native(peer)
    }
}

macro_rules! artifacts {
    ($($type:ty)*) => {$(
        impl From<$type> for Callee {
            fn from(source: $type) -> Callee {
                Callee::Artifact(source.into())
            }
        }
    )*};
}
artifacts!(Source &str &Path PathBuf Vec<u8> &[u8]);

/// A plugin that the registry knows.
pub(super) struct Known {
    callee: Callee,
    host: Rc<dyn Fn() -> Host>,
    compiled: OnceCell<Arc<Compiled>>,
}

impl Known {
    pub(super) fn new(callee: Callee, host: Rc<dyn Fn() -> Host>) -> Known {
        Known { callee, host, compiled: OnceCell::new() }
    }

    /// The native functions, if it is made of these.
    pub(super) fn native(&self) -> Option<&MockPeer> {
        match &self.callee {
            Callee::Native(peer) => Some(peer),
            Callee::Artifact(_) => None,
        }
    }

    /// A host for another instance, whose calls have at most so much fuel.
    pub(super) fn host(&self, fuel: u64) -> Host {
        let mut host = (self.host)();
        host.limits.fuel = host.limits.fuel.min(fuel);
        host
    }

    /// The artifact, built and compiled once, for so much fuel: a registry has one limit.
    ///
    /// # Errors
    /// As those of [`crate::Plugin::load`], and what keeps a crate from being built.
    pub(super) fn compiled(&self, source: &Source, fuel: u64) -> Result<Arc<Compiled>> {
        if let Some(compiled) = self.compiled.get() {
            return Ok(Arc::clone(compiled));
        }
        let source = match source {
            Source::Path(path) if path.is_dir() => Source::Path(build::build_peer(path)?),
            source => source.clone(),
        };
        let compiled = compiled::get(&source.read()?, &self.host(fuel))?;
        Ok(Arc::clone(self.compiled.get_or_init(|| compiled)))
    }

    /// What can be called of it, if its artifact is compiled already.
    pub(super) fn functions(&self) -> Vec<&str> {
        match &self.callee {
            Callee::Native(peer) => peer.names().collect(),
            Callee::Artifact(_) => self.compiled.get().into_iter().flat_map(|known| known.module.callable()).collect(),
        }
    }

    /// The artifact, if it is one.
    pub(super) fn source(&self) -> Option<&Source> {
        match &self.callee {
            Callee::Artifact(source) => Some(source),
            Callee::Native(_) => None,
        }
    }

    /// As the command line's `--plugin` takes it; none for an artifact that is in memory only.
    pub(super) fn path(&self) -> Option<&Path> {
        match self.source()? {
            Source::Path(path) => Some(path),
            Source::Bytes(_) => None,
        }
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.callee.fmt(f)
    }
}

/// An error of a plugin that another one loads.
pub(super) fn of(name: &str, error: Error) -> Error {
    Error::Peer { plugin: name.to_owned(), error: Box::new(error) }
}
