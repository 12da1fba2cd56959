//! A call in words, for traces and for shells: kept as data, since most calls are never looked at.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use plugsmith::protocol::arguments;
use plugsmith::{Event as HookEvent, Value};

use crate::error::Error;
use crate::text::{quote, quote_bytes};
use crate::trace::again::Again;
use crate::trace::event::{self, Event, Excerpt};

/// One call, as the test made it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What the command line calls the artifact, and its host.
    pub(crate) again: Arc<Again>,
    /// How many calls its plugin had before.
    pub(crate) earlier: usize,
    pub(crate) name: Arc<str>,
    pub(crate) what: What,
}

/// What is called.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A command with its arguments.
    Command(Vec<Value>),
    /// An export with its input.
    Function(Vec<u8>),
    /// An export with an input that is longer than a shell takes.
    LongFunction(Excerpt),
    /// The hooks of an event.
    Event(HookEvent),
    /// A client's command with its arguments.
    Client(Vec<Value>),
    /// A client that lets this time pass.
    Wait(Duration),
    /// A request, in words.
    #[cfg(feature = "orbis")]
    Request { shown: String, replay: Option<String> },
}

/// An output as a trace shows it.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    Text(String),
    Bytes(Excerpt),
}

/// A call of the past.
#[derive(Debug)]
pub(crate) enum Past {
    /// In words already.
    Told(String),
    /// A function that succeeded without calling its host.
    Quiet { name: Arc<str>, input: Excerpt, output: Shown },
}

/// The longest argument that Linux takes.
const COMMAND: usize = 128 * 1024;

impl What {
    /// An export with its input, which is only copied if a shell can be given it.
    pub(crate) fn function(input: Cow<'_, [u8]>) -> What {
        match input.len() {
            ..=COMMAND => What::Function(input.into_owned()),
            _ => What::LongFunction(Excerpt::of(&input)),
        }
    }
}

impl Call {
    /// `GREET "Ada"`.
    pub(crate) fn shown(&self) -> String {
        match &self.what {
            What::Function(input) => function(&self.name, &Excerpt::of(input)),
            What::LongFunction(input) => function(&self.name, input),
            What::Event(event) => {
                let fields = event.fields.iter().map(|(name, value)| format!(" {name}={}", event::render_value(value)));
                format!("event {}{}", event.name, fields.collect::<String>())
            }
            What::Wait(time) => format!("client WAIT \"{time:?}\""),
            #[cfg(feature = "orbis")]
            What::Request { shown, .. } => shown.clone(),
            What::Command(arguments) | What::Client(arguments) => {
                let mut text = match &self.what {
                    What::Client(_) => format!("client {}", self.name),
                    _ => self.name.to_string(),
                };
                for argument in arguments {
                    text.push(' ');
                    text.push_str(&event::render_value(argument));
                }
                text
            }
        }
    }

    /// The command that makes this call again from a shell; none for time that passes, and none that is longer
    /// than a shell takes.
    pub(crate) fn replay(&self, events: &[Event], error: Option<&Error>) -> Option<String> {
        self.whole_replay(events, error).filter(|command| command.len() <= COMMAND)
    }

    fn whole_replay(&self, events: &[Event], error: Option<&Error>) -> Option<String> {
        let mut again = self.again.after(events, error, self.earlier);
        let name = quote(&self.name);
        Some(match &self.what {
            What::Wait(_) | What::LongFunction(_) => return None,
            #[cfg(feature = "orbis")]
            What::Request { replay, .. } => return replay.clone(),
            // A server of several plugins has no one artifact.
            What::Client(_) if self.again.plugin.is_empty() => return None,
            What::Event(event) => {
                let fields = event.fields.iter().filter_map(|(key, value)| again.field(key, value));
                let words: String = fields.map(|word| format!(" {word}")).collect();
                format!("cargo plugsmith run --event {} {name}{words}{}", again.words(), again.comment())
            }
            What::Function(input) if input.is_empty() => {
                format!("cargo plugsmith call {} {name}{}", again.words(), again.comment())
            }
            What::Function(input) => match std::str::from_utf8(input).ok().filter(|input| !input.contains('\0')) {
                Some(input) => {
                    let input = quote(input);
                    format!("cargo plugsmith call {} {name} --input {input}{}", again.words(), again.comment())
                }
                // No argument holds such bytes, but a pipe does.
                None => {
                    let bytes = input.iter().map(|byte| format!("\\{byte:03o}")).collect::<String>();
                    let words = again.words();
                    format!("printf '{bytes}' | cargo plugsmith call {words} {name} --input-file -{}", again.comment())
                }
            },
            What::Command(arguments) | What::Client(arguments) => {
                let client = if matches!(self.what, What::Client(_)) { "--client " } else { "" };
                let mut words = Vec::new();
                for (index, argument) in arguments.iter().enumerate() {
                    let argument = arguments::encode_one(argument);
                    if argument.contains(&0) {
                        again.leave_out(format!("argument {}, which has a NUL", index + 1));
                    }
                    words.push(quote_bytes(&argument));
                }
                let is_option = |word: &String| word.starts_with('-') && word.parse::<f64>().is_err();
                if words.iter().any(is_option) {
                    words.insert(0, "--".to_owned());
                }
                words.insert(0, name);
                format!("cargo plugsmith run {client}{} {}{}", again.words(), words.join(" "), again.comment())
            }
        })
    }
}

impl Shown {
    fn size(&self) -> usize {
        match self {
            Shown::Text(text) => text.len(),
            Shown::Bytes(bytes) => bytes.size(),
        }
    }

    pub(crate) fn render(&self) -> String {
        match self {
            Shown::Text(text) => text.clone(),
            Shown::Bytes(bytes) if bytes.is_empty() => String::new(),
            Shown::Bytes(bytes) => bytes.render(),
        }
    }
}

impl Past {
    /// About the bytes that it takes.
    pub(crate) fn size(&self) -> usize {
        const ITSELF: usize = 128;
        ITSELF
            + match self {
                Past::Told(text) => text.len(),
                Past::Quiet { name, input, output } => name.len() + input.size() + output.size(),
            }
    }

    pub(crate) fn render(&self) -> String {
        match self {
            Past::Told(text) => text.clone(),
            Past::Quiet { name, input, output } => format!("{}\n{}", function(name, input), ending(output)),
        }
    }
}

/// How a call that succeeded ended.
pub(crate) fn ending(output: &Shown) -> String {
    match output.render() {
        text if text.is_empty() => "=> nothing".to_owned(),
        text => format!("=> {text}"),
    }
}

fn function(name: &str, input: &Excerpt) -> String {
    if input.is_empty() { name.to_owned() } else { format!("{name} {}", input.render()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_one_artifacts_call_has_no_line_that_makes_it_again() {
        let call = |plugin: &str| {
            let again = Arc::new(Again::from(plugin.to_owned()));
            let call = Call { again, earlier: 0, name: "SET".into(), what: What::Client(vec!["k".into()]) };
            call.replay(&[], None)
        };
        assert_eq!(call("."), Some("cargo plugsmith run --client . SET k".to_owned()));
        assert_eq!(call(""), None);
    }
}
