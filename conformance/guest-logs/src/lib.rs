//! A plugin that logs at every level. It is a plugin of its own, since the npm SDK 1.0.3 does not
//! load what imports `log_trace`.

#![forbid(unsafe_code)]

use plugsmith::{function, log};

/// A line at every level.
#[function]
fn log_all() {
    log().trace("one");
    log().debug("two");
    log().info("three");
    log().warn("four");
    log().error("");
}
