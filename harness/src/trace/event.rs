//! What happened between a plugin and its host, in lines that a person reads.

use plugsmith::Value;
use plugsmith::log::Line;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;

/// One thing that happened during a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The plugin called a host function.
    Call(HostCall),
    /// The plugin logged a line.
    Log(Line),
    /// So many more that are not kept.
    LeftOut(usize),
}

/// What happened in a call: the first events and the last, since a guest may make millions.
#[derive(Debug, Default)]
pub(crate) struct Events {
    first: Vec<Event>,
    last: std::collections::VecDeque<Event>,
    /// About the memory that the first hold.
    bytes: usize,
    /// About the memory that the last hold.
    last_bytes: usize,
    left_out: usize,
}

impl Events {
    /// The events and the bytes kept from the start, and those kept from the end: one at least.
    const FIRST: usize = 10_000;
    const BYTES: usize = 16 * 1024 * 1024;
    const LAST: usize = 100;
    const LAST_BYTES: usize = 1024 * 1024;

    pub(crate) fn push(&mut self, event: Event) {
        if self.last.is_empty() && self.first.len() < Events::FIRST && self.bytes < Events::BYTES {
            self.bytes += event.size();
            self.first.push(event);
            return;
        }
        self.last_bytes += event.size();
        self.last.push_back(event);
        while self.last.len() > Events::LAST || (self.last.len() > 1 && self.last_bytes > Events::LAST_BYTES) {
            self.last_bytes -= self.last.pop_front().map_or(0, |event| event.size());
            self.left_out += 1;
        }
    }

    pub(crate) fn into_events(self) -> Vec<Event> {
        let mut events = self.first;
        if self.left_out > 0 {
            events.push(Event::LeftOut(self.left_out));
        }
        events.extend(self.last);
        events
    }
}

impl Event {
    fn size(&self) -> usize {
        match self {
            Event::Call(call) => {
                let result =
                    call.result.as_ref().map_or_else(|error| error.len(), |text| text.as_ref().map_or(0, String::len));
                let inside = call.inside.iter().map(Event::size).sum::<usize>();
                128 + call.arguments.iter().map(String::len).sum::<usize>() + result + inside
            }
            Event::Log(line) => 32 + line.text.len(),
            Event::LeftOut(_) => 0,
        }
    }
}

/// A call of a host function.
#[derive(Clone, Debug, PartialEq)]
pub struct HostCall {
    /// The import module.
    pub module: String,
    /// The import name.
    pub name: String,
    /// The arguments, as text that a person reads.
    pub arguments: Vec<String>,
    /// The answer; `None` where there is none to give.
    pub result: Result<Option<String>, String>,
    /// What happened in the plugin that this call called.
    pub inside: Vec<Event>,
}

impl std::fmt::Display for HostCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)?;
        for argument in &self.arguments {
            write!(f, " {argument}")?;
        }
        match &self.result {
            Ok(None) => {}
            Ok(Some(result)) => write!(f, " -> {result}")?,
            Err(message) => write!(f, " -> failed: {message}")?,
        }
        for event in &self.inside {
            // A call stands two spaces in, what happened inside of it two more.
            write!(f, "\n    {}", event.to_string().replace('\n', "\n  "))?;
        }
        Ok(())
    }
}

impl std::fmt::Display for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Event::Call(call) => call.fmt(f),
            Event::Log(line) => write!(f, "log {}: {}", line.level.name(), render_line(&line.text)),
            Event::LeftOut(count) => write!(f, ".. {count} more host calls and log lines"),
        }
    }
}

