//! PLUGIN.LOAD and the other commands that manage plugins.

use std::path::Path;
use std::rc::Rc;
use std::time::UNIX_EPOCH;

use super::Server;
use super::download::is_url;
use super::guest::{Guest, Quota};
use super::install::Candidate;
use super::source;
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{Answer, Fault};

impl Server {
    pub(super) fn plugin_command(&mut self, command: &str, words: &[Vec<u8>]) -> Answer {
        let text: Vec<String> = words[1..].iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        match (command, text.as_slice()) {
            ("plugin.load", [name, rest @ ..]) => {
                if self.guest(name).is_ok() {
                    return Err(Fault::new(format!(
                        "ERR plugin '{name}' is loaded already: PLUGIN.RELOAD {name} replaces it"
                    )));
                }
                let candidate = self.candidate(name, rest)?;
                self.load_candidate(candidate)?;
                Ok(Reply::OK)
            }
            ("plugin.reload", [name, rest @ ..]) => {
                if !self.config.hot_reload {
                    return Err(Fault::new("ERR reloading is turned off: set `hot_reload = true` in [plugins]"));
                }
                let candidate = self.candidate(name, rest)?;
                self.reload_candidate(candidate)?;
                Ok(Reply::OK)
            }
            ("plugin.unload", [name]) => {
                self.guest(name)?;
                self.refuse_needed(name)?;
                self.guests.retain(|guest| guest.name != *name);
                self.rebuild();
                Ok(Reply::OK)
            }
            ("plugin.enable", [name]) => {
                self.guest(name)?.enabled.set(true);
                self.rebuild();
                Ok(Reply::OK)
            }
            ("plugin.disable", [name]) => {
                self.refuse_needed(name)?;
                self.guest(name)?.enabled.set(false);
                self.rebuild();
                Ok(Reply::OK)
            }
            ("plugin.list", []) => Ok(Reply::Array(self.guests.iter().map(|guest| describe(guest)).collect())),
            ("plugin.info", [name]) => Ok(describe(&*self.guest(name)?)),
            ("plugin.limits", [name, rest @ ..]) => self.limits(name, rest),
            _ => Err(Fault::arity(command)),
        }
    }

    pub(super) fn load_candidate(&mut self, candidate: Candidate) -> Result<(), Fault> {
        let guest = self.install(candidate, None)?;
        self.guests.push(Rc::new(guest));
        self.rebuild();
        Ok(())
    }

    /// Puts another version in the place of one that is loaded, which stays where the other does not load.
    pub(super) fn reload_candidate(&mut self, candidate: Candidate) -> Result<(), Fault> {
        let old = self.guest(&candidate.name)?;
        let guest = self.install(candidate, Some(old.quota))?;
        self.replace(&old, guest);
        Ok(())
    }

    fn replace(&mut self, old: &Rc<Guest>, guest: Guest) {
        guest.enabled.set(old.enabled.get());
        *guest.totals.borrow_mut() = old.totals.borrow().clone();
        if let Some(place) = self.guests.iter_mut().find(|known| known.name == old.name) {
            *place = Rc::new(guest);
        }
        self.rebuild();
    }

    pub(super) fn guest(&self, name: &str) -> Result<Rc<Guest>, Fault> {
        let found = self.guests.iter().find(|guest| guest.name == name);
        found
            .cloned()
            .ok_or_else(|| Fault::new(format!("ERR no plugin '{name}' is loaded: PLUGIN.LIST shows those that are")))
    }

    fn refuse_needed(&self, name: &str) -> Result<(), Fault> {
        let package = self.guest(name)?.manifest.package.name.clone();
        let needs = |guest: &&Rc<Guest>| {
            let mut needed = guest.manifest.dependencies.iter().filter(|dependency| !dependency.optional);
            needed.any(|dependency| dependency.name == name || dependency.name == package)
        };
        match self.guests.iter().filter(|guest| guest.name != name && guest.enabled.get()).find(needs) {
            Some(other) => Err(Fault::new(format!("ERR plugin '{}' needs plugin '{name}'", other.name))),
            None => Ok(()),
        }
    }

