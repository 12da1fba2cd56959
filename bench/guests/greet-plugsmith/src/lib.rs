//! The plugin of the README: a typed command with one storage call and a formatted reply.

use plugsmith::{CommandError, PluginContext, command};

#[command(name = "GREET", flags = ["write", "fast"])]
fn greet(ctx: &PluginContext, name: String) -> Result<String, CommandError> {
    ctx.storage().incr("greeted")?;
    Ok(format!("Hello, {name}!"))
}
