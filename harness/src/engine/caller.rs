//! Which plugin runs: the functions of a compiled plugin are shared by every test that uses it, and
//! find theirs here.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::running::Running;
use crate::engine::watch::Watched;

thread_local! {
    /// The plugins that are being called in this thread, the innermost last.
    static RUNNING: RefCell<Vec<Rc<Running>>> = const { RefCell::new(Vec::new()) };
}

impl Running {
    /// Runs `work` with this as the host of whatever calls out. Who watches the caller watches this, too,
    /// unless it is watched itself.
    pub(crate) fn enter<T>(self: &Rc<Running>, work: impl FnOnce() -> T) -> T {
        /// Also where `work` panics.
        struct Leave;
        impl Drop for Leave {
            fn drop(&mut self) {
                let left = RUNNING.with_borrow_mut(Vec::pop);
                if let Some(left) = left {
                    left.watched.borrow_mut().take_if(|watched| watched.depth > 0);
                }
            }
        }
        RUNNING.with_borrow_mut(|running| {
            if let Some(outer) = running.last()
                && !Rc::ptr_eq(outer, self)
                && let Some(Watched { watch, depth }) = &*outer.watched.borrow()
            {
                let inherited = Watched { watch: watch.clone(), depth: depth + 1 };
                self.watched.borrow_mut().get_or_insert(inherited);
            }
            running.push(Rc::clone(self));
        });
        let _leave = Leave;
        work()
    }

    /// The innermost plugin that is being called: for the engine alone.
    pub(super) fn current() -> Option<Rc<Running>> {
        RUNNING.with_borrow(|running| running.last().cloned())
    }
}

/// Whether a plugin may be called inside of the one that runs, if one does: a start function has no
/// instance yet, whose memories a nested one would mix up.
pub(crate) fn may_nest() -> bool {
    let Some(running) = Running::current() else { return true };
    if running.instance.borrow().starting {
        return false;
    }
    running.adopt_memories();
    true
}