    fn limits(&mut self, name: &str, options: &[String]) -> Answer {
        let old = self.guest(name)?;
        let mut quota = old.quota;
        let pairs = options.chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(Fault::SYNTAX);
        }
        for pair in pairs {
            let wrong =
                |example: &str| Fault::new(format!("ERR '{}' is not a limit: write it like {example}", pair[1]));
            match pair[0].to_ascii_uppercase().as_str() {
                "MEMORY" => {
                    let bytes = super::bytes(&pair[1]).ok_or_else(|| wrong("MEMORY 64MB"))? as u64;
                    let most = self.config.sandbox.max_memory_mb;
                    quota.memory_mb = bytes.div_ceil(1024 * 1024);
                    if quota.memory_mb == 0 || quota.memory_mb > most {
                        return Err(Fault::new(format!("ERR MEMORY is from 1MB to max_memory_mb, which is {most}MB")));
                    }
                }
                "CPU" => {
                    let text = pair[1].to_ascii_lowercase();
                    let digits = text.strip_suffix("ms").unwrap_or(&text);
                    let most = self.config.sandbox.max_cpu_ms;
                    quota.cpu_ms = digits.parse().map_err(|_| wrong("CPU 500ms"))?;
                    if quota.cpu_ms == 0 || quota.cpu_ms > most {
                        return Err(Fault::new(format!("ERR CPU is from 1ms to max_cpu_ms, which is {most}ms")));
                    }
                }
                _ => return Err(Fault::SYNTAX),
            }
        }
        if quota != old.quota {
            let candidate = Candidate {
                name: name.to_owned(),
                wasm: old.wasm.clone(),
                manifest: Some(old.manifest.clone()),
                config: old.config.clone(),
            };
            let guest = self.install(candidate, Some(quota))?;
            self.replace(&old, guest);
        }
        if !options.is_empty() {
            return Ok(Reply::OK);
        }
        let Quota { memory_mb, cpu_ms, timeout_ms } = quota;
        let pair = |name: &str, value: String| (Reply::bulk(name), Reply::bulk(value));
        Ok(Reply::Map(vec![
            pair("memory", format!("{memory_mb}MB")),
            pair("cpu", format!("{cpu_ms}ms")),
            pair("timeout", format!("{timeout_ms}ms")),
        ]))
    }

    /// What the words after a plugin's name say: `path | URL | BASE64 b64 [MANIFEST path]`.
    fn candidate(&mut self, name: &str, words: &[String]) -> Result<Candidate, Fault> {
        let (artifact, rest, is_base64) = match words {
            [word, encoded, rest @ ..] if word.eq_ignore_ascii_case("base64") => (encoded, rest, true),
            [artifact, rest @ ..] => (artifact, rest, false),
            [] => return Err(Fault::SYNTAX),
        };
        let manifest = match rest {
            [] => None,
            [word, path] if word.eq_ignore_ascii_case("manifest") => Some(Path::new(path)),
            _ => return Err(Fault::SYNTAX),
        };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
            return Err(Fault::new(format!(
                "ERR '{name}' cannot be a plugin's name: it has letters, digits, `-`, `_` and `.`"
            )));
        }
        if !is_base64 && !is_url(artifact) {
            return source::file(name, Path::new(artifact), manifest);
        }
        let bytes = if is_base64 { source::base64(artifact)? } else { self.fetch(artifact)? };
        let wasm = crate::Source::Bytes(bytes).read().map_err(|error| Fault::new(format!("ERR {error}")))?;
        let manifest = manifest.map(source::read_manifest).transpose()?;
        Ok(Candidate { name: name.to_owned(), wasm, manifest, config: Default::default() })
    }
}

/// The fields of the page.
fn describe(guest: &Guest) -> Reply {
    let total = guest.total();
    let pair = |name: &str, value: Reply| (Reply::bulk(name), value);
    Reply::Map(vec![
        pair("name", Reply::bulk(&guest.name)),
        pair("version", Reply::bulk(&guest.manifest.package.version)),
        pair("state", Reply::bulk(if guest.enabled.get() { "active" } else { "disabled" })),
        pair("commands", Reply::strings(guest.commands.iter().map(|command| &command.spec.name))),
        pair("hooks", Reply::strings(guest.hooks.iter().map(|hook| &hook.event))),
        pair(
            "loaded_at",
            Reply::bulk(timestamp(guest.loaded_at.duration_since(UNIX_EPOCH).map_or(0, |at| at.as_secs()))),
        ),
        pair("executions", Reply::Integer(total.calls.cast_signed())),
        pair("errors", Reply::Integer(total.errors.cast_signed())),
    ])
}

/// Seconds since 1970 as `2024-01-15T10:00:00Z`.
fn timestamp(seconds: u64) -> String {
    let (days, rest) = (seconds / 86400, seconds % 86400);
    // Days to a date, by Howard Hinnant's `civil_from_days`.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn moments_are_dates() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(timestamp(1_705_312_800), "2024-01-15T10:00:00Z");
        assert_eq!(timestamp(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(timestamp(951_868_799), "2000-02-29T23:59:59Z");
    }
}
