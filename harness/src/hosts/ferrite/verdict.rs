//! What a hook has answered, and what becomes of its event.

use plugsmith::protocol::event::{may_abort, may_modify, modified_field};
use plugsmith::protocol::metadata::Hook;
use plugsmith::{Event, HookResult, Value};

use crate::error::{Error, Result};
use crate::trace::event;

/// Puts a value in the place of the event's.
pub(crate) fn modify(event: &mut Event, value: Value) {
    let field = modified_field(&event.name);
    event.fields.retain(|(name, _)| name != field);
    event.fields.push((field.to_owned(), value));
}

/// What a hook answered, if its event allows it: a guest is not trusted to have checked that itself.
pub(crate) fn verdict(hook: &Hook, output: &[u8]) -> Result<HookResult> {
    let bad = |reason: String| Error::BadOutput { function: hook.export.clone(), reason };
    match HookResult::decode(output).map_err(bad)? {
        HookResult::Abort(_) if !may_abort(&hook.event) => Err(bad(format!("{} cannot be aborted", hook.event))),
        HookResult::Modified(_) if !may_modify(&hook.event) => {
            Err(bad(format!("{} has no value to modify", hook.event)))
        }
        HookResult::Modified(value) if hook.event == "BeforeCommand" && !matches!(value, Value::Array(_)) => {
            Err(bad(format!("BeforeCommand modifies `args`, a list, not {}", event::render_value(&value))))
        }
        HookResult::Modified(Value::Null | Value::Error(_)) if matches!(&*hook.event, "OnKeyRead" | "OnKeyWrite") => {
            Err(bad("no key holds null or an error: abort instead".to_owned()))
        }
        verdict => Ok(verdict),
    }
}
