//! All that a call makes its host hold, under one limit: each kind has limits of its own, which together would be
//! too much.

use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::error::Error;

impl Running {
    /// The kinds of what the host holds for the plugin now, and the bytes of each.
    pub(crate) fn held(&self) -> [(&'static str, usize); 4] {
        let (keys, requests) = self.host.context.with(|host| (host.held.bytes(), host.http.bytes()));
        let call = self.call.borrow();
        let trace = call.events.bytes() + call.error.as_ref().map_or(0, String::len);
        // Their number of bytes is not kept, and has a limit that is small.
        let variables = self.host.limits.var_bytes;
        [("keys and values", keys), ("HTTP requests", requests), ("variables", variables), ("the trace", trace)]
    }

    /// Ends the guest's call if the host holds too much after this function.
    pub(crate) fn check_held(&self, function: &str) -> Result<(), Failure> {
        let held = self.held();
        let Err(reason) = self.host.context.with(|host| host.held.fits_in_total(&held)) else { return Ok(()) };
        let error = Error::HostFull { function: function.to_owned(), reason };
        let failure = Failure::msg(error.to_string());
        self.below.fails(error);
        Err(failure)
    }
}
