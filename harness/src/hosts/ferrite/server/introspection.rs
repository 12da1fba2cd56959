//! The COMMAND, CONFIG and INFO commands.

use plugsmith::Value;

use super::Server;
use super::commands::{BUILTINS, Spec, builtin};
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{Answer, DATABASES, Fault, matches};

impl Server {
    /// All commands: the server's by name, then those of plugins.
    pub(super) fn specs(&self) -> impl Iterator<Item = &Spec> {
        let plugins = self.plugin_commands.values().map(|(guest, index)| &guest.commands[*index].spec);
        BUILTINS.values().chain(plugins).chain(self.passed.values().map(|spec| &**spec))
    }

    fn spec(&self, name: &[u8]) -> Option<&Spec> {
        let text = String::from_utf8_lossy(name).to_lowercase();
        match text.split_once('|') {
            Some((command, sub)) => builtin(command.as_bytes())?.subcommands.get(sub),
            None => {
                let plugin = self.plugin_commands.get(&text).map(|(guest, index)| &guest.commands[*index].spec);
                plugin.or_else(|| builtin(name)).or_else(|| self.passed.get(&text).map(|spec| &**spec))
            }
        }
    }

    pub(super) fn command_command(&mut self, name: &str, words: &[Vec<u8>]) -> Answer {
        match name {
            "command|count" => Ok(Reply::count(self.specs().count())),
            "command|docs" => {
                let named = words[2..].iter().filter_map(|name| self.spec(name));
                let chosen: Vec<&Spec> = if words.len() > 2 { named.collect() } else { self.specs().collect() };
                let pair = |spec: &Spec| (Reply::bulk(spec.name.to_lowercase()), Reply::Value(spec.docs.clone()));
                Ok(Reply::Map(chosen.into_iter().map(pair).collect()))
            }
            "command|getkeys" => self.command_getkeys(&words[2..]),
            "command|list" => self.command_list(&words[2..]),
            "command|info" if words.len() > 2 => {
                let info = |name: &Vec<u8>| self.spec(name).map_or(Reply::Null, |spec| Reply::Value(spec.info.clone()));
                Ok(Reply::Array(words[2..].iter().map(info).collect()))
            }
            _ => Ok(Reply::Array(self.specs().map(|spec| Reply::Value(spec.info.clone())).collect())),
        }
    }

    fn command_getkeys(&self, words: &[Vec<u8>]) -> Answer {
        let target = self.lookup(words).map_err(|_| Fault::new("ERR Invalid command specified"))?;
        let spec = target.spec();
        if spec.keys.is_empty() {
            return Err(Fault::new("ERR The command has no key arguments"));
        }
        if !spec.takes(words.len()) {
            return Err(Fault::new("ERR Invalid number of arguments specified for command"));
        }
        Ok(Reply::strings(spec.keys(words).iter().map(|wanted| wanted.key)))
    }

    fn command_list(&self, words: &[Vec<u8>]) -> Answer {
        let all = self.specs().flat_map(|spec| std::iter::once(spec).chain(spec.subcommands.values()));
        let names = |wanted: &dyn Fn(&Spec) -> bool| {
            Reply::strings(all.filter(|spec| wanted(spec)).map(|spec| spec.name.to_lowercase()))
        };
        match words {
            [] => Ok(names(&|spec| !spec.name.contains('|'))),
            [by, how, what] if by.eq_ignore_ascii_case(b"filterby") => {
                let what_text = String::from_utf8_lossy(what).to_lowercase();
                match how.to_ascii_lowercase().as_slice() {
                    b"aclcat" => Ok(names(&|spec| spec.categories.contains(&what_text))),
                    b"pattern" => Ok(names(&|spec| matches(what_text.as_bytes(), spec.name.to_lowercase().as_bytes()))),
                    b"module" => Ok(names(&|spec| {
                        let guest = self.plugin_commands.get(&spec.name.to_lowercase());
                        guest.is_some_and(|(guest, _)| guest.name == String::from_utf8_lossy(what))
                    })),
                    _ => Err(Fault::SYNTAX),
                }
            }
            _ => Err(Fault::SYNTAX),
        }
    }

