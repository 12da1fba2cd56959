//! Four commands in the raw form, as strict as `forms-typed` has them in the typed one.

use plugsmith::{CommandError, CommandResult, PluginContext, Value, command};

#[command(name = "REPEAT", flags = ["read"], arity = -2)]
fn repeat(_: &PluginContext, args: &[Value]) -> CommandResult {
    let text = args[0].as_str().ok_or("argument 'text': expected text")?;
    let times = match args {
        [_] => 1,
        [_, times] => {
            let times = times.as_i64().and_then(|times| u32::try_from(times).ok());
            times.ok_or("argument 'times': expected an integer from 0 to 4294967295")?
        }
        _ => return Err("wrong number of arguments for 'REPEAT'".into()),
    };
    Ok(Value::String(text.repeat(times as usize)))
}

#[command(name = "ECHO", flags = ["read"], arity = 2)]
fn echo(_: &PluginContext, args: &[Value]) -> CommandResult {
    let bytes = args[0].as_bytes().ok_or("argument 'bytes': expected a string")?;
    Ok(Value::BulkString(bytes.to_vec()))
}

#[command(name = "SUM", flags = ["read"], arity = -1)]
fn sum(_: &PluginContext, args: &[Value]) -> CommandResult {
    let mut sum = 0_i64;
    for number in args {
        let number = number.as_i64().ok_or("argument 'numbers': expected a 64-bit integer")?;
        sum = sum.checked_add(number).ok_or(CommandError::OutOfRange)?;
    }
    Ok(Value::Integer(sum))
}

#[command(name = "COUNT", flags = ["write"], arity = -2)]
fn count(ctx: &PluginContext, args: &[Value]) -> CommandResult {
    let key = args[0].as_str().ok_or("argument 'key': expected text")?;
    let by = match args {
        [_] => 1,
        [_, by] => by.as_i64().ok_or("argument 'by': expected a 64-bit integer")?,
        _ => return Err("wrong number of arguments for 'COUNT'".into()),
    };
    Ok(Value::Integer(ctx.storage().incr_by(key, by)?))
}
