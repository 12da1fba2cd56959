//! Who watches a guest's host calls, and may answer them.

use std::sync::Arc;

use plugsmith::protocol::host_functions::{HostValue, WireType};

use crate::error::Error;

/// Sees every host call of a guest and of the plugins that it leads to, and may answer in the host's place:
/// what fault injection, recordings, audits and coverage are made of.
///
/// It is shared with the guest, which a server may keep in another thread; so its own state is behind a
/// `Mutex` or atomic.
///
/// ```
/// use std::sync::{Arc, Mutex};
///
/// use plugsmith_harness::{Guest, Passing, Plugin, Verdict, Watch};
///
/// /// The names of all host functions that were called.
/// #[derive(Default)]
/// struct Names(Mutex<Vec<String>>);
///
/// impl Watch for Names {
///     fn before(&self, call: &Passing<'_>) -> Verdict {
///         self.0.lock().unwrap().push(call.name.to_owned());
///         Verdict::Pass
///     }
/// }
///
/// let asks = br#"(module
///   (import "extism:host/env" "http_status_code" (func $status (result i32)))
///   (func (export "ask") (result i32) (call $status)))"#;
/// let names = Arc::new(Names::default());
/// let mut plugin = Plugin::load(&asks[..])?;
/// plugin.watch(Some(names.clone()));
/// plugin.call_raw("ask", b"").unwrap();
/// assert_eq!(*names.0.lock().unwrap(), ["http_status_code"]);
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
pub trait Watch: Send + Sync {
    /// Called before the host does anything: decides what happens to the call.
    fn before(&self, call: &Passing<'_>) -> Verdict {
        let _ = call;
        Verdict::Pass
    }

    /// Called once there is an answer, or the reason why there is none; it has not reached the guest yet.
    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        let _ = (call, answer);
    }

    /// A call of an export begins. `depth` is as in [`Passing::depth`].
    fn enters(&self, entry: &str, input: &[u8], depth: usize) {
        let _ = (entry, input, depth);
    }

    /// The call that began last has ended, with its output or its error.
    fn leaves(&self, result: Result<&[u8], &Error>, depth: usize) {
        let _ = (result, depth);
    }

    /// The test has restarted the guest. After a trap a guest restarts by itself, and this is not called.
    fn restarts(&self) {}
}

/// Two watches of one guest. The first may answer; the second sees what has become of the call.
pub(crate) struct Both {
    pub(crate) first: Arc<dyn Watch>,
    pub(crate) second: Arc<dyn Watch>,
}

impl Both {
    /// Whatever of the two is there, as one.
    pub(crate) fn of(first: Option<Arc<dyn Watch>>, second: Option<&Arc<dyn Watch>>) -> Option<Arc<dyn Watch>> {
        match (first, second.cloned()) {
            (Some(first), Some(second)) => Some(Arc::new(Both { first, second })),
            (first, second) => first.or(second),
        }
    }
}

impl Watch for Both {
    fn before(&self, call: &Passing<'_>) -> Verdict {
        match (self.first.before(call), self.second.before(call)) {
            (Verdict::Pass, verdict) | (verdict, _) => verdict,
        }
    }

    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        self.first.after(call, answer);
        self.second.after(call, answer);
    }

    fn enters(&self, entry: &str, input: &[u8], depth: usize) {
        self.first.enters(entry, input, depth);
        self.second.enters(entry, input, depth);
    }

    fn leaves(&self, result: Result<&[u8], &Error>, depth: usize) {
        self.first.leaves(result, depth);
        self.second.leaves(result, depth);
    }

    fn restarts(&self) {
        self.first.restarts();
        self.second.restarts();
    }
}

/// What the host has answered, in full, or why it did not.
pub type Answered<'a> = Result<&'a HostValue, &'a str>;

/// A host call on its way from the guest to the host.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Passing<'a> {
    /// The import module.
    pub module: &'a str,
    /// The import name.
    pub name: &'a str,
    /// What the arguments are.
    pub parameters: &'a [WireType],
    /// The arguments, in full; as many as [`Passing::parameters`].
    pub arguments: &'a [HostValue],
    /// What the answer is.
    pub answers: WireType,
    /// Whether the real function can fail: one that logs, or sets an error, cannot.
    pub can_fail: bool,
    /// How many guests are between this one and the watched one: 0 for a call of its own.
    pub depth: usize,
}

/// What becomes of a host call.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The host answers it.
    Pass,
    /// This is the answer, and the host is not asked. It must be of the type that
    /// [`Passing::answers`] names, else the call ends the guest's.
    Answer(HostValue),
    /// The host refuses, with this text, in the way that the guest's ABI has for it: an error reply of a
    /// function that answers with a reply, such as those of storage; the error code of WASI; Orbis' 0 or -1.
    /// Where there is no way, the guest's call ends.
    Refuse(String),
}

/// A watch, and how far the guest is from the one that it was given to.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) watch: Arc<dyn Watch>,
    pub(crate) depth: usize,
}
