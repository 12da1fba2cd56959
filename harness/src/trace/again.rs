//! The command line that makes a call again, and what it has to leave out.

use plugsmith::Value;
use plugsmith::protocol::host_functions::HostValue;
use serde_json::Value as Json;

use crate::error::Error;
use crate::text::{quote, quote_bytes};
use crate::trace::event::{Event, HostCall};

/// The command line's word for an artifact in its host.
#[derive(Clone, Debug, Default)]
pub(crate) struct Again {
    /// The artifact, quoted.
    pub(crate) plugin: String,
    /// The options of the host, each with a space behind it.
    options: String,
    /// What no option can express.
    left_out: Vec<String>,
    /// The host functions whose replies are those of the call itself.
    mocked: Vec<String>,
}

/// The longest value that an option gets.
const LONGEST: usize = 4096;

impl From<String> for Again {
    fn from(plugin: String) -> Again {
        Again { plugin, ..Again::default() }
    }
}

impl Again {
    /// An option with its value.
    pub(crate) fn option(&mut self, option: &str, value: &str) {
        self.options.push_str(&format!("{option} {} ", quote(value)));
    }

    /// An option whose value is `key=value`, or that it is left out.
    pub(crate) fn pair(&mut self, option: &str, key: &str, value: &[u8]) {
        // One `@` at the start would name a file, and a shell passes no NUL.
        let at = if value.starts_with(b"@") { "@" } else { "" };
        let word = [key.as_bytes(), b"=", at.as_bytes(), value].concat();
        match std::str::from_utf8(&word) {
            Ok(word) if !key.is_empty() && !key.contains('=') && word.len() <= LONGEST && !word.contains('\0') => {
                self.option(option, word);
            }
            _ => self.leave_out(format!("{option} {}", quote(key))),
        }
    }

    /// A field of an event, as the command line takes it: `key=text`, or `key:=json`.
    pub(crate) fn field(&mut self, key: &str, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => Some(text.as_str()),
            Value::BulkString(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        };
        let word = match text {
            Some(text) if !key.ends_with(':') => {
                Some(format!("{key}={}{text}", if text.starts_with('@') { "@" } else { "" }))
            }
            _ => json(value).map(|json| format!("{key}:={json}")),
        };
        let word = word.filter(|word| !key.contains('=') && !word.contains('\0'));
        if word.is_none() {
            self.leave_out(format!("the field {}", quote(key)));
        }
        word.map(|word| quote(&word))
    }

    /// Names something that no option can express.
    pub(crate) fn leave_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }

    /// A function of the host that answers as it did in the call.
    pub(crate) fn mock(&mut self, name: &str) {
        self.mocked.push(name.to_owned());
    }

    /// For a call whose host functions' answers are not known.
    pub(crate) fn without_replies(mut self) -> Again {
        let mocked = std::mem::take(&mut self.mocked);
        mocked.iter().for_each(|name| self.leave_out(format!("the host function {}", quote(name))));
        self
    }

    /// The options, without a call: `--config a=b plugin.wasm`.
    pub(crate) fn words(&self) -> String {
        format!("{}{}", self.options, self.plugin)
    }

    /// What was left out, as a shell's comment.
    pub(crate) fn comment(&self) -> String {
        match self.left_out.as_slice() {
            [] => String::new(),
            left_out => format!("  # without {}", left_out.join(", ")),
        }
    }

    /// With what is known only after the call: its host functions' answers, and how long it took.
    pub(crate) fn after(&self, events: &[Event], error: Option<&Error>, earlier: usize) -> Again {
        let mut again = self.clone();
        for name in &self.mocked {
            let mut calls = Vec::new();
            calls_of(name, events, &mut calls);
            again.replies(name, &calls);
        }
        if let Some(Error::TimedOut { milliseconds }) = error
            && !again.options.contains("--timeout-ms ")
        {
            again.option("--timeout-ms", &milliseconds.to_string());
        }
        if events.iter().any(|event| matches!(event, Event::LeftOut(_))) && !self.mocked.is_empty() {
            again.leave_out("some replies of host functions");
        }
        match earlier {
            0 => {}
            1 => again.leave_out("the call before it"),
            earlier => again.leave_out(format!("the {earlier} calls before it")),
        }
        again
    }

    /// One option for each reply; one for all if they are the same.
    fn replies(&mut self, name: &str, calls: &[&HostCall]) {
        /// The most replies of one function.
        const MOST: usize = 20;
        let words = calls.iter().map(|call| reply(call)).collect::<Option<Vec<_>>>();
        let Some(mut words) = words.filter(|words| words.len() <= MOST || words.iter().all(|word| *word == words[0]))
        else {
            return self.leave_out(format!("the replies of {}", quote(name)));
        };
        if words.iter().all(|word| *word == words[0]) {
            words.truncate(1);
        }
        for word in words {
            let word = [name.as_bytes(), &word].concat();
            self.options.push_str(&format!("--host-fn {} ", quote_bytes(&word)));
        }
    }
}

/// The calls of a host function, those that hooks and the like made among them.
fn calls_of<'a>(name: &str, events: &'a [Event], calls: &mut Vec<&'a HostCall>) {
    for event in events {
        if let Event::Call(call) = event {
            calls.extend((call.name == name).then_some(call));
            calls_of(name, &call.inside, calls);
        }
    }
}

/// What stands behind a function's name in `--host-fn`.
fn reply(call: &HostCall) -> Option<Vec<u8>> {
    let Ok(_) = &call.result else {
        let message = call.result.as_ref().err()?;
        return Some([b"!=", message.as_bytes()].concat()).filter(|word| word.len() <= LONGEST && !word.contains(&0));
    };
    let typed = call.typed_result.as_ref()?;
    Some(match &typed.value {
        HostValue::Nothing => Vec::new(),
        HostValue::I32(number) => format!(":={number}").into_bytes(),
        HostValue::I64(number) => format!(":={number}").into_bytes(),
        HostValue::F32(number) if number.is_finite() => format!(":={number:?}").into_bytes(),
        HostValue::F64(number) if number.is_finite() => format!(":={number:?}").into_bytes(),
        HostValue::Block(None) => b":=null".to_vec(),
        HostValue::Block(Some(bytes)) if bytes.len() == typed.length && !bytes.contains(&0) => {
            let at: &[u8] = if bytes.starts_with(b"@") { b"@" } else { b"" };
            [b"=", at, bytes].concat()
        }
        _ => return None,
    })
}

/// As the command line reads JSON.
pub(crate) fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Null => Json::Null,
        Value::Boolean(value) => Json::Bool(*value),
        Value::Integer(number) => Json::from(*number),
        Value::Double(number) => Json::Number(serde_json::Number::from_f64(*number)?),
        Value::String(text) => Json::String(text.clone()),
        Value::Array(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Value::Map(pairs) => {
            let pair = |(key, value): &(Value, Value)| Some((key.as_str()?.to_owned(), json(value)?));
            Json::Object(pairs.iter().map(pair).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
