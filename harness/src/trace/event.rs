//! What happened between a plugin and its host.

use plugsmith::log::Line;
use plugsmith::protocol::host_functions::{HostValue, WireType};

#[cfg(feature = "orbis")]
pub(crate) use super::render::render_json;
pub(crate) use super::render::{Excerpt, render_bytes, render_line, render_value, shorten_to};

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

    /// About the memory that it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes + self.last_bytes
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
                let typed = call.typed_arguments.iter().chain(&call.typed_result).map(Typed::size).sum::<usize>();
                128 + call.arguments.iter().map(String::len).sum::<usize>() + result + typed + inside
            }
            Event::Log(line) => 32 + line.text.len(),
            Event::LeftOut(_) => 0,
        }
    }
}

/// Events that look the same in a trace, in a row, as of a plugin that waits for the clock.
pub(crate) struct Run {
    line: String,
    pub(crate) count: usize,
}

impl Run {
    /// The events as runs.
    pub(crate) fn all<'a>(events: impl IntoIterator<Item = &'a Event>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        for event in events {
            let line = event.to_string();
            match runs.last_mut() {
                Some(last) if last.line == line => last.count += 1,
                _ => runs.push(Run { line, count: 1 }),
            }
        }
        runs
    }

    /// Its lines: one for more than three events.
    pub(crate) fn lines(self) -> Vec<String> {
        const SHOWN: usize = 3;
        match self.count {
            1..=SHOWN => vec![self.line; self.count],
            count => vec![format!("{}  ({count} times)", self.line)],
        }
    }
}

/// Events as a trace shows them.
pub(crate) fn lines(events: &[Event]) -> Vec<String> {
    Run::all(events).into_iter().flat_map(Run::lines).collect()
}

/// A call of a host function.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct HostCall {
    /// The import module.
    pub module: String,
    /// The import name.
    pub name: String,
    /// The arguments, as text that a person reads.
    pub arguments: Vec<String>,
    /// The answer; `None` for a function without one.
    pub result: Result<Option<String>, String>,
    /// The arguments as they crossed the boundary. A call that the host makes by itself has none.
    pub typed_arguments: Vec<Typed>,
    /// The answer as it crossed the boundary; `None` for a call that failed, or that the host made itself.
    pub typed_result: Option<Typed>,
    /// What happened in the plugin that this call called.
    pub inside: Vec<Event>,
}

/// The codes of errors by which a host refuses something.
pub(crate) const REFUSALS: [&str; 2] = ["NOPERM", "DENIED"];

/// A value that crossed the boundary between a plugin and its host.
#[derive(Clone, Debug, PartialEq)]
pub struct Typed {
    /// What it means.
    pub ty: WireType,
    /// The value; of a block of more than 1 KiB the start. A [`Watch`](crate::Watch) sees all of it.
    pub value: HostValue,
    /// The bytes of the whole block; 0 for a number.
    pub length: usize,
}

impl Typed {
    /// The most bytes of a block that are kept.
    const KEPT: usize = 1024;

    pub(crate) fn of(ty: WireType, value: &HostValue) -> Typed {
        let (value, length) = match value {
            HostValue::Block(Some(bytes)) => {
                (HostValue::Block(Some(bytes[..bytes.len().min(Typed::KEPT)].to_vec())), bytes.len())
            }
            value => (value.clone(), 0),
        };
        Typed { ty, value, length }
    }

    /// About the memory that it takes besides the value itself.
    fn size(&self) -> usize {
        self.length.min(Typed::KEPT)
    }
}

impl HostCall {
    /// The refusal that the guest got, if its host refused the call: `NOPERM ..`; only the start of a long text.
    pub(crate) fn refusal(&self) -> Option<String> {
        let Some(Typed { ty: WireType::Resp, value: HostValue::Block(Some(reply)), .. }) = &self.typed_result else {
            return None;
        };
        let text = reply.strip_prefix(b"-")?;
        let text = String::from_utf8_lossy(text.split(|byte| *byte == b'\r').next()?).into_owned();
        REFUSALS.contains(&text.split(' ').next()?).then_some(text)
    }

    /// What a host did by itself, which crossed no boundary.
    pub(crate) fn of_the_host(
        module: &str,
        name: &str,
        arguments: Vec<String>,
        result: Result<Option<String>, String>,
        inside: Vec<Event>,
    ) -> HostCall {
        HostCall {
            module: module.to_owned(),
            name: name.to_owned(),
            arguments,
            result,
            typed_arguments: Vec::new(),
            typed_result: None,
            inside,
        }
    }
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
        for line in lines(&self.inside) {
            // A call stands two spaces in, what happened inside of it two more.
            write!(f, "\n    {}", line.replace('\n', "\n  "))?;
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
