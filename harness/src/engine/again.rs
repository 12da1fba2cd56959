//! A host as options of the command line, and the parts that no option can express.

use std::time::Duration;

use plugsmith::Value;
use plugsmith::testing::{FakeHost, HttpAnswer, HttpFailure, HttpMatch, HttpReply, SeededRandom, Stored, VirtualClock};

use crate::engine::host::Host;
use crate::engine::limits::Limits;
use crate::text::quote;
use crate::trace::again::{Again, json};

impl Host {
    /// This host's options, for the artifact with this name. What is attached to its plugins adds its own.
    pub(crate) fn again(&self, plugin: String) -> Again {
        let mut again = Again::from(plugin);
        self.context.with(|host| contents(host, &mut again));
        limits(&self.limits, &mut again);
        self.grants(&mut again);
        again
    }

    /// As [`Host::again`], for a call: of the test suites alone an option says what is linked.
    pub(crate) fn again_for_call(&self, plugin: String) -> Again {
        let mut again = self.again(plugin);
        if self.linked.is_some() {
            again.leave_out("the linked plugin");
        }
        again
    }

    fn grants(&self, again: &mut Again) {
        let given = self.functions.len().saturating_sub(self.services);
        let functions = self.functions[..given].iter().map(|function| &function.name);
        functions.chain(self.closures.keys()).for_each(|name| again.mock(name));
        let grants = &self.grants;
        let left_out = [
            ("the allowed hosts", grants.hosts.is_some()),
            ("the allowed folders", !grants.paths.is_empty()),
            ("what a host without functions of its own refuses", grants.sealed),
            ("an instance for each call", grants.fresh_instances),
            ("what a host that passes text only refuses", grants.text_only),
            ("what a host without headers of responses keeps back", grants.response_headers == Some(false)),
            ("what a host without WASI refuses", !self.wasi),
            ("the manifest's other modules", !self.modules.is_empty()),
        ];
        left_out.iter().filter(|(_, is_so)| *is_so).for_each(|(what, _)| again.leave_out(*what));
    }
}

fn contents(host: &FakeHost, again: &mut Again) {
    for (key, value) in &host.config {
        again.pair("--config", key, value.as_bytes());
    }
    for (option, pairs) in [("--var", &host.vars), ("--kv", &host.kv)] {
        pairs.iter().for_each(|(key, value)| again.pair(option, key, value));
    }
    let now = host.clock.now();
    for (key, stored) in host.store.iter(now) {
        storage(key, stored, again);
        if host.store.expires(key, now) {
            again.leave_out(format!("the expiry of {}", quote(key)));
        }
    }
    for (requests, reply) in host.http.iter() {
        http(requests, reply, again);
    }
    if host.random.seed() != SeededRandom::default().seed() {
        again.option("--seed", &host.random.seed().to_string());
    }
    if now != VirtualClock::default().now() {
        again.option("--clock", &now.as_secs().to_string());
        if now.subsec_nanos() != 0 {
            again.leave_out("the fraction of the clock's second");
        }
    }
}

fn storage(key: &str, stored: &Stored, again: &mut Again) {
    // `KEY:=` is how JSON starts.
    let is_sayable = !key.ends_with(':');
    match stored {
        Stored::Value(Value::String(text)) if is_sayable => again.pair("--storage", key, text.as_bytes()),
        Stored::Value(Value::BulkString(bytes)) if is_sayable && std::str::from_utf8(bytes).is_ok() => {
            again.pair("--storage", key, bytes);
        }
        Stored::Value(value) => match json(value) {
            Some(json) => again.pair("--storage", &format!("{key}:"), json.to_string().as_bytes()),
            None => again.leave_out(format!("--storage {}", quote(key))),
        },
        Stored::Typed(name, _) => again.leave_out(format!("--storage {}, which is a {name}", quote(key))),
    }
}

fn http(requests: &HttpMatch, reply: &HttpReply, again: &mut Again) {
    let pattern = requests.pattern();
    let Some((method, url)) = pattern.split_once(' ') else { return };
    let answers = reply.answers().filter(|_| requests.is_pattern_only() && !url.contains(' '));
    let words = answers.and_then(|answers| answers.iter().map(|answer| words(answer)).collect::<Option<Vec<_>>>());
    let Some(words) = words.filter(|_| url.contains("://") || url.starts_with('*')) else {
        return again.leave_out(format!("the mock of {}", quote(pattern)));
    };
    if reply.is_sequence() && words.len() == 1 {
        again.leave_out(format!("that {} is answered once", quote(pattern)));
    }
    for (words, has_headers) in words {
        again.option("--http", format!("{} {url} {words}", method.to_ascii_uppercase()).trim_end());
        if has_headers {
            again.leave_out(format!("the headers of the response to {}", quote(pattern)));
        }
    }
}

/// `200 body`, and whether it has headers, which no option has.
fn words(answer: &HttpAnswer) -> Option<(String, bool)> {
    Some(match answer {
        HttpAnswer::Response(response) => {
            let body = std::str::from_utf8(&response.body).ok().filter(|body| !body.contains('\0'))?;
            let at = if body.starts_with('@') { "@" } else { "" };
            (format!("{} {at}{body}", response.status), !response.headers.is_empty())
        }
        HttpAnswer::Failure(HttpFailure::Timeout) => ("timeout".to_owned(), false),
        HttpAnswer::Failure(HttpFailure::NotMade) => ("not-made".to_owned(), false),
        HttpAnswer::Failure(HttpFailure::Connection(reason)) => (format!("failed {reason}"), false),
    })
}

fn limits(limits: &Limits, again: &mut Again) {
    let usual = Limits::default();
    if limits.fuel != usual.fuel {
        again.option("--fuel", &limits.fuel.to_string());
    }
    if limits.memory_pages != usual.memory_pages {
        again.option("--memory-pages", &limits.memory_pages.to_string());
    }
    if limits.var_bytes != usual.var_bytes {
        again.option("--var-bytes", &limits.var_bytes.to_string());
    }
    if limits.http_response_bytes != usual.http_response_bytes {
        again.option("--http-response-bytes", &limits.http_response_bytes.to_string());
    }
    if let Some(timeout) = limits.timeout.filter(|_| limits.timeout != usual.timeout) {
        let milliseconds = timeout.min(Duration::from_millis(u64::MAX)).as_millis().max(1);
        again.option("--timeout-ms", &milliseconds.to_string());
    }
}
