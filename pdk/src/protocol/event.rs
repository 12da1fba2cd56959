//! Events of a Ferrite host, and what a hook says to them, as they cross the boundary.
//!
//! An event is a map of its name and its fields: `%n` of RESP3, or a JSON object such as
//! `{"event": "OnKeyWrite", "key": "a", "value": "x"}`. A hook answers null to let
//! it be, `["abort", message]` to stop it, or `["modified", value]` to go on with another value.

mod check;

use super::arguments::Encoding;
use super::json::{self, Json, Scanner};
use super::{Value, resp};
use crate::text::join;

/// The ten events that every host fires, and which fields each carries.
pub const EVENTS: &[(&str, &[&str])] = &[
    ("BeforeCommand", &["command", "args", "client_id"]),
    ("AfterCommand", &["command", "args", "client_id", "result"]),
    ("OnKeyWrite", &["key", "value"]),
    ("OnKeyRead", &["key", "value"]),
    ("OnKeyExpiry", &["key"]),
    ("OnKeyDelete", &["key"]),
    ("OnClientConnect", &["client_id", "address"]),
    ("OnClientDisconnect", &["client_id", "address"]),
    ("OnServerStartup", &[]),
    ("OnServerShutdown", &[]),
];

/// What the name of an event that an author invents starts with.
pub const CUSTOM: &str = "custom:";

/// Whether a hook may stop this event: only what has not happened yet.
pub fn may_abort(event: &str) -> bool {
    matches!(event, "BeforeCommand" | "OnKeyWrite" | "OnKeyRead" | "OnKeyDelete" | "OnClientConnect")
        || event.starts_with(CUSTOM)
}

/// Whether a hook may put another value in the place of this event's: the arguments of a command
/// to come, the result of one that ran, or the value of a key on its way in or out.
pub fn may_modify(event: &str) -> bool {
    matches!(event, "BeforeCommand" | "AfterCommand" | "OnKeyWrite" | "OnKeyRead") || event.starts_with(CUSTOM)
}

/// The field whose place a modified value takes.
pub fn modified_field(event: &str) -> &'static str {
    match event {
        "BeforeCommand" => "args",
        "AfterCommand" => "result",
        _ => "value",
    }
}

/// An event: its name and its fields.
///
/// ```
/// use plugsmith::protocol::event::Event;
///
/// let event = Event::new("OnKeyWrite").key("user:1").value("Ada");
/// assert_eq!(event.field("key").unwrap(), "user:1");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Such as `OnKeyWrite`, or `custom:` and a name.
    pub name: String,
    /// In order.
    pub fields: Vec<(String, Value)>,
}

impl Event {
    /// An event without fields.
    pub fn new(name: &str) -> Event {
        Event { name: name.to_owned(), fields: Vec::new() }
    }

