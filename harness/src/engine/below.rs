//! What a call of a plugin leads to in the parts that are attached to the plugin.

use std::cell::RefCell;

use crate::error::Error;
use crate::trace::event::Event;
use crate::trace::spent::Spent;

/// What a call of a plugin leads to in the parts attached to it. Both sides hold it.
#[derive(Default)]
pub(crate) struct Below {
    /// What was used up there.
    pub(crate) spent: RefCell<Spent>,
    /// What happened there in the host call that runs, until its own line is written.
    pub(crate) events: RefCell<Vec<Event>>,
    /// Why the plugin's call must fail, even if the guest handles the error: its own host calls note it here, too.
    pub(crate) failure: RefCell<Option<Error>>,
}

impl Below {
    /// Notes why the plugin's call must fail, unless that is known already.
    pub(crate) fn fails(&self, error: Error) {
        self.failure.borrow_mut().get_or_insert(error);
    }
}