/// A value on the wire, as text.
pub(crate) fn render(ty: WireType, value: &HostValue) -> Option<String> {
    Some(match (ty, value) {
        (_, HostValue::Nothing) => return None,
        (_, HostValue::I32(n)) => n.to_string(),
        (_, HostValue::I64(n)) => n.to_string(),
        (_, HostValue::F32(n)) => n.to_string(),
        (_, HostValue::F64(n)) => n.to_string(),
        (_, HostValue::Block(None)) => "none".to_owned(),
        (WireType::Resp, HostValue::Block(Some(bytes))) => match resp::decode(bytes) {
            Ok(value) => render_value(&value),
            Err(_) => render_bytes(bytes),
        },
        (WireType::Json, HostValue::Block(Some(bytes))) => match std::str::from_utf8(bytes) {
            Ok(text) => shorten(text),
            Err(_) => render_bytes(bytes),
        },
        (_, HostValue::Block(Some(bytes))) => render_bytes(bytes),
    })
}

/// A RESP value in one line: `"text"`, `7`, `nil`, `["a", 1]`, `{"k": "v"}`.
pub fn render_value(value: &Value) -> String {
    let list = |items: &[Value]| items.iter().map(render_value).collect::<Vec<_>>().join(", ");
    match value {
        Value::Ok => "OK".to_owned(),
        Value::SimpleString(text) => text.clone(),
        Value::Integer(n) => n.to_string(),
        Value::Double(n) => format!("{n:?}"),
        Value::Boolean(b) => b.to_string(),
        Value::Null => "nil".to_owned(),
        Value::Error(text) => format!("error {text}"),
        Value::Array(items) | Value::Push(items) => format!("[{}]", list(items)),
        Value::Set(items) => format!("{{{}}}", list(items)),
        Value::Map(pairs) => {
            let pairs = pairs.iter().map(|(key, value)| format!("{}: {}", render_value(key), render_value(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
        }
        Value::String(_) | Value::BulkString(_) | Value::BigNumber(_) | Value::Verbatim(..) => {
            render_bytes(value.as_bytes().unwrap_or_default())
        }
    }
}

/// JSON in one line; a long one is cut.
#[cfg(feature = "orbis")]
pub(crate) fn render_json(json: &serde_json::Value) -> String {
    shorten(&json.to_string())
}

/// Bytes as quoted text, those that are no UTF-8 as `\x..`; long ones are cut.
pub fn render_bytes(bytes: &[u8]) -> String {
    render_start(start(bytes), bytes.len())
}

/// As much of some bytes as a trace shows.
#[derive(Clone, Debug)]
pub(crate) struct Excerpt {
    start: Box<[u8]>,
    length: usize,
}

impl Excerpt {
    pub(crate) fn of(bytes: &[u8]) -> Excerpt {
        Excerpt { start: start(bytes).into(), length: bytes.len() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// As [`render_bytes`] renders all of them.
    pub(crate) fn render(&self) -> String {
        render_start(&self.start, self.length)
    }
}

/// All that is shown, as no letter is longer than four bytes, nor one of ASCII than one; the rest
/// may be megabytes.
fn start(bytes: &[u8]) -> &[u8] {
    match bytes.get(..WIDTH) {
        Some(letters) if letters.is_ascii() => letters,
        _ => &bytes[..bytes.len().min(4 * WIDTH)],
    }
}

fn render_start(start: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(start.len() + 2);
    text.push('"');
    for chunk in start.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                // Most letters, and what `escape_debug` would look up in a table; all but `"` and `\`.
                ' '..='!' | '#'..='[' | ']'..='~' => text.push(letter),
                _ => text.extend(letter.escape_debug()),
            }
        }
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02x}"));
        }
    }
    text.push('"');
    match text.char_indices().nth(WIDTH) {
        None => text,
        Some((end, _)) => format!("{}.. ({length} bytes)", &text[..end]),
    }
}

/// A logged line as a trace shows it: its further lines are indented, and a long one is cut.
pub(crate) fn render_line(text: &str) -> String {
    shorten_to(10 * WIDTH, text).replace('\n', "\n      ")
}

/// The longest value in a trace, in letters.
const WIDTH: usize = 200;

fn shorten(text: &str) -> String {
    shorten_to(WIDTH, text)
}

/// The first letters of a text, and how many bytes it has where there are more.
pub(crate) fn shorten_to(width: usize, text: &str) -> String {
    match text.char_indices().nth(width) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}.. ({} bytes)", &text[..end], text.len()),
    }
}
