//! The rules of `ACL SETUSER`.

use std::fmt;

use super::{KeyPattern, Selector, User, Which};
use crate::hosts::ferrite::server::digest::sha256;

/// Why a rule is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RuleError {
    rule: String,
    reason: &'static str,
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            UNMATCHED => write!(f, "ERR {UNMATCHED} '{}'.", self.rule),
            reason => write!(f, "ERR Error in ACL SETUSER modifier '{}': {reason}", self.rule),
        }
    }
}

const SYNTAX: &str = "Syntax error";
const UNKNOWN: &str = "Unknown command or category name in ACL";
const AFTER_ALL_KEYS: &str = "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not \
    have any effect. Try 'resetkeys' to start with an empty list of patterns";
const AFTER_ALL_CHANNELS: &str = "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and \
    does not have any effect. Try 'resetchannels' to start with an empty list of channels";
const NO_PASSWORD: &str = "The password you are trying to remove from the user does not exist";
const BAD_HASH: &str = "The password hash must be exactly 64 characters and contain only lowercase hexadecimal \
    characters";
const UNMATCHED: &str = "Unmatched parenthesis in acl selector starting at";

/// The user with these rules applied, all of them or none. `knows` says whether there is a command, or
/// with `@` before it a category, of a name.
pub(crate) fn apply(mut user: User, rules: &[String], knows: &dyn Fn(&str) -> bool) -> Result<User, RuleError> {
    let mut rules = rules.iter();
    while let Some(rule) = rules.next() {
        let mut rule = rule.clone();
        if rule.starts_with('(') {
            while !rule.ends_with(')') {
                match rules.next() {
                    Some(more) => rule = format!("{rule} {more}"),
                    None => return Err(RuleError { rule, reason: UNMATCHED }),
                }
            }
            let mut selector = Selector::default();
            for inner in rule[1..rule.len() - 1].split_whitespace() {
                select(&mut selector, inner, knows)?;
            }
            user.selectors.push(selector);
            continue;
        }
        one(&mut user, &rule, knows)?;
    }
    Ok(user)
}

fn one(user: &mut User, rule: &str, knows: &dyn Fn(&str) -> bool) -> Result<(), RuleError> {
    let wrong = |reason| RuleError { rule: rule.to_owned(), reason };
    let is_hash = |hash: &str| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let add = |user: &mut User, hash: String| {
        user.any_password = false;
        if !user.passwords.contains(&hash) {
            user.passwords.push(hash);
        }
    };
    let remove = |user: &mut User, hash: &str| {
        let place = user.passwords.iter().position(|known| known == hash).ok_or_else(|| wrong(NO_PASSWORD))?;
        user.passwords.remove(place);
        Ok(())
    };
    match (rule.to_ascii_lowercase().as_str(), rule.split_at_checked(1)) {
        ("on", _) => user.enabled = true,
        ("off", _) => user.enabled = false,
        ("nopass", _) => {
            user.any_password = true;
            user.passwords.clear();
        }
        ("resetpass", _) => {
            user.any_password = false;
            user.passwords.clear();
        }
        ("skip-sanitize-payload" | "sanitize-payload", _) => {}
        ("clearselectors", _) => user.selectors.clear(),
        ("reset", _) => *user = User::default(),
        (_, Some((">", password))) => add(user, sha256(password.as_bytes())),
        (_, Some(("#", hash))) if is_hash(hash) => add(user, hash.to_owned()),
        (_, Some(("#" | "!", hash))) if !is_hash(hash) => return Err(wrong(BAD_HASH)),
        (_, Some(("<", password))) => remove(user, &sha256(password.as_bytes()))?,
        (_, Some(("!", hash))) => remove(user, hash)?,
        _ => select(&mut user.root, rule, knows)?,
    }
    Ok(())
}

fn select(selector: &mut Selector, rule: &str, knows: &dyn Fn(&str) -> bool) -> Result<(), RuleError> {
    let wrong = |reason| RuleError { rule: rule.to_owned(), reason };
    match (rule.to_ascii_lowercase().as_str(), rule.split_at_checked(1)) {
        ("allcommands" | "+@all", _) => selector.commands = vec![(true, Which::All)],
        ("nocommands" | "-@all", _) => selector.commands.clear(),
        ("allkeys", _) => key(selector, "*", true, true).map_err(wrong)?,
        ("resetkeys", _) => selector.keys.clear(),
        ("allchannels", _) => selector.channels = vec!["*".to_owned()],
        ("resetchannels", _) => selector.channels.clear(),
        (_, Some(("~", pattern))) => key(selector, pattern, true, true).map_err(wrong)?,
        (_, Some(("%", rest))) => {
            let (access, pattern) = rest.split_once('~').ok_or_else(|| wrong(SYNTAX))?;
            let access = access.to_ascii_uppercase();
            if access.is_empty() || access.bytes().any(|byte| byte != b'R' && byte != b'W') {
                return Err(wrong(SYNTAX));
            }
            key(selector, pattern, access.contains('R'), access.contains('W')).map_err(wrong)?;
        }
        (_, Some(("&", pattern))) => {
            if selector.channels.iter().any(|known| known == "*") && pattern != "*" {
                return Err(wrong(AFTER_ALL_CHANNELS));
            }
            if pattern == "*" {
                selector.channels.clear();
            }
            if !selector.channels.iter().any(|known| known == pattern) {
                selector.channels.push(pattern.to_owned());
            }
        }
        (lower, Some((sign @ ("+" | "-"), _))) => {
            let name = &lower[1..];
            if !knows(name) {
                return Err(wrong(UNKNOWN));
            }
            let which = match name.strip_prefix('@') {
                Some(category) => Which::Category(category.to_owned()),
                None => Which::Command(name.to_owned()),
            };
            // A rule for the same commands before this one decides nothing any more.
            selector.commands.retain(|(_, known)| *known != which);
            selector.commands.push((sign == "+", which));
        }
        _ => return Err(wrong(SYNTAX)),
    }
    Ok(())
}

fn key(selector: &mut Selector, pattern: &str, reads: bool, writes: bool) -> Result<(), &'static str> {
    let all = |key: &KeyPattern| key.pattern == "*" && key.reads && key.writes;
    let new = KeyPattern { pattern: pattern.to_owned(), reads, writes };
    if selector.keys.iter().any(all) && !all(&new) {
        return Err(AFTER_ALL_KEYS);
    }
    if all(&new) {
        selector.keys.clear();
    }
    match selector.keys.iter_mut().find(|known| known.pattern == pattern) {
        Some(known) => {
            known.reads |= reads;
            known.writes |= writes;
        }
        None => selector.keys.push(new),
    }
    Ok(())
}
