//! Mocks of `#[host_functions]` traits, each in the slot of its trait.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;

thread_local! {
    /// The mock of each `#[host_functions]` trait in this thread, as an `Rc<dyn Trait>`.
    static SLOTS: RefCell<HashMap<TypeId, Box<dyn Any>>> = RefCell::default();
}

/// Puts a mock in the slot of its trait until the guard is dropped.
pub fn slot<T: ?Sized + 'static>(mock: Rc<T>) -> MockGuard {
    let before = SLOTS.with_borrow_mut(|slots| slots.insert(TypeId::of::<T>(), Box::new(mock)));
    MockGuard::new(move || {
        SLOTS.with_borrow_mut(|slots| match before {
            Some(before) => slots.insert(TypeId::of::<T>(), before),
            None => slots.remove(&TypeId::of::<T>()),
        });
    })
}

/// The mock in the slot of trait `T`.
pub fn implementation<T: ?Sized + 'static>() -> Option<Rc<T>> {
    SLOTS.with_borrow(|slots| slots.get(&TypeId::of::<T>())?.downcast_ref::<Rc<T>>().cloned())
}

/// Ends a unit test that called a host function without a mock.
///
/// # Panics
/// Always, with the line to add.
#[track_caller]
pub fn missing(name: &str, stub: &str) -> ! {
    panic!(
        "no mock for the host function `{name}`: a unit test puts one in its place with\n    \
         let _mock = {stub}::mock(MyMock);"
    )
}

/// Keeps a mock of a `#[host_functions]` trait in its slot until dropped.
#[must_use = "the mock is removed when this is dropped: let _mock = .."]
pub struct MockGuard(Option<Box<dyn FnOnce()>>);

impl MockGuard {
    pub(crate) fn new(remove: impl FnOnce() + 'static) -> MockGuard {
        MockGuard(Some(Box::new(remove)))
    }
}

impl Drop for MockGuard {
    fn drop(&mut self) {
        if let Some(remove) = self.0.take() {
            remove();
        }
    }
}

impl fmt::Debug for MockGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MockGuard")
    }
}
