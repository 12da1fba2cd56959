//! Who may load whom, and call what.

use plugsmith::testing::glob_matches;

use super::Registry;
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

    /// The plugin under test may do anything, until a rule names it.
    fn is_free(&self, caller: &str, is_root: bool) -> bool {
        is_root && self.rules_of(caller).next().is_none()
    }

    fn rules_of(&self, caller: &str) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(move |rule| glob_matches(&rule.caller, caller))
    }
}
