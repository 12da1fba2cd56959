//! The smallest plugin that calls another: the demo.

use plugsmith::{HostError, function, peers};

#[function]
fn run() -> Result<String, HostError> {
    peers().load("count_vowels")?.call("count_vowels", "Hello, World!")
}
