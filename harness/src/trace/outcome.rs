//! The outcome of one call.

use std::fmt;
use std::time::Duration;

use plugsmith::log::Line;

use crate::error::{Error, Result};
use crate::text::printable;
use crate::trace::call::{self, Call, Past, Shown, What};
use crate::trace::cost::{Cost, Crossed};
use crate::trace::event::{self, Event, Excerpt, HostCall, Run};

/// The outcome of one call: its result, and everything that happened on the way.
#[derive(Clone, Debug)]
#[must_use = "a call may have failed: unwrap it, or look at its result"]
pub struct Outcome<T> {
    /// The output, or why there is none.
    pub result: Result<T>,
    pub(crate) call: Call,
    /// The output, as a trace shows it; empty where there is none.
    pub(crate) shown: Shown,
    /// What happened in the order in which it did.
    pub events: Vec<Event>,
    /// Fuel used, about one wasm instruction each; exact for one artifact and one wasmtime major.
    /// Of a call that [`Host::timeout`](crate::Host::timeout) has ended, the fuel of the plugin itself is not known and left out.
    pub fuel: u64,
    /// Pages of 64 KiB that the guest's memory holds after the call.
    pub pages: u64,
    /// Wall time.
    pub duration: Duration,
    pub(crate) crossed: Crossed,
}

impl<T> Outcome<T> {
    /// The output.
    ///
    /// # Panics
    /// The call failed: with the error, the author's frames, the last host calls and the logs.
    #[track_caller]
    pub fn unwrap(self) -> T {
        let report = if self.result.is_err() { self.report() } else { String::new() };
        match self.result {
            Ok(output) => output,
            Err(_) => panic!("{}", printable(&report)),
        }
    }

    /// The error.
    ///
    /// # Panics
    /// The call succeeded.
    #[track_caller]
    pub fn unwrap_err(self) -> Error {
        match self.result {
            Err(error) => error,
            Ok(_) => {
                let call = format!("{} => {}", self.call(), self.shown.render());
                panic!("the call succeeded, where an error was expected\n  {}", printable(&call))
            }
        }
    }

    /// The call, as a trace shows it: `GREET "Ada"`.
    pub fn call(&self) -> String {
        self.call.shown()
    }

    /// What the call costs: fuel, pages, bytes and host calls.
    ///
    /// ```
    /// use plugsmith_harness::Plugin;
    ///
    /// let asks = br#"(module
    ///   (import "extism:host/env" "http_status_code" (func $status (result i32)))
    ///   (func (export "ask") (result i32) (drop (call $status)) (call $status)))"#;
    /// let cost = Plugin::load(&asks[..])?.call::<()>("ask", "1234").cost();
    /// assert_eq!((cost.bytes_in, cost.bytes_out, cost.host_call_count()), (4, 0, 2));
    /// assert_eq!(cost.host_calls[0].name, "http_status_code");
    /// # Ok::<(), plugsmith_harness::Error>(())
    /// ```
    pub fn cost(&self) -> Cost {
        Cost {
            fuel: self.fuel,
            pages: self.pages,
            bytes_in: self.crossed.bytes_in,
            bytes_out: self.crossed.bytes_out,
            host_calls: self.crossed.host_calls.clone(),
        }
    }

    /// The lines that the plugin logged, and those logged by whatever it called.
    pub fn logs(&self) -> Vec<&Line> {
        fn collect<'a>(events: &'a [Event], lines: &mut Vec<&'a Line>) {
            for event in events {
                match event {
                    Event::Log(line) => lines.push(line),
                    Event::Call(call) => collect(&call.inside, lines),
                    Event::LeftOut(_) => {}
                }
            }
        }
        let mut lines = Vec::new();
        collect(&self.events, &mut lines);
        lines
    }

    /// The host functions that the plugin called.
    pub fn host_calls(&self) -> Vec<&HostCall> {
        self.events
            .iter()
            .filter_map(|event| match event {
                Event::Call(call) => Some(call),
                Event::Log(_) | Event::LeftOut(_) => None,
            })
            .collect()
    }

    /// The call, what happened, and how it ended, a line each.
    ///
    /// ```text
    /// GREET "Ada"
    ///   storage_incr "greeted" 1 -> 1
    /// => "Hello, Ada!"
    /// ```
    pub fn trace(&self) -> String {
        let mut lines = vec![self.call()];
        lines.extend(event::lines(&self.events).into_iter().map(|line| format!("  {line}")));
        lines.push(match &self.result {
            Ok(_) => call::ending(&self.shown),
            Err(error) => format!("=> error: {error}"),
        });
        lines.join("\n")
    }

    /// All that helps in finding out why a call failed.
    pub fn report(&self) -> String {
        self.report_with(self.call.replay(&self.events, self.result.as_ref().err()))
    }

    /// As [`Outcome::report`], with this command line that does it again.
    pub(crate) fn report_with(&self, again: Option<String>) -> String {
        /// The host calls shown, from the last.
        const SHOWN: usize = 20;
        let mut text = match &self.result {
            Ok(_) => format!("{} succeeded\n  {}", self.call(), call::ending(&self.shown)),
            Err(error) => format!("{} failed: {error}", self.call()),
        };
        if let Err(Error::Trapped { frames, .. }) = &self.result {
            section(&mut text, "in the plugin", frames);
        }
        let mut runs = Run::all(self.events.iter().filter(|event| matches!(event, Event::Call(_))));
        runs.drain(..runs.len().saturating_sub(SHOWN));
        let left_out = self.events.iter().map(|event| if let Event::LeftOut(count) = event { *count } else { 0 });
        let shown_count = runs.iter().map(|run| run.count).sum::<usize>();
        let earlier = self.host_calls().len() - shown_count + left_out.sum::<usize>();
        let mut shown: Vec<_> = runs.into_iter().flat_map(Run::lines).map(|line| line.replace('\n', "\n  ")).collect();
        if earlier > 0 {
            shown.insert(0, format!(".. {earlier} earlier"));
        }
        section(&mut text, "host calls", &shown);
        let logs = self
            .logs()
            .iter()
            .map(|line| format!("{}: {}", line.level.name(), event::render_line(&line.text)))
            .collect::<Vec<_>>();
        section(&mut text, "log", &logs);
        section(&mut text, "again with", again.as_slice());
        text
    }

    /// What a trace of the plugin keeps of this call.
    pub(crate) fn past(&self) -> Past {
        let is_quiet = self.result.is_ok() && self.events.is_empty();
        let input = match &self.call.what {
            What::Function(input) if is_quiet => Excerpt::of(input),
            What::LongFunction(input) if is_quiet => input.clone(),
            _ => return Past::Told(self.trace()),
        };
        Past::Quiet { name: self.call.name.clone(), input, output: self.shown.clone() }
    }

    /// The same call with its output as another type, which `function` returned.
    pub(crate) fn then<U>(self, function: &str, read: impl FnOnce(T) -> Result<U, String>) -> Outcome<U> {
        let bad = |reason| Error::BadOutput { function: function.to_owned(), reason };
        let (result, shown) = match self.result.and_then(|output| read(output).map_err(bad)) {
            Ok(output) => (Ok(output), self.shown),
            Err(error) => (Err(error), Shown::Text(String::new())),
        };
        Outcome {
            result,
            shown,
            call: self.call,
            events: self.events,
            fuel: self.fuel,
            pages: self.pages,
            duration: self.duration,
            crossed: self.crossed,
        }
    }
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    text.push_str(&format!("\n  {title}:"));
    for line in lines {
        text.push_str(&format!("\n    {line}"));
    }
}

/// An outcome prints as its trace.
impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.trace())
    }
}
