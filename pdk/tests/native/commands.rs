//! `#[command]` in both forms, called as the plain functions they stay.

use plugsmith::testing::MockContext;
use plugsmith::{Bytes, CommandError, CommandResult, PluginContext, Value, command};

/// The raw form of the seed page.
#[command(name = "COUNT", flags = ["read", "write"], arity = 2)]
fn count(ctx: &PluginContext, args: &[Value]) -> CommandResult {
    let key = args.first().ok_or("Missing key argument")?.as_str().ok_or("Key must be a string")?;
    let next = ctx.storage().get(key)?.and_then(|v| v.as_i64()).unwrap_or(0) + 1;
    ctx.storage().set(key, Value::Integer(next))?;
    Ok(Value::Integer(next))
}

#[command]
fn greet(ctx: &PluginContext, name: &str, times: Option<u32>, rest: Vec<Bytes>) -> Result<Vec<String>, CommandError> {
    ctx.storage().incr("greeted")?;
    let greeting = format!("Hello, {name} and {} more!", rest.len());
    Ok(vec![greeting; times.unwrap_or(1) as usize])
}

#[command]
fn sum(numbers: Vec<i64>) -> i64 {
    numbers.iter().sum()
}

#[command]
fn ping() -> &'static str {
    "PONG"
}

#[command]
fn flip(on: bool, ratio: f64, key: Vec<u8>) -> Result<Option<f64>, &'static str> {
    if key.is_empty() { Err("no key") } else { Ok(on.then_some(ratio)) }
}

#[test]
fn a_raw_command_is_called_with_values() {
    let ctx = MockContext::new();
    assert_eq!(count(&ctx, &["visits".into()]), Ok(Value::Integer(1)));
    assert_eq!(count(&ctx, &["visits".into()]), Ok(Value::Integer(2)));
}

#[test]
fn a_raw_command_fails_with_its_own_words() {
    let ctx = MockContext::new();
    assert_eq!(count(&ctx, &[]).unwrap_err().to_string(), "ERR Missing key argument");
    assert_eq!(count(&ctx, &[Value::Integer(7)]).unwrap_err().to_string(), "ERR Key must be a string");
}

#[test]
fn a_typed_command_is_called_with_its_own_types() {
    let ctx = MockContext::new();
    let replies = greet(&ctx, "Ada", Some(2), vec![Bytes(b"x".to_vec())]).unwrap();
    assert_eq!(replies, ["Hello, Ada and 1 more!", "Hello, Ada and 1 more!"]);
    assert_eq!(ctx.storage().get("greeted").unwrap().unwrap(), 1);
}

#[test]
fn a_command_needs_no_context() {
    assert_eq!(sum(vec![1, 2, 3]), 6);
    assert_eq!(ping(), "PONG");
    assert_eq!(flip(true, 0.5, b"k".to_vec()), Ok(Some(0.5)));
    assert_eq!(flip(true, 0.5, vec![]), Err("no key"));
}

plugsmith::export_plugin!(count, greet, sum, ping, flip);
