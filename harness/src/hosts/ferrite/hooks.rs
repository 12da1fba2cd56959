//! Events, fired at a plugin's hooks as a host does it.

use plugsmith::{Event, HookResult};

use super::extensions::Extensions;
use super::host_action::asking;

use crate::engine::plugin::Plugin;
use crate::error::{Error, Result};
use crate::trace::call::What;
use crate::trace::outcome::Outcome;

impl Plugin {
    /// Fires an event: every hook of it runs, by priority and then in the order of `export_plugin!`.
    ///
    /// An abort ends it; a modified value is what the next hook sees, and what comes of it in the
    /// end. An event without hooks does nothing.
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
            match plugin.attached::<Extensions>() {
                None => Ok(HookResult::Continue),
                Some(extensions) => asking(plugin, |_| extensions.fire(fired).map(|(verdict, _)| verdict)),
            }
        })
    }
}

/// Refuses an event that no host could fire.
fn check(event: &Event) -> Result<()> {
    if !event.is_known() {
        return Err(Error::UnknownEvent { event: event.name.clone(), choice: Event::choice() });
    }
    event.check_fields().map_err(|reason| Error::BadEvent { reason })
}
