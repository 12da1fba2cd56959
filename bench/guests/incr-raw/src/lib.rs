//! The command of `incr-typed`, in the raw form of the seed page.

use plugsmith::{CommandResult, PluginContext, Value, command};

#[command(name = "VISITS.COUNT", flags = ["write"], arity = 2)]
fn count(ctx: &PluginContext, args: &[Value]) -> CommandResult {
    let key = args[0].as_str().ok_or("a key is text")?;
    Ok(Value::Integer(ctx.storage().incr(key)?))
}
