//! What an entry point takes, as far as the artifact says so, and how parts become the bytes of a call.

use plugsmith::Value;
use plugsmith::protocol::arguments::{self, Encoding};
use plugsmith::protocol::event::{EVENTS, Event};
use plugsmith::protocol::metadata::{Command, Parameter, Record, Route};
use serde_json::{Value as Json, json};

use crate::artifact::module::Module;

/// What an entry point takes.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) entry: String,
    pub(super) fields: Vec<Field>,
    /// What any number of further fields are.
    pub(super) rest: Option<Kind>,
    frame: Frame,
}

/// A part of an input.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) is_optional: bool,
}

/// What a part means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Bytes,
    Text,
    Key,
    Json,
    Integer(i128, i128),
    Float,
    Bool,
    /// One of these words.
    Choice(Vec<&'static str>),
}

/// How the parts are put together.
#[derive(Clone, Debug)]
enum Frame {
    /// The only part, as it is.
    Raw,
    /// RESP bulk strings.
    Command,
    /// An event with these fields; without a name, the first part is the name.
    Event(Option<String>),
    /// The JSON that Orbis hands a handler.
    Request(Box<Route>),
}

impl Shape {
    /// Those of the entries that `only` names, or of all.
    pub(super) fn all(module: &Module, entries: &[String], only: Option<&str>) -> Vec<Shape> {
        let named = entries.iter().filter(|entry| only.is_none_or(|only| only == *entry));
        let called = named.filter(|entry| !matches!(entry.as_str(), "_start" | "_initialize"));
        called.map(|entry| Shape::of(module, entry)).collect()
    }

    fn of(module: &Module, entry: &str) -> Shape {
        let recorded = module.records.iter().find_map(|record| Shape::of_record(record, entry));
        recorded.unwrap_or_else(|| match module.is_orbis() {
            true => {
                let any =
                    |kind: &str, name: &str| Parameter { kind: kind.into(), name: name.into(), ty: "text".into() };
                let parameters = vec![any("path", "id"), any("query", "q"), any("body", "body"), any("user", "user")];
                Shape::of_route(&Route {
                    method: "POST".to_owned(),
                    path: format!("/{entry}/{{id}}"),
                    handler: entry.to_owned(),
                    requires_auth: false,
                    description: String::new(),
                    permissions: Vec::new(),
                    rate_limit: None,
                    parameters,
                })
            }
            false => Shape::raw(entry, Kind::Bytes),
        })
    }

    /// Whether the artifact says what the entry takes.
    pub(super) fn is_recorded(module: &Module, entry: &str) -> bool {
        module.records.iter().any(|record| Shape::of_record(record, entry).is_some())
    }

    fn of_record(record: &Record, entry: &str) -> Option<Shape> {
        Some(match record {
            Record::Command(command) if command.name == entry => Shape::of_command(command),
            Record::Function(function) if function.name == entry => match function.input.as_str() {
                "none" => Shape { fields: Vec::new(), ..Shape::raw(entry, Kind::Bytes) },
                "text" => Shape::raw(entry, Kind::Text),
                "json" => Shape::raw(entry, Kind::Json),
                _ => Shape::raw(entry, Kind::Bytes),
            },
            Record::Hook(hook) if hook.export == entry => {
                let known = EVENTS.iter().find(|(name, _)| *name == hook.event);
                let names = known.map_or(&["value"][..], |(_, fields)| fields);
                Shape::of_event(entry, Some(hook.event.clone()), names)
            }
            Record::Transformer(transformer) if transformer.export == entry => {
                Shape::of_event(entry, Some(transformer.on.clone()), &["key", "value"])
            }
            Record::StorageBackend(backend) if backend.export == entry => {
                let mut shape = Shape::of_event(entry, None, &["key", "value", "ttl", "pattern"]);
                let operations = vec!["get", "set", "delete", "exists", "scan", "ttl"];
                shape.fields.insert(0, field("operation", Kind::Choice(operations)));
                shape
            }
            Record::Route(route) if route.handler == entry => Shape::of_route(route),
            _ => return None,
        })
    }

    fn raw(entry: &str, kind: Kind) -> Shape {
        Shape { entry: entry.to_owned(), fields: vec![field("input", kind)], rest: None, frame: Frame::Raw }
    }

