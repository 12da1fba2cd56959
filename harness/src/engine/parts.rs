//! What travels with a host and does not concern the engine: kept by its type, as `http::Extensions`
//! keeps what travels with a request.

use std::any::Any;

/// Values of any type.
#[derive(Default)]
pub(crate) struct Parts(Vec<Box<dyn Any>>);

impl Parts {
    pub(crate) fn push<T: Any>(&mut self, part: T) {
        self.0.push(Box::new(part));
    }

    /// Those of one type, in the order in which they came.
    pub(crate) fn iter<T: Any>(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|part| part.downcast_ref())
    }

    /// The first of one type for which `is_wanted` holds, which is then no longer here.
    pub(crate) fn take<T: Any>(&mut self, is_wanted: impl Fn(&T) -> bool) -> Option<T> {
        let place = self.0.iter().position(|part| part.downcast_ref().is_some_and(&is_wanted))?;
        self.0.remove(place).downcast().ok().map(|part| *part)
    }
}
