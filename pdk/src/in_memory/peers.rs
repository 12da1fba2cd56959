//! Other plugins, as a host in memory has them: by name, and loaded ones by id.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

/// Another plugin.
pub trait FakePeer: fmt::Debug {
    /// One call, as a host makes it.
    ///
    /// # Errors
    /// The function's own error, and that there is no such function.
    fn call(&self, function: &str, input: &[u8]) -> Result<Vec<u8>, String>;
}

/// The peers of a host in memory.
#[derive(Clone, Debug, Default)]
pub struct MockPeers {
    mocks: BTreeMap<String, Rc<dyn FakePeer>>,
    /// The names of the instances, by id.
    instances: Vec<String>,
    /// What `load` gives again.
    kept: BTreeMap<String, i64>,
}

impl MockPeers {
    /// With a peer, in the place of an earlier one of this name, which is given back.
    pub fn insert(&mut self, name: &str, peer: impl FakePeer + 'static) -> Option<Rc<dyn FakePeer>> {
        self.kept.remove(name);
        self.mocks.insert(name.to_owned(), Rc::new(peer))
    }

    /// As before [`MockPeers::insert`].
    pub(crate) fn restore(&mut self, name: &str, before: Option<Rc<dyn FakePeer>>) {
        self.kept.remove(name);
        match before {
            Some(before) => self.mocks.insert(name.to_owned(), before),
            None => self.mocks.remove(name),
        };
    }

    /// Without the peer of this name.
    pub fn remove(&mut self, name: &str) {
        self.restore(name, None);
    }

    pub(crate) fn register(&mut self, name: &str) -> Option<i64> {
        self.mocks.get(name)?;
        self.instances.push(name.to_owned());
        i64::try_from(self.instances.len() - 1).ok()
    }

    pub(crate) fn get(&self, id: i64) -> Option<(String, Rc<dyn FakePeer>)> {
        let name = self.instances.get(usize::try_from(id).ok()?)?;
        Some((name.clone(), self.mocks.get(name)?.clone()))
    }

    pub(crate) fn kept(&self, name: &str) -> Option<i64> {
        self.kept.get(name).copied()
    }

    pub(crate) fn keep(&mut self, name: &str, id: i64) {
        self.kept.insert(name.to_owned(), id);
    }

    pub(crate) fn forget(&mut self, id: i64) {
        self.kept.retain(|_, kept| *kept != id);
    }
}
