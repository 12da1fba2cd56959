//! A plugin for any Extism host with one function, `greet`.

#![forbid(unsafe_code)]

use plugsmith::{config, function};

/// Greets by name, with the title that the configuration gives.
#[function]
fn greet(name: String) -> String {
    let title = config()
        .get("title")
        .map(|title| title + " ")
        .unwrap_or_default();
    format!("Hello, {title}{name}!")
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;

    #[test]
    fn greets_with_the_title_of_the_configuration() {
        let ctx = MockContext::new();
        assert_eq!(greet("Ada".into()), "Hello, Ada!");
        ctx.set_config("title", "Countess");
        assert_eq!(greet("Ada".into()), "Hello, Countess Ada!");
    }
}