    pub(super) fn config_command(&mut self, name: &str, words: &[Vec<u8>]) -> Answer {
        if name == "config|get" {
            let settings = self.settings();
            let wanted =
                |name: &str| words[2..].iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), name.as_bytes()));
            let found = settings.into_iter().filter(|(name, _)| wanted(name));
            return Ok(Reply::Map(found.map(|(name, value)| (Reply::bulk(name), Reply::bulk(value))).collect()));
        }
        let pairs = words[2..].chunks_exact(2);
        if name != "config|set" || !pairs.remainder().is_empty() {
            return Err(Fault::arity(name));
        }
        for pair in pairs {
            let (name, value) = (String::from_utf8_lossy(&pair[0]).to_lowercase(), String::from_utf8_lossy(&pair[1]));
            match name.as_str() {
                "maxmemory" => {
                    let bytes = super::bytes(&value).ok_or_else(|| {
                        Fault::new(format!(
                            "ERR CONFIG SET failed (possibly related to argument '{name}') - argument must be a memory value"
                        ))
                    })?;
                    self.core.max_memory.set(bytes);
                }
                _ => {
                    return Err(Fault::new(format!(
                        "ERR Unknown option or number of arguments for CONFIG SET - '{}'",
                        String::from_utf8_lossy(&pair[0])
                    )));
                }
            }
        }
        Ok(Reply::OK)
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        vec![
            ("appendonly", "no".to_owned()),
            ("databases", DATABASES.to_string()),
            ("maxclients", "10000".to_owned()),
            ("maxmemory", self.core.max_memory.get().to_string()),
            ("proto-max-bulk-len", "536870912".to_owned()),
            ("save", String::new()),
            ("timeout", "0".to_owned()),
        ]
    }

    pub(super) fn info(&self, words: &[Vec<u8>]) -> Reply {
        let wanted: Vec<String> = words[1..].iter().map(|word| String::from_utf8_lossy(word).to_lowercase()).collect();
        let all =
            wanted.is_empty() || wanted.iter().any(|name| ["all", "default", "everything"].contains(&name.as_str()));
        let sections = [
            ("server", self.info_server()),
            ("clients", format!("connected_clients:{}\r\n", self.sessions.len())),
            ("memory", format!("{}maxmemory:{}\r\n", self.core.store.info("memory"), self.core.max_memory.get())),
            ("stats", {
                let (connections, commands, rejected) = (self.connections, self.commands, self.rejected);
                format!(
                    "total_connections_received:{connections}\r\ntotal_commands_processed:{commands}\r\nrejected_calls:{rejected}\r\n"
                )
            }),
            ("plugins", self.info_plugins()),
            ("keyspace", self.core.store.info("keyspace")),
        ];
        let chosen = sections.iter().filter(|(name, _)| all || wanted.iter().any(|wanted| wanted == name));
        let text: Vec<String> =
            chosen.map(|(name, lines)| format!("# {}{}\r\n{lines}", name[..1].to_uppercase(), &name[1..])).collect();
        Reply::Verbatim("txt", text.join("\r\n"))
    }

    fn info_server(&self) -> String {
        let uptime = self.started.elapsed().as_secs();
        format!(
            "redis_version:7.0.15\r\nferrite_version:{}\r\nredis_mode:standalone\r\narch_bits:64\r\nprocess_id:{}\r\n\
             uptime_in_seconds:{uptime}\r\nuptime_in_days:{}\r\n",
            super::VERSION,
            std::process::id(),
            uptime / 86400
        )
    }

    fn info_plugins(&self) -> String {
        let line = |guest: &std::rc::Rc<super::guest::Guest>| {
            let total = guest.total();
            let state = if guest.enabled.get() { "active" } else { "disabled" };
            format!(
                "plugin_{}:version={},state={state},commands={},hooks={},executions={},errors={},fuel={},usec={}\r\n",
                guest.name,
                guest.manifest.package.version,
                guest.commands.len(),
                guest.hooks.len(),
                total.calls,
                total.errors,
                total.fuel,
                total.time.as_micros()
            )
        };
        let head = format!("loaded_plugins:{}\r\n", self.guests.len());
        self.guests.iter().fold(head, |text, guest| text + &line(guest))
    }
}

/// A flag or a category in `COMMAND INFO`.
pub(super) fn words(words: &[String], before: &str) -> Value {
    Value::Set(words.iter().map(|word| Value::SimpleString(format!("{before}{word}"))).collect())
}