    /// With one more field.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Event {
        self.fields.push((field.to_owned(), value.into()));
        self
    }

    /// With the key that it is about.
    #[must_use]
    pub fn key(self, key: &str) -> Event {
        self.with("key", key)
    }

    /// With the value that is written or read.
    #[must_use]
    pub fn value(self, value: impl Into<Value>) -> Event {
        self.with("value", value)
    }

    /// With the command that runs, and its arguments.
    #[must_use]
    pub fn command(self, name: &str, args: impl IntoIterator<Item = impl Into<Value>>) -> Event {
        let args = args.into_iter().map(Into::into).collect();
        self.with("command", name).with("args", Value::Array(args))
    }

    /// With the result of the command that ran.
    #[must_use]
    pub fn result(self, result: impl Into<Value>) -> Event {
        self.with("result", result)
    }

    /// With the client that it is about.
    #[must_use]
    pub fn client(self, id: i64) -> Event {
        self.with("client_id", id)
    }

    /// The value of a field.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value)
    }

    /// As a host sends it.
    pub fn encode(&self) -> Vec<u8> {
        let mut pairs = vec![("event".into(), Value::String(self.name.clone()))];
        pairs.extend(self.fields.iter().map(|(name, value)| (Value::String(name.clone()), value.clone())));
        resp::encode(&Value::Map(pairs))
    }

    /// The event in what a host sent, and how it was written.
    ///
    /// # Errors
    /// A sentence that says what is malformed.
    pub fn decode(input: &[u8]) -> Result<(Event, Encoding), String> {
        match input.iter().find(|b| !b.is_ascii_whitespace()) {
            Some(b'{') => Ok((Event::from_json(input)?, Encoding::Json)),
            _ => Ok((Event::from_resp(input)?, Encoding::Resp)),
        }
    }

    fn from_resp(input: &[u8]) -> Result<Event, String> {
        let value = resp::decode(input).map_err(|error| join(&["malformed event: ", error.message]))?;
        let Value::Map(pairs) = value else {
            return Err("an event must be a RESP map (%..) or a JSON object ({..})".to_owned());
        };
        let mut fields = Vec::new();
        for (name, value) in pairs {
            let name = name.as_str().ok_or("the name of an event's field must be text")?.to_owned();
            fields.push((name, value));
        }
        Event::from_fields(fields)
    }

    fn from_json(input: &[u8]) -> Result<Event, String> {
        let text = core::str::from_utf8(input).map_err(|_| "malformed event: text is not UTF-8")?;
        let members =
            Scanner::new(text).object_members().map_err(|error| join(&["malformed event: ", error.message]))?;
        let fields =
            members.into_iter().map(|(name, value)| Ok((name, from_json(value)?))).collect::<Result<_, String>>()?;
        Event::from_fields(fields)
    }

    fn from_fields(mut fields: Vec<(String, Value)>) -> Result<Event, String> {
        let place = fields
            .iter()
            .position(|(name, _)| name == "event")
            .ok_or("an event needs a field `event` with its name")?;
        let (_, name) = fields.remove(place);
        let name = name.as_str().ok_or("the field `event` must be text")?.to_owned();
        Ok(Event { name, fields })
    }
}

/// A JSON value as a field: a list of scalars is an array, an object stays its text.
fn from_json(value: Json<'_>) -> Result<Value, String> {
    Ok(match value {
        Json::Null => Value::Null,
        Json::Text(text) => Value::String(text),
        Json::Bytes(bytes) => Value::from_bytes(bytes),
        Json::Raw("true") => Value::Boolean(true),
        Json::Raw("false") => Value::Boolean(false),
        Json::Raw(raw) if raw.starts_with('[') => {
            let items = Scanner::new(raw).array().map_err(|error| error.message.to_owned())?;
            Value::Array(items.into_iter().map(from_json).collect::<Result<_, String>>()?)
        }
        Json::Raw(raw) => raw.parse().map_or_else(|_| Value::String(raw.to_owned()), Value::Integer),
    })
}

/// What a hook says to an event.
#[derive(Clone, Debug, PartialEq)]
pub enum HookResult {
    /// Let it be.
    Continue,
    /// Stop it; the client gets the message.
    Abort(String),
    /// Go on with this value in the place of the event's.
    Modified(Value),
}

impl HookResult {
    /// As a guest answers it.
    pub fn encode(&self, encoding: Encoding) -> Vec<u8> {
        let value = match self {
            HookResult::Continue => Value::Null,
            HookResult::Abort(message) => Value::Array(vec!["abort".into(), message.as_str().into()]),
            HookResult::Modified(value) => Value::Array(vec!["modified".into(), value.clone()]),
        };
        match encoding {
            Encoding::Resp => resp::encode(&value),
            Encoding::Json => {
                let mut out = Vec::new();
                json::write(&mut out, &value);
                out
            }
        }
    }

    /// The verdict in what a guest answered in RESP.
    ///
    /// # Errors
    /// What it is instead.
    pub fn decode(output: &[u8]) -> Result<HookResult, String> {
        match resp::decode(output).map_err(|error| error.to_string())? {
            Value::Null => Ok(HookResult::Continue),
            Value::Array(items) => match items.as_slice() {
                [verdict, message] if *verdict == "abort" => {
                    Ok(HookResult::Abort(message.as_str().unwrap_or_default().to_owned()))
                }
                [verdict, value] if *verdict == "modified" => Ok(HookResult::Modified(value.clone())),
                _ => Err("a hook must return null, [\"abort\", message] or [\"modified\", value]".to_owned()),
            },
            _ => Err("a hook must return null, [\"abort\", message] or [\"modified\", value]".to_owned()),
        }
    }
}
