//! The commands that work on connections and on the server itself, not on keys.

use std::time::{SystemTime, UNIX_EPOCH};

use super::Server;
use super::commands::Spec;
use super::users::DEFAULT;
use crate::hosts::ferrite::reply::{Protocol, Reply};
use crate::hosts::ferrite::store::{Answer, DATABASES, Fault, integer};

impl Server {
    /// Runs a command of the server's own.
    pub(super) fn own(&mut self, id: u64, spec: &Spec, words: &[Vec<u8>]) -> Answer {
        let name = spec.name.as_str();
        match name.split('|').next().unwrap_or_default() {
            "acl" => self.acl(id, name, words),
            "client" => self.client_command(id, name, words),
            "command" => self.command_command(name, words),
            "config" => self.config_command(name, words),
            "pubsub" => Ok(self.pubsub(name, words)),
            "subscribe" | "psubscribe" => Ok(self.subscribe(id, words)),
            "unsubscribe" | "punsubscribe" => Ok(self.unsubscribe(id, words)),
            "publish" => Ok(self.publish(&words[1], &words[2])),
            "multi" | "exec" | "discard" | "watch" | "unwatch" => self.transaction(id, name, words),
            "auth" => self.auth(id, words),
            "hello" => self.hello(id, words),
            "info" => Ok(self.info(words)),
            "echo" => Ok(Reply::bulk(&words[1])),
            "monitor" => {
                self.session(id).monitors = true;
                Ok(Reply::OK)
            }
            "ping" => self.ping(id, words),
            "quit" => {
                self.session(id).closing = true;
                Ok(Reply::OK)
            }
            "reset" => Ok(self.reset(id)),
            "select" => {
                let index = integer(&words[1])?;
                if i32::try_from(index).is_err() {
                    return Err(Fault::new("ERR value is out of range, value must between -2147483648 and 2147483647"));
                }
                let index = usize::try_from(index).ok().filter(|index| *index < DATABASES);
                self.session(id).database = index.ok_or(Fault::new("ERR DB index is out of range"))?;
                Ok(Reply::OK)
            }
            "time" => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Ok(Reply::strings([now.as_secs().to_string(), now.subsec_micros().to_string()]))
            }
            _ => self.plugin_command(name, words),
        }
    }

    fn ping(&mut self, id: u64, words: &[Vec<u8>]) -> Answer {
        if words.len() > 2 {
            return Err(Fault::arity("ping"));
        }
        let session = self.session(id);
        if session.protocol == Protocol::Resp2 && session.subscriptions() > 0 {
            return Ok(Reply::strings([&b"pong"[..], words.get(1).map_or(&b""[..], |text| text)]));
        }
        Ok(words.get(1).map_or(Reply::Status("PONG".into()), Reply::bulk))
    }

    fn reset(&mut self, id: u64) -> Reply {
        let user = self.users.open().then(|| DEFAULT.to_owned());
        let session = self.session(id);
        session.end_transaction();
        session.channels.clear();
        session.patterns.clear();
        session.monitors = false;
        session.name.clear();
        session.database = 0;
        session.protocol = Protocol::Resp2;
        session.user = user;
        Reply::Status("RESET".into())
    }

    fn auth(&mut self, id: u64, words: &[Vec<u8>]) -> Answer {
        let (name, password) = match words {
            [_, password] => {
                if self.users.get(DEFAULT).is_some_and(super::users::User::needs_no_password) {
                    return Err(Fault::new(
                        "ERR AUTH <password> called without any password configured for the default user. Are you \
                         sure your configuration is correct?",
                    ));
                }
                (DEFAULT.to_owned(), password)
            }
            [_, name, password] => (String::from_utf8_lossy(name).into_owned(), password),
            _ => return Err(Fault::SYNTAX),
        };
        self.log_in(id, &name, password)?;
        Ok(Reply::OK)
    }

    fn log_in(&mut self, id: u64, name: &str, password: &[u8]) -> Result<(), Fault> {
        if !self.users.is(name, password) {
            return Err(Fault::new("WRONGPASS invalid username-password pair or user is disabled."));
        }
        self.session(id).user = Some(name.to_owned());
        Ok(())
    }

    fn hello(&mut self, id: u64, words: &[Vec<u8>]) -> Answer {
        let mut protocol = None;
        if let Some(version) = words.get(1) {
            let version =
                integer(version).map_err(|_| Fault::new("ERR Protocol version is not an integer or out of range"))?;
            protocol = Some(match version {
                2 => Protocol::Resp2,
                3 => Protocol::Resp3,
                _ => return Err(Fault::new("NOPROTO unsupported protocol version")),
            });
        }
        let (mut login, mut name, mut at) = (None, None, 2);
        while let Some(option) = words.get(at) {
            let left = words.len() - at - 1;
            if option.eq_ignore_ascii_case(b"auth") && left >= 2 {
                login = Some((String::from_utf8_lossy(&words[at + 1]).into_owned(), words[at + 2].clone()));
                at += 2;
            } else if option.eq_ignore_ascii_case(b"setname") && left >= 1 {
                name = Some(super::clients::client_name(&words[at + 1])?);
                at += 1;
            } else {
                let option = String::from_utf8_lossy(option);
                return Err(Fault::new(format!("ERR Syntax error in HELLO option '{option}'")));
            }
            at += 1;
        }
        if let Some((user, password)) = login {
            self.log_in(id, &user, &password)?;
        }
        let session = self.session(id);
        if session.user.is_none() {
            return Err(Fault::new(
                "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH \
                 <user> <pass> option can be used to authenticate the client and select the RESP protocol version at \
                 the same time",
            ));
        }
        session.name = name.unwrap_or_else(|| session.name.clone());
        session.protocol = protocol.unwrap_or(session.protocol);
        let proto = if session.protocol == Protocol::Resp3 { 3 } else { 2 };
        let pair = |name: &str, value: Reply| (Reply::bulk(name), value);
        Ok(Reply::Map(vec![
            pair("server", Reply::bulk("ferrite")),
            pair("version", Reply::bulk(super::VERSION)),
            pair("proto", Reply::Integer(proto)),
            pair("id", Reply::Integer(id.cast_signed())),
            pair("mode", Reply::bulk("standalone")),
            pair("role", Reply::bulk("master")),
            pair("modules", Reply::Array(Vec::new())),
        ]))
    }
}
