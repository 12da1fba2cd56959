//! `init`, `execute` and `cleanup`.

use crate::abi::orbis::HostHandle;
use crate::error::orbis::Error;
use crate::protocol::log::Level;

/// What a function of the lifecycle may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a function of the lifecycle",
    note = "return nothing, an `i32` (0 for success), or a `Result` of either whose error converts to `orbis::Error`"
)]
pub trait LifecycleOutput {
    /// The code for the host: 0 for success.
    fn finish(self) -> i32;
}

impl LifecycleOutput for () {
    fn finish(self) -> i32 {
        0
    }
}

impl LifecycleOutput for i32 {
    fn finish(self) -> i32 {
        self
    }
}

impl<T: LifecycleOutput, E: Into<Error>> LifecycleOutput for Result<T, E> {
    /// 1 for an error, whose text is in the host's log.
    fn finish(self) -> i32 {
        match self {
            Ok(value) => value.finish(),
            Err(error) => {
                HostHandle::current().log(Level::Error, error.into().message());
                1
            }
        }
    }
}
