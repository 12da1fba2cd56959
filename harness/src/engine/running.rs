//! What a plugin's host functions see while it runs.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Weak};

use extism::{CurrentPlugin, Val};

use crate::artifact::edges::Edges;
use crate::artifact::module::Module;
use crate::engine::below::Below;
use crate::engine::failure::Failure;
use crate::engine::host::Host;
use crate::engine::memory::{FIRST_BLOCK, GuestMemory, take_made};
use crate::engine::wasi::Wasi;
use crate::engine::watch::Watched;
use crate::error::{Error, Result};
use crate::import::Import;
use crate::trace::cost::Crossed;
use crate::trace::event::Events;

/// Answers an import over Extism's ABI, if it is responsible for it.
pub(crate) type Answer =
    Box<dyn Fn(&Import, &Running, &mut CurrentPlugin, &[Val], &mut [Val]) -> Option<std::result::Result<(), Failure>>>;

/// A plugin as its host functions see it: its own state, that of its instance, and that of its call.
pub(crate) struct Running {
    pub(crate) host: Rc<Host>,
    /// What hangs on it and answers imports.
    pub(crate) answers: Vec<Answer>,
    /// What its calls lead to there.
    pub(crate) below: Rc<Below>,
    /// Who watches its host calls: whoever watches the plugin itself, else who watches its caller.
    pub(crate) watched: RefCell<Option<Watched>>,
    pub(crate) instance: RefCell<InstanceState>,
    pub(crate) call: RefCell<CallState>,
    /// What the guest does with time and text in this call.
    pub(crate) wasi: Wasi,
}

/// The state of an instance, replaced as a whole by that of the next.
#[derive(Default)]
pub(crate) struct InstanceState {
    /// The status of the last HTTP response.
    pub(crate) http_status: u16,
    /// Whether there is no instance yet, so that only start functions run. Extism's pointers to its
    /// own store and linker are not set then: a host function that follows them crashes.
    pub(crate) starting: bool,
    /// All memories of the instance: the kernel's first, the guest's twice, since Extism
    /// instantiates twice.
    pub(crate) memories: Vec<Weak<GuestMemory>>,
    /// Which of them the guest exports as `memory`: in a start function so many from the end, once
    /// it has started so many from the start.
    pub(crate) guest_memory: Option<usize>,
    /// Which of them is the first of the guest's, once it has started.
    pub(crate) guest_start: Option<usize>,
}

/// The state of a call, replaced as a whole by that of the next.
#[derive(Default)]
pub(crate) struct CallState {
    pub(crate) events: Events,
    /// The error that the guest has set.
    pub(crate) error: Option<String>,
    /// What its host calls count for.
    pub(crate) host_calls: u64,
    /// What the host has refused, in the words that the guest was told.
    pub(crate) refusals: Vec<String>,
    /// The offset and the length of the output that the guest has set.
    pub(crate) output: Option<(u64, u64)>,
    pub(crate) crossed: Crossed,
}

impl Running {
    pub(crate) fn new(host: Rc<Host>, answers: Vec<Answer>, below: Rc<Below>) -> Rc<Running> {
        let (watched, instance, call) = (RefCell::default(), RefCell::default(), RefCell::default());
        Rc::new(Running { host, answers, below, watched, instance, call, wasi: Wasi::default() })
    }

    /// Forgets the last instance, before there is another.
    pub(crate) fn prepare(&self, module: &Module) {
        take_made();
        *self.instance.borrow_mut() = InstanceState {
            starting: true,
            guest_memory: module.memory.map(|index| module.memories - index),
            ..InstanceState::default()
        };
        self.call.borrow_mut().host_calls = 0;
    }

    /// The error that the guest has set, which is then no longer set.
    pub(crate) fn take_error(&self) -> Option<String> {
        self.call.borrow_mut().error.take()
    }

    /// Notes that the host has refused something, and with what words.
    pub(crate) fn note_refusal(&self, message: String) {
        /// A guest may make any number of calls, so only the last refusals are kept: those it may pass on.
        const KEPT: usize = 100;
        let refusals = &mut self.call.borrow_mut().refusals;
        if refusals.len() == KEPT {
            refusals.remove(0);
        }
        refusals.push(message);
    }

    /// The error that the guest answers with: the host's, where it passes on a refusal, else its own.
    pub(crate) fn answered(&self, message: String) -> Error {
        if self.call.borrow().refusals.iter().any(|refusal| message.starts_with(refusal)) {
            Error::Denied { message }
        } else {
            Error::Plugin { message }
        }
    }

    /// Forgets the last call, before there is another.
    pub(crate) fn begin(&self) {
        self.call.replace(CallState::default());
        self.below.failure.take();
        self.wasi.begin();
    }

    /// The kernel's memory: the first that an instance is given.
    pub(crate) fn kernel_memory(&self) -> Option<Arc<GuestMemory>> {
        self.instance.borrow().memories.first()?.upgrade()
    }

    /// The memory that the guest exports.
    pub(crate) fn guest_memory(&self) -> Option<Arc<GuestMemory>> {
        if self.instance.borrow().starting {
            self.adopt_memories();
        }
        let instance = self.instance.borrow();
        let index = instance.guest_memory?;
        let index = if instance.starting { instance.memories.len().checked_sub(index)? } else { index };
        instance.memories.get(index)?.upgrade()
    }

    /// What an instrumented guest has counted since the last time.
    pub(crate) fn take_edges(&self, edges: Edges) -> Option<Vec<u8>> {
        let instance = self.instance.borrow();
        let index = instance.guest_start?.checked_add(edges.memory)?;
        let memory = instance.memories.get(index)?.upgrade()?;
        let counters = memory.read(0, edges.count as u64)?;
        memory.write(0, &vec![0; edges.count])?;
        Some(counters)
    }

    /// The output that the guest has set, as it is now.
    pub(crate) fn output(&self, function: &str) -> Result<Vec<u8>> {
        let Some((offset, length)) = self.call.borrow().output else { return Ok(Vec::new()) };
        let memory = self.kernel_memory().filter(|_| offset >= FIRST_BLOCK);
        let output =
            memory.as_ref().and_then(|memory| memory.read(offset, length)).ok_or_else(|| Error::BadOutput {
                function: function.to_owned(),
                reason: format!(
                    "output_set({offset}, {length}) names no part of the kernel's memory of {} bytes",
                    self.kernel_memory().map_or(0, |memory| memory.size())
                ),
            })?;
        self.host.refuse_binary_output(function, output)
    }

    /// Notes the memories that this plugin's instances were given since the last time.
    pub(crate) fn adopt_memories(&self) {
        self.instance.borrow_mut().memories.extend(take_made());
    }
}
