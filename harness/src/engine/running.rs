//! What a plugin's host functions see while it runs.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Weak};

use crate::artifact::module::Module;
use crate::engine::door::Wasi;
use crate::engine::host::Host;
use crate::engine::memory::{FIRST_BLOCK, GuestMemory, take_made};
use crate::engine::watch::Watched;
use crate::error::{Error, Result};
use crate::hosts::ferrite::Extensions;
use crate::hosts::peers::Member;
use crate::trace::event::{Event, Events};
use crate::trace::spent::Spent;

/// What the running plugin's host functions see: the host, and what happens in this call.
pub(crate) struct Running {
    pub(crate) host: Rc<Host>,
    /// What it has loaded, if it may load plugins.
    pub(crate) member: Option<Member>,
    /// What the plugin hangs into the host; not for the instance in which that runs.
    extensions: Option<Extensions>,
    /// Who watches its host calls: whoever watches the plugin itself, else who watches its caller.
    pub(crate) watched: RefCell<Option<Watched>>,
    /// What the extensions used up in this call.
    pub(crate) nested: RefCell<Spent>,
    /// What the extensions did in the host call that runs, until its own line is written.
    pub(crate) inside: RefCell<Vec<Event>>,
    pub(crate) events: RefCell<Events>,
    /// Why the call must fail, whatever the guest makes of it.
    pub(crate) failure: RefCell<Option<Error>>,
    /// The error that the guest has set.
    pub(crate) error: RefCell<Option<String>>,
    /// What the host calls of this call count for.
    pub(crate) host_calls: Cell<u64>,
    pub(crate) http_status: Cell<u16>,
    /// What the guest does with time and text in this call.
    pub(crate) wasi: Wasi,
    /// The offset and the length of the output that the guest has set.
    pub(crate) output: Cell<Option<(u64, u64)>>,
    /// Whether there is no instance yet, so that only start functions run. Extism's pointers to its
    /// own store and linker are not set then: a host function that follows them crashes.
    pub(crate) starting: Cell<bool>,
    /// All memories of the instance: the kernel's first, the guest's twice, since Extism
    /// instantiates twice.
    pub(crate) memories: RefCell<Vec<Weak<GuestMemory>>>,
    /// Which of them the guest exports as `memory`: in a start function so many from the end, once
    /// it has started so many from the start.
    pub(crate) guest_memory: Cell<Option<usize>>,
}

impl Running {
    pub(crate) fn new(host: Rc<Host>, extensions: Option<Extensions>, member: Option<Member>) -> Rc<Running> {
        Rc::new(Running {
            host,
            extensions,
            member,
            watched: RefCell::default(),
            nested: Default::default(),
            inside: Default::default(),
            events: Default::default(),
            failure: Default::default(),
            error: Default::default(),
            host_calls: Default::default(),
            http_status: Default::default(),
            wasi: Default::default(),
            output: Default::default(),
            starting: Default::default(),
            memories: Default::default(),
            guest_memory: Default::default(),
        })
    }

    /// What a read or a write of this plugin passes, if anything.
    pub(crate) fn extensions(&self) -> Option<&Extensions> {
        self.extensions.as_ref()
    }

    /// Forgets the last instance, before there is another.
    pub(crate) fn prepare(&self, module: &Module) {
        take_made();
        self.memories.borrow_mut().clear();
        self.guest_memory.set(module.memory.map(|index| module.memories - index));
        self.http_status.set(0);
        self.host_calls.set(0);
        self.starting.set(true);
    }

    /// The kernel's memory: the first that an instance is given.
    pub(crate) fn kernel_memory(&self) -> Option<Arc<GuestMemory>> {
        self.memories.borrow().first()?.upgrade()
    }

    /// The memory that the guest exports.
    pub(crate) fn guest_memory(&self) -> Option<Arc<GuestMemory>> {
        if self.starting.get() {
            self.adopt_memories();
        }
        let memories = self.memories.borrow();
        let index = self.guest_memory.get()?;
        let index = if self.starting.get() { memories.len().checked_sub(index)? } else { index };
        memories.get(index)?.upgrade()
    }

    /// The output that the guest has set, as it is now.
    pub(crate) fn output(&self, function: &str) -> Result<Vec<u8>> {
        let Some((offset, length)) = self.output.get() else { return Ok(Vec::new()) };
        let memory = self.kernel_memory().filter(|_| offset >= FIRST_BLOCK);
        let output =
            memory.as_ref().and_then(|memory| memory.read(offset, length)).ok_or_else(|| Error::BadOutput {
                function: function.to_owned(),
                reason: format!(
                    "output_set({offset}, {length}) names no part of the kernel's memory of {} bytes",
                    self.kernel_memory().map_or(0, |memory| memory.size())
                ),
            })?;
        self.host.gives(function, output)
    }

    /// Notes the memories that this plugin's instances were given since the last time.
    pub(crate) fn adopt_memories(&self) {
        self.memories.borrow_mut().extend(take_made());
    }
}
