//! Users as `ACL LIST` and `ACL GETUSER` show them.

use super::{KeyPattern, Selector, User, Which};
use crate::hosts::ferrite::reply::Reply;

/// The line of `ACL LIST`: what makes the same user again.
pub(crate) fn describe(name: &str, user: &User) -> String {
    let mut words = vec!["user".to_owned(), name.to_owned()];
    words.extend(flags(user).map(str::to_owned));
    words.extend(user.passwords.iter().map(|hash| format!("#{hash}")));
    words.extend(selector(&user.root));
    words.extend(user.selectors.iter().map(|inner| format!("({})", selector(inner).join(" "))));
    words.join(" ")
}

/// The reply to `ACL GETUSER`.
pub(crate) fn getuser(user: &User) -> Reply {
    let mut pairs = vec![
        (Reply::bulk("flags"), Reply::Set(flags(user).map(Reply::bulk).collect())),
        (Reply::bulk("passwords"), Reply::strings(&user.passwords)),
    ];
    pairs.extend(fields(&user.root));
    let selectors = user.selectors.iter().map(|selector| Reply::Map(fields(selector)));
    pairs.push((Reply::bulk("selectors"), Reply::Array(selectors.collect())));
    Reply::Map(pairs)
}

fn fields(selector: &Selector) -> Vec<(Reply, Reply)> {
    vec![
        (Reply::bulk("commands"), Reply::bulk(commands(selector).join(" "))),
        (Reply::bulk("keys"), Reply::bulk(keys(selector).join(" "))),
        (Reply::bulk("channels"), Reply::bulk(channels(selector).join(" "))),
    ]
}

fn flags(user: &User) -> impl Iterator<Item = &'static str> {
    [if user.enabled { "on" } else { "off" }].into_iter().chain(user.any_password.then_some("nopass"))
}

fn selector(selector: &Selector) -> Vec<String> {
    let mut words = keys(selector);
    let channels = channels(selector);
    words.extend(if channels.is_empty() { vec!["resetchannels".to_owned()] } else { channels });
    words.extend(commands(selector));
    words
}

fn keys(selector: &Selector) -> Vec<String> {
    let word = |key: &KeyPattern| match (key.reads, key.writes) {
        (true, true) => format!("~{}", key.pattern),
        (true, false) => format!("%R~{}", key.pattern),
        (false, _) => format!("%W~{}", key.pattern),
    };
    selector.keys.iter().map(word).collect()
}

fn channels(selector: &Selector) -> Vec<String> {
    selector.channels.iter().map(|pattern| format!("&{pattern}")).collect()
}

fn commands(selector: &Selector) -> Vec<String> {
    let word = |(allowed, which): &(bool, Which)| {
        let sign = if *allowed { "+" } else { "-" };
        match which {
            Which::All => format!("{sign}@all"),
            Which::Category(category) => format!("{sign}@{category}"),
            Which::Command(name) => format!("{sign}{name}"),
        }
    };
    let start = (!selector.commands.iter().any(|(_, which)| *which == Which::All)).then(|| "-@all".to_owned());
    start.into_iter().chain(selector.commands.iter().map(word)).collect()
}
