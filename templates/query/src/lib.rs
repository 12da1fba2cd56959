//! A plugin for Query with one function, `greet`.
//!
//! A script in Query cannot catch a plugin's failure: it is an HTTP 500 without a body. So whatever
//! can be expected to go wrong is in the output, as `error: ` and the reason.

#![forbid(unsafe_code)]

use plugsmith::function;

/// Greets by name.
#[function]
fn greet(name: &str) -> String {
    match name.trim() {
        "" => "error: a greeting needs a name".to_owned(),
        name => format!("Hello, {name}!"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greets_without_the_spaces_around_a_name() {
        assert_eq!(greet(" Ada "), "Hello, Ada!");
    }
}