    fn of_command(command: &Command) -> Shape {
        let mut shape = Shape { entry: command.name.clone(), fields: Vec::new(), rest: None, frame: Frame::Command };
        let taken: Vec<&Parameter> = command.parameters.iter().filter(|p| p.kind != "context").collect();
        for parameter in &taken {
            let kind = match is_key(command, shape.fields.len() + 1) || parameter.name == "key" {
                true => Kind::Key,
                false => kind(&parameter.ty),
            };
            match parameter.kind.as_str() {
                "rest" => shape.rest = Some(kind),
                how => {
                    let is_optional = how == "optional";
                    shape.fields.push(Field { name: parameter.name.clone(), kind, is_optional });
                }
            }
        }
        // `&[Value]` says nothing but how many there are at least; a command without parameters is another SDK's.
        if shape.fields.is_empty() && (shape.rest.is_some() || taken.is_empty()) {
            let least = command.arity.unsigned_abs().saturating_sub(1).min(16) as usize;
            for place in 1..=least {
                let kind = if is_key(command, place) { Kind::Key } else { Kind::Bytes };
                shape.fields.push(field("argument", kind));
            }
            if command.arity < 0 {
                shape.rest.get_or_insert(Kind::Bytes);
            } else {
                shape.rest = None;
            }
        }
        shape
    }

    fn of_event(entry: &str, event: Option<String>, names: &[&str]) -> Shape {
        let fields = names.iter().map(|name| {
            let kind = match *name {
                "key" => Kind::Key,
                "client_id" | "ttl" => Kind::Integer(0, i64::MAX.into()),
                "command" | "address" | "pattern" => Kind::Text,
                _ => Kind::Bytes,
            };
            field(name, kind)
        });
        Shape { entry: entry.to_owned(), fields: fields.collect(), rest: None, frame: Frame::Event(event) }
    }

    fn of_route(route: &Route) -> Shape {
        let fields = route.parameters.iter().filter(|parameter| parameter.kind != "user").map(|parameter| {
            let kind = match parameter.kind.as_str() {
                "body" => Kind::Json,
                "request" => Kind::Json,
                _ => kind(&parameter.ty),
            };
            field(&parameter.name, kind)
        });
        let mut fields: Vec<Field> = fields.collect();
        fields.push(field("user", Kind::Choice(vec!["ada", "admin", ""])));
        Shape { entry: route.handler.clone(), fields, rest: None, frame: Frame::Request(Box::new(route.clone())) }
    }

    /// The kind of the field at this place.
    pub(super) fn kind(&self, place: usize) -> Kind {
        let kind = self.fields.get(place).map(|field| &field.kind).or(self.rest.as_ref());
        kind.cloned().unwrap_or(Kind::Bytes)
    }

    /// Whether an input of so many fields is one that a host passes on.
    pub(super) fn takes(&self, fields: usize) -> bool {
        let is_fixed = !matches!(self.frame, Frame::Command);
        fields == self.fields.len() || (!is_fixed && fields < 256)
    }

    /// Whether its output is a RESP or JSON value, in the encoding of the input.
    pub(super) fn answers_in_resp(&self) -> bool {
        matches!(self.frame, Frame::Command | Frame::Event(_))
    }

    /// The bytes of a call.
    pub(super) fn encode(&self, fields: &[Vec<u8>]) -> Vec<u8> {
        let part = |place: usize| fields.get(place).map(Vec::as_slice).unwrap_or_default();
        match &self.frame {
            Frame::Raw => part(0).to_vec(),
            Frame::Command => {
                let arguments: Vec<Value> = fields.iter().map(|field| Value::BulkString(field.clone())).collect();
                arguments::encode(&arguments, Encoding::Resp)
            }
            Frame::Event(name) => {
                let skipped = usize::from(name.is_none());
                let name = name.clone().unwrap_or_else(|| text(part(0)));
                let mut event = Event::new(&name);
                for (place, field) in self.fields.iter().enumerate().skip(skipped) {
                    event = event.with(&field.name, event_field(field, part(place)));
                }
                event.encode()
            }
            Frame::Request(route) => self.request(route, fields).to_string().into_bytes(),
        }
    }

