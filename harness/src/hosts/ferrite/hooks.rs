//! Events, fired at a plugin's hooks as a host does it.

use plugsmith::protocol::event::{may_abort, may_modify, modified_field};
use plugsmith::protocol::metadata::Hook;
use plugsmith::{Event, HookResult, Value};

use super::acting::{ShownAs, asking};
use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::trace::call::What;
use crate::trace::event;
use crate::trace::outcome::Outcome;

impl Plugin {
    /// Fires an event: every hook of it runs, by priority and then in the order of `export_plugin!`.
    ///
    /// An abort ends it; a modified value is what the next hook sees, and what comes of it in the
    /// end. An event without hooks is let be.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// use plugsmith_harness::{Event, HookResult, plugin};
    ///
    /// let verdict = plugin!().fire(Event::new("OnKeyWrite").key("protected:a").value("x")).unwrap();
    /// assert_eq!(verdict, HookResult::Abort("Cannot write to protected keys".into()));
    /// ```
    ///
    /// # Errors
    /// In the outcome: [`Error::UnknownEvent`] for an event that no host fires, [`Error::BadEvent`] for one
    /// whose fields are not those that a host gives it, [`Error::BadOutput`] for a verdict that the event does
    /// not allow, and whatever a hook fails with.
    pub fn fire(&mut self, event: Event) -> Outcome<HookResult> {
        let name = event.name.clone();
        let fired = event.clone();
        self.act(&name, What::Event(event), |plugin, _| {
            check(&fired)?;
            match plugin.running().extensions() {
                None => Ok(HookResult::Continue),
                Some(extensions) => asking(plugin, |_| extensions.fire(fired).map(|(verdict, _)| verdict)),
            }
        })
    }
}

impl ShownAs for HookResult {
    fn shown(&self) -> String {
        match self {
            HookResult::Continue => "continue".to_owned(),
            HookResult::Abort(message) => format!("abort: {message}"),
            HookResult::Modified(value) => format!("modified {}", event::render_value(value)),
        }
    }
}

/// Refuses an event that no host could fire.
fn check(event: &Event) -> Result<()> {
    if !event.is_known() {
        return Err(Error::UnknownEvent { event: event.name.clone(), choice: Event::choice() });
    }
    event.check_fields().map_err(|reason| Error::BadEvent { reason })
}

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
