//! The five-line command with a storage call.

use plugsmith::{CommandResult, PluginContext, command};

#[command(name = "GREET", flags = ["write"])]
fn greet(ctx: &PluginContext, name: String) -> CommandResult {
    ctx.storage().incr("greeted")?;
    Ok(format!("Hello, {name}!").into())
}
