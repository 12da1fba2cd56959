//! One typed command with one storage call: the smallest plugin that does something.

use plugsmith::{CommandError, PluginContext, command};

#[command(name = "VISITS.COUNT", flags = ["write"])]
fn count(ctx: &PluginContext, key: &str) -> Result<i64, CommandError> {
    Ok(ctx.storage().incr(key)?)
}
