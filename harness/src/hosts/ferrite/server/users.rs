//! Users and what they may do, by Redis' access control lists.

mod describe;
mod rules;

use std::collections::BTreeMap;

use super::commands::{Spec, Wanted};
use crate::hosts::ferrite::server::digest::sha256;
use crate::hosts::ferrite::store::matches;

pub(crate) use describe::{describe, getuser};
pub(crate) use rules::apply;

/// Who may log in.
#[derive(Debug)]
pub(crate) struct Users {
    users: BTreeMap<String, User>,
}

/// The user that a connection starts as.
pub(crate) const DEFAULT: &str = "default";

/// A user.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct User {
    pub(super) enabled: bool,
    pub(super) any_password: bool,
    /// Their SHA-256 in hex.
    pub(super) passwords: Vec<String>,
    /// What the rules outside of parentheses allow.
    pub(super) root: Selector,
    /// What those in parentheses allow besides.
    pub(super) selectors: Vec<Selector>,
}

/// One set of rules: a call must be allowed by one of them alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Selector {
    /// In order; the last that matches decides.
    pub(super) commands: Vec<(bool, Which)>,
    pub(super) keys: Vec<KeyPattern>,
    pub(super) channels: Vec<String>,
}

/// Commands of a rule.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Which {
    All,
    Category(String),
    /// `get`, or `config|get`.
    Command(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct KeyPattern {
    pub(super) pattern: String,
    pub(super) reads: bool,
    pub(super) writes: bool,
}

/// Why a user may not do what it asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    Command,
    Key,
    Channel,
}

impl Users {
    /// The default user alone, with this password or with none.
    pub(crate) fn new(password: Option<&str>) -> Users {
        let mut user = User::all();
        if let Some(password) = password {
            user.any_password = false;
            user.passwords = vec![sha256(password.as_bytes())];
        }
        Users { users: BTreeMap::from([(DEFAULT.to_owned(), user)]) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&User> {
        self.users.get(name)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &User)> {
        self.users.iter()
    }

    pub(crate) fn set(&mut self, name: &str, user: User) {
        self.users.insert(name.to_owned(), user);
    }

    pub(crate) fn remove(&mut self, name: &str) -> bool {
        self.users.remove(name).is_some()
    }

    /// Whether whoever knows this password is the user.
    pub(crate) fn is(&self, name: &str, password: &[u8]) -> bool {
        let Some(user) = self.users.get(name).filter(|user| user.enabled) else { return false };
        let hash = sha256(password);
        // No early exit: how long it takes tells nothing of the password.
        let known = user.passwords.iter().fold(false, |known, password| known | (*password == hash));
        user.any_password || known
    }

    /// Whether a connection is logged in from the start.
    pub(crate) fn open(&self) -> bool {
        self.users.get(DEFAULT).is_some_and(|user| user.enabled && user.any_password)
    }
}

impl User {
    /// A user that may do anything, with any password.
    pub(super) fn all() -> User {
        let root = Selector {
            commands: vec![(true, Which::All)],
            keys: vec![KeyPattern { pattern: "*".to_owned(), reads: true, writes: true }],
            channels: vec!["*".to_owned()],
        };
        User { enabled: true, any_password: true, passwords: Vec::new(), root, selectors: Vec::new() }
    }

    pub(crate) fn needs_no_password(&self) -> bool {
        self.any_password
    }

    /// Whether one of the selectors allows the call.
    pub(crate) fn check(
        &self,
        spec: &Spec,
        keys: &[Wanted<'_>],
        channels: &[&[u8]],
        literal: bool,
    ) -> Result<(), Denied> {
        let mut denied = Denied::Command;
        for selector in std::iter::once(&self.root).chain(&self.selectors) {
            match selector.check(spec, keys, channels, literal) {
                Ok(()) => return Ok(()),
                // The selector that came furthest tells why.
                Err(Denied::Command) => {}
                Err(further) => denied = further,
            }
        }
        Err(denied)
    }
}

impl Selector {
    fn check(&self, spec: &Spec, keys: &[Wanted<'_>], channels: &[&[u8]], literal: bool) -> Result<(), Denied> {
        if !self.allows(spec) && !spec.has("no_auth") {
            return Err(Denied::Command);
        }
        if !keys.iter().all(|wanted| self.opens(wanted)) {
            return Err(Denied::Key);
        }
        let hears = |channel: &[u8]| {
            self.channels.iter().any(|pattern| {
                // A pattern is allowed as it stands only: it could match more than the user may hear.
                if literal {
                    pattern == "*" || pattern.as_bytes() == channel
                } else {
                    matches(pattern.as_bytes(), channel)
                }
            })
        };
        if channels.iter().all(|channel| hears(channel)) { Ok(()) } else { Err(Denied::Channel) }
    }

    pub(super) fn allows(&self, spec: &Spec) -> bool {
        let decides = |which: &Which| match which {
            Which::All => true,
            Which::Category(category) => spec.categories.contains(category),
            Which::Command(name) => {
                spec.name.eq_ignore_ascii_case(name)
                    || spec.name.split_once('|').is_some_and(|(command, _)| command.eq_ignore_ascii_case(name))
            }
        };
        self.commands.iter().rev().find(|(_, which)| decides(which)).is_some_and(|(allowed, _)| *allowed)
    }

    fn opens(&self, wanted: &Wanted<'_>) -> bool {
        self.keys.iter().any(|key| {
            (key.reads || !wanted.reads)
                && (key.writes || !wanted.writes)
                && matches(key.pattern.as_bytes(), wanted.key)
        })
    }
}
