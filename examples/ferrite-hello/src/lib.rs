//! The listings of the Ferrite plugin page, letter for letter but for the crate's name.

#![cfg_attr(rustfmt, rustfmt_skip)]
#![allow(unused_variables, clippy::get_first, clippy::uninlined_format_args, reason = "the page's own words")]

use plugsmith::{
    command, export_plugin, PluginContext, CommandResult, Value
};

#[command(name = "HELLO.WORLD", flags = ["read"])]
fn hello_world(ctx: &PluginContext, args: &[Value]) -> CommandResult {
    let name = args.get(0)
        .and_then(|v| v.as_str())
        .unwrap_or("World");

    Ok(Value::String(format!("Hello, {}!", name)))
}

#[command(name = "HELLO.COUNT", flags = ["read", "write"])]
fn hello_count(ctx: &PluginContext, args: &[Value]) -> CommandResult {
    let key = args.get(0)
        .ok_or("Missing key argument")?
        .as_str()
        .ok_or("Key must be a string")?;

    // Read current value
    let current = ctx.storage().get(key)?
        .and_then(|v| v.as_i64())
        .unwrap_or(0);

    // Increment and store
    let new_value = current + 1;
    ctx.storage().set(key, Value::Integer(new_value))?;

    Ok(Value::Integer(new_value))
}

export_plugin!(hello_world, hello_count);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::*;

    #[test]
    fn test_hello_world() {
        let ctx = MockContext::new();
        let args = vec![Value::String("Alice".to_string())];

        let result = hello_world(&ctx, &args);

        assert!(result.is_ok());
        assert_eq!(result.unwrap(), Value::String("Hello, Alice!".to_string()));
    }

    #[test]
    fn a_count_is_kept_between_calls() {
        let ctx = MockContext::new();
        let args = [Value::String("visits".to_string())];

        hello_count(&ctx, &args).unwrap();

        assert_eq!(hello_count(&ctx, &args), Ok(Value::Integer(2)));
    }
}
