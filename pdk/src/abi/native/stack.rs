//! The hosts in memory of one thread: those of the mocks that live, and below them the thread's own.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread::LocalKey;

/// A host in memory, of which each thread has a stack.
pub(crate) trait Fake: Default + 'static {
    /// The hosts of this thread's living mocks, oldest first; the thread's own at the bottom.
    fn hosts() -> &'static LocalKey<RefCell<Vec<Handle<Self>>>>;
}

/// One of them, shared by all that came from one mock.
#[derive(Debug)]
pub(crate) struct Handle<F>(Rc<RefCell<F>>);

// Not derived: that would ask for a host that can be cloned.
impl<F> Clone for Handle<F> {
    fn clone(&self) -> Handle<F> {
        Handle(Rc::clone(&self.0))
    }
}

impl<F: Fake> Handle<F> {
    pub(crate) fn new() -> Handle<F> {
        Handle(Rc::new(RefCell::new(F::default())))
    }

    /// The host that free functions talk to.
    pub(crate) fn current() -> Handle<F> {
        F::hosts().with_borrow(|hosts| hosts.last().expect("the thread's own host stays").clone())
    }

    /// Makes this the host of free functions, until [`Handle::leave`].
    pub(crate) fn enter(&self) {
        F::hosts().with_borrow_mut(|hosts| hosts.push(self.clone()));
    }

    pub(crate) fn leave(&self) {
        F::hosts().with_borrow_mut(|hosts| {
            if let Some(index) = hosts.iter().rposition(|host| Rc::ptr_eq(&host.0, &self.0)) {
                hosts.remove(index);
            }
        });
    }

    /// Works on the host; it must not be asked again from within.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut F) -> T) -> T {
        work(&mut self.0.borrow_mut())
    }
}
