//! Who may load whom, and call what.

use plugsmith::testing::glob_matches;

use super::{Known, Registry};
use crate::error::{Error, Result};

/// One thing that is allowed.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    caller: String,
    callee: String,
    function: String,
}

impl Rule {
    pub(super) fn new(caller: &str, callee: &str, function: &str) -> Rule {
        Rule { caller: caller.to_owned(), callee: callee.to_owned(), function: function.to_owned() }
    }
}

impl Registry {
    /// Whether a plugin of this name may load any, and so has the two imports.
    pub(super) fn is_caller(&self, name: &str, is_root: bool) -> bool {
        is_root || self.rules_of(name).next().is_some()
    }

    pub(super) fn may_load(&self, caller: &str, is_root: bool, callee: &str) -> bool {
        self.is_free(caller, is_root) || self.rules_of(caller).any(|rule| glob_matches(&rule.callee, callee))
    }

    pub(super) fn may_call(&self, caller: &str, is_root: bool, callee: &str, function: &str) -> bool {
        self.is_free(caller, is_root)
            || self
                .rules_of(caller)
                .any(|rule| glob_matches(&rule.callee, callee) && glob_matches(&rule.function, function))
    }

    /// Refuses a rule that can never say anything: a misspelt one would open or close nothing.
    ///
    /// # Errors
    /// [`Error::BadManifest`] with the rule and the names that there are.
    pub(super) fn check_rules(&self, root: &str) -> Result<()> {
        let known: Vec<&str> = self.known.keys().chain(&self.absent).map(String::as_str).collect();
        let is_one_of = |pattern: &str| known.iter().any(|name| glob_matches(pattern, name));
        let names = known.iter().map(|name| format!("`{name}`, ")).collect::<String>();
        for rule in &self.rules {
            let Rule { caller, callee, function } = rule;
            let reason = if !is_one_of(caller) && !glob_matches(caller, root) {
                let named = format!("the plugin under test is `{root}`, unless `.named(..)` says otherwise");
                format!("no plugin `{caller}` to load others; there is {names}and {named}")
            } else if !is_one_of(callee) {
                format!("no plugin `{callee}` to be loaded; there is {}", names.trim_end_matches(", "))
            } else {
                continue;
            };
            return Err(Error::BadManifest {
                place: format!("`.allow({caller:?}, {callee:?}, {function:?})`"),
                reason,
            });
        }
        Ok(())
    }

    /// Refuses a rule about a function that none of the plugins has which it is about. Their artifacts are
    /// compiled by now.
    ///
    /// # Errors
    /// [`Error::BadManifest`] with the rule and the functions that there are.
    pub(super) fn check_functions(&self) -> Result<()> {
        for Rule { caller, callee, function } in &self.rules {
            let named = |name: &&String| glob_matches(callee, name);
            let known: Vec<_> = self.known.iter().filter(|(name, _)| named(name)).collect();
            let has =
                |(_, known): &(&String, &Known)| known.functions().iter().any(|name| glob_matches(function, name));
            if known.iter().any(has) || function == "*" || self.absent.iter().any(|name| named(&name)) {
                continue;
            }
            let each = known.iter().map(|(name, known)| {
                let functions = known.functions().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
                let functions = if functions.is_empty() { "none".to_owned() } else { functions.join(", ") };
                format!("`{name}` has {functions}")
            });
            return Err(Error::BadManifest {
                place: format!("`.allow({caller:?}, {callee:?}, {function:?})`"),
                reason: format!("no function `{function}` to be called; {}", each.collect::<Vec<_>>().join("; ")),
            });
        }
        Ok(())
    }

    /// The plugin under test may do anything, until a rule names it.
    fn is_free(&self, caller: &str, is_root: bool) -> bool {
        is_root && self.rules_of(caller).next().is_none()
    }

    fn rules_of(&self, caller: &str) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| glob_matches(&rule.caller, caller))
    }
}
