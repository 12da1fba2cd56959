//! A plugin with one command, `GREET`.

#![forbid(unsafe_code)]

use plugsmith::{CommandError, PluginContext, command};

/// Greets by name, and counts the greetings.
#[command(name = "GREET", flags = ["write", "fast"])]
fn greet(ctx: &PluginContext, name: String) -> Result<String, CommandError> {
    ctx.storage().incr("greeted")?;
    Ok(format!("Hello, {name}!"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;

    #[test]
    fn greetings_are_counted() {
        let ctx = MockContext::new();
        greet(&ctx, "Ada".into()).unwrap();
        greet(&ctx, "Bob".into()).unwrap();
        assert_eq!(ctx.storage().get("greeted"), Ok(Some(2.into())));
    }
}