    /// As Orbis hands it over, in both forms of the host.
    fn request(&self, route: &Route, fields: &[Vec<u8>]) -> Json {
        let (mut params, mut query) = (serde_json::Map::new(), serde_json::Map::new());
        let mut body = Json::Null;
        let parameters = route.parameters.iter().filter(|parameter| parameter.kind != "user");
        for (place, parameter) in parameters.enumerate() {
            let bytes = fields.get(place).map(Vec::as_slice).unwrap_or_default();
            match parameter.kind.as_str() {
                "path" => drop(params.insert(parameter.name.clone(), text(bytes).into())),
                "query" => drop(query.insert(parameter.name.clone(), text(bytes).into())),
                _ => body = serde_json::from_slice(bytes).unwrap_or_else(|_| text(bytes).into()),
            }
        }
        let user = fields.last().map(|user| text(user)).filter(|user| !user.is_empty());
        let user = user.or_else(|| route.requires_auth.then(|| "ada".to_owned()));
        let is_admin = user.as_deref() == Some("admin");
        let path = params.iter().fold(route.path.clone(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value.as_str().unwrap_or_default())
        });
        json!({
            "headers": {}, "query": query, "body": body, "method": route.method, "path": path, "user_id": user,
            "is_admin": is_admin, "params": params,
            "user": user.as_ref().map(|id| json!({ "id": id, "is_admin": is_admin })),
        })
    }

    /// `SET <key> <value: i64> [ttl]`.
    pub(super) fn shown(&self) -> String {
        let mut text = self.entry.clone();
        for field in &self.fields {
            let kind = field.kind.shown();
            let (open, close) = if field.is_optional { ('[', ']') } else { ('<', '>') };
            match kind == field.name {
                true => text.push_str(&format!(" {open}{kind}{close}")),
                false => text.push_str(&format!(" {open}{}: {kind}{close}", field.name)),
            }
        }
        if let Some(rest) = &self.rest {
            text.push_str(&format!(" [{} ..]", rest.shown()));
        }
        text
    }
}

impl Kind {
    fn shown(&self) -> &'static str {
        match self {
            Kind::Bytes => "bytes",
            Kind::Text => "text",
            Kind::Key => "key",
            Kind::Json => "JSON",
            Kind::Integer(..) => "integer",
            Kind::Float => "number",
            Kind::Bool => "bool",
            Kind::Choice(_) => "word",
        }
    }
}

fn field(name: &str, kind: Kind) -> Field {
    Field { name: name.to_owned(), kind, is_optional: false }
}

fn kind(ty: &str) -> Kind {
    let integer = |least: i128, most: i128| Kind::Integer(least, most);
    match ty {
        "i64" => integer(i64::MIN.into(), i64::MAX.into()),
        "u64" => integer(0, u64::MAX.into()),
        "i32" => integer(i32::MIN.into(), i32::MAX.into()),
        "u32" => integer(0, u32::MAX.into()),
        "i16" => integer(i16::MIN.into(), i16::MAX.into()),
        "u16" => integer(0, u16::MAX.into()),
        "i8" => integer(i8::MIN.into(), i8::MAX.into()),
        "u8" => integer(0, u8::MAX.into()),
        "f32" | "f64" => Kind::Float,
        "bool" => Kind::Bool,
        "bytes" | "value" => Kind::Bytes,
        "json" => Kind::Json,
        _ => Kind::Text,
    }
}

/// Whether the argument at this place, from 1, is a key.
fn is_key(command: &Command, place: usize) -> bool {
    let (Some(first), place) = (command.first_key, place as i32) else { return false };
    let last = command.last_key.unwrap_or(first);
    let step = command.step.unwrap_or(1).max(1);
    first > 0 && place >= first && (last < 0 || place <= last) && (place - first) % step == 0
}

fn event_field(field: &Field, bytes: &[u8]) -> Value {
    match (field.name.as_str(), &field.kind) {
        ("args", _) => {
            Value::Array(bytes.split(|byte| *byte == b' ').map(|word| Value::from_bytes(word.to_vec())).collect())
        }
        ("ttl", _) if bytes.is_empty() => Value::Null,
        (_, Kind::Integer(..)) => Value::Integer(text(bytes).parse().unwrap_or(0)),
        (_, Kind::Text | Kind::Key) => Value::String(text(bytes)),
        _ => Value::from_bytes(bytes.to_vec()),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
