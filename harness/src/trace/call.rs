//! A call in words, for traces and for shells: kept as data, since most calls are never looked at.

use std::sync::Arc;

use plugsmith::protocol::arguments;
use plugsmith::{Event, Value};

use crate::text::quote;
use crate::trace::event::{self, Excerpt};

/// One call, as the test made it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// What the command line calls the artifact.
    pub(crate) label: Arc<str>,
    pub(crate) name: String,
    pub(crate) what: What,
}

/// What is called.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A command with its arguments.
    Command(Vec<Value>),
    /// An export with its input.
    Function(Vec<u8>),
    /// The hooks of an event.
    Event(Event),
    /// What a client does, with its arguments.
    Client(Vec<Value>),
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
    Quiet { name: String, input: Excerpt, output: Shown },
}

/// The longest argument that Linux takes.
const COMMAND: usize = 128 * 1024;

impl Call {
    /// `GREET "Ada"`.
    pub(crate) fn shown(&self) -> String {
        match &self.what {
            What::Function(input) => function(&self.name, &Excerpt::of(input)),
            What::Event(event) => {
                let fields = event.fields.iter().map(|(name, value)| format!(" {name}={}", event::render_value(value)));
                format!("event {}{}", event.name, fields.collect::<String>())
            }
            #[cfg(feature = "orbis")]
            What::Request { shown, .. } => shown.clone(),
            What::Command(arguments) | What::Client(arguments) => {
                let mut text = match &self.what {
                    What::Client(_) => format!("client {}", self.name),
                    _ => self.name.clone(),
                };
                for argument in arguments {
                    text.push(' ');
                    text.push_str(&event::render_value(argument));
                }
                text
            }
        }
    }

    /// The command that makes this call again from a shell; none for an event and for a client, and none that
    /// is longer than a shell takes.
    pub(crate) fn replay(&self) -> Option<String> {
        self.whole_replay().filter(|command| command.len() <= COMMAND)
    }

    fn whole_replay(&self) -> Option<String> {
        let (label, name) = (&self.label, quote(&self.name));
        Some(match &self.what {
            What::Event(_) | What::Client(_) => return None,
            #[cfg(feature = "orbis")]
            What::Request { replay, .. } => return replay.clone(),
            What::Function(input) if input.is_empty() => format!("cargo plugsmith call {label} {name}"),
            What::Function(input) => {
                let input = quote(&String::from_utf8_lossy(input));
                format!("cargo plugsmith call {label} {name} --input {input}")
            }
            What::Command(arguments) => {
                let mut text = format!("cargo plugsmith run {label} {name}");
                for argument in arguments {
                    text.push(' ');
                    text.push_str(&quote(&String::from_utf8_lossy(&arguments::encode_one(argument))));
                }
                text
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
