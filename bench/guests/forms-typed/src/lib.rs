//! Four commands in the typed form; `forms-raw` has the same in the raw form.

use plugsmith::{CommandError, PluginContext, command};

#[command(name = "REPEAT", flags = ["read"])]
fn repeat(text: &str, times: Option<u32>) -> String {
    text.repeat(times.unwrap_or(1) as usize)
}

#[command(name = "ECHO", flags = ["read"])]
fn echo(bytes: &[u8]) -> &[u8] {
    bytes
}

#[command(name = "SUM", flags = ["read"])]
fn sum(numbers: Vec<i64>) -> Result<i64, CommandError> {
    numbers.iter().try_fold(0_i64, |sum, n| sum.checked_add(*n)).ok_or(CommandError::OutOfRange)
}

#[command(name = "COUNT", flags = ["write"])]
fn count(ctx: &PluginContext, key: &str, by: Option<i64>) -> Result<i64, CommandError> {
    Ok(ctx.storage().incr_by(key, by.unwrap_or(1))?)
}
