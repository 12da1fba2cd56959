//! The ACL command.

use super::Server;
use super::commands::{BUILTINS, CATEGORIES};
use super::users::{DEFAULT, User, apply, describe, getuser};
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{Answer, Fault};

impl Server {
    pub(super) fn acl(&mut self, id: u64, name: &str, words: &[Vec<u8>]) -> Answer {
        let text: Vec<String> = words[1..].iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        match name {
            "acl|whoami" => Ok(Reply::bulk(self.session(id).user.as_deref().unwrap_or(DEFAULT))),
            "acl|users" => Ok(Reply::strings(self.users.iter().map(|(name, _)| name))),
            "acl|list" => Ok(Reply::strings(self.users.iter().map(|(name, user)| describe(name, user)))),
            "acl|getuser" => Ok(self.users.get(&text[1]).map_or(Reply::Null, getuser)),
            "acl|cat" => self.acl_cat(&text[1..]),
            "acl|setuser" => {
                let name = &text[1];
                if name.chars().any(|c| c.is_whitespace() || c == '\0') {
                    return Err(Fault::new("ERR Usernames can't contain spaces or null characters"));
                }
                let user = self.users.get(name).cloned().unwrap_or_default();
                let user =
                    apply(user, &text[2..], &|name| self.knows(name)).map_err(|error| Fault::new(error.to_string()))?;
                self.set_user(name, user);
                Ok(Reply::OK)
            }
            "acl|deluser" => {
                if text[1..].iter().any(|name| name == DEFAULT) {
                    return Err(Fault::new("ERR The 'default' user cannot be removed"));
                }
                let removed = text[1..].iter().filter(|name| self.users.remove(name)).count();
                // Whoever was logged in as one of them is not any more.
                for session in self.sessions.values_mut() {
                    session.closing |= session.user.as_ref().is_some_and(|user| text[1..].contains(user));
                }
                Ok(Reply::count(removed))
            }
            _ => Err(Fault::arity("acl")),
        }
    }

    /// Puts a user in place; a connection that listens to what it may not hear any more ends.
    fn set_user(&mut self, name: &str, user: User) {
        let spec = &BUILTINS["subscribe"];
        for session in self.sessions.values_mut().filter(|session| session.user.as_deref() == Some(name)) {
            let channels: Vec<&[u8]> = session.channels.iter().map(Vec::as_slice).collect();
            let patterns: Vec<&[u8]> = session.patterns.iter().map(Vec::as_slice).collect();
            let may = user.check(spec, &[], &channels, false).is_ok() && user.check(spec, &[], &patterns, true).is_ok();
            session.closing |= session.subscriptions() > 0 && !may;
        }
        self.users.set(name, user);
    }

    fn acl_cat(&self, words: &[String]) -> Answer {
        let mut custom: Vec<&String> =
            self.plugin_commands.values().flat_map(|(guest, index)| &guest.commands[*index].spec.categories).collect();
        custom.retain(|name| !CATEGORIES.contains(&name.as_str()));
        custom.sort();
        custom.dedup();
        match words {
            [] => {
                let all = CATEGORIES.iter().copied().chain(custom.into_iter().map(String::as_str));
                Ok(Reply::strings(all))
            }
            [category] => {
                let category = category.to_lowercase();
                if !CATEGORIES.contains(&category.as_str()) && !custom.contains(&&category) {
                    return Err(Fault::new(format!("ERR Unknown category '{category}'")));
                }
                let all = self.specs().flat_map(|spec| std::iter::once(spec).chain(spec.subcommands.values()));
                Ok(Reply::strings(
                    all.filter(|spec| spec.categories.contains(&category)).map(|spec| spec.name.to_lowercase()),
                ))
            }
            _ => Err(Fault::arity("acl|cat")),
        }
    }

    /// Whether there is such a command, or such a category with `@` before it.
    fn knows(&self, name: &str) -> bool {
        if let Some(category) = name.strip_prefix('@') {
            return CATEGORIES.contains(&category)
                || self.specs().any(|spec| spec.categories.iter().any(|known| known == category));
        }
        let all = self.specs().flat_map(|spec| std::iter::once(spec).chain(spec.subcommands.values()));
        all.into_iter().any(|spec| spec.name.eq_ignore_ascii_case(name))
    }
}
