//! What a call may cost.

use crate::error::Error;
use crate::text::{counted, grouped};
use crate::trace::cost::{Cost, HostUse};

/// What a call may cost. Unlike a limit, it lets the call run to its end and fails it afterwards, with what it
/// cost, so that one compilation serves any number of budgets.
///
/// ```
/// use plugsmith_harness::powers::cost::Budget;
/// use plugsmith_harness::{Host, Plugin};
///
/// let asks = br#"(module
///   (import "extism:host/env" "http_status_code" (func $status (result i32)))
///   (func (export "ask") (result i32) (drop (call $status)) (call $status)))"#;
/// let host = Host::new().budget(Budget::of("ask").host_calls(1));
/// let error = Plugin::load_in(&asks[..], host)?.call::<()>("ask", "").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "`ask` exceeds its budget: 2 host calls, 1 more than the 1 allowed (100 % over)\n\
///      \x20 its host calls, the most frequent first:\n\
///      \x20   http_status_code  2 calls, 0 bytes to the host, 0 bytes back"
/// );
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "give it to `Host::budget`, or hold a call against it with `Budget::check`"]
pub struct Budget {
    export: Option<String>,
    fuel: Option<u64>,
    pages: Option<u64>,
    bytes_in: Option<u64>,
    bytes_out: Option<u64>,
    host_calls: Option<u64>,
    calls_of: Vec<(String, u64)>,
}

impl Budget {
    /// For each call of any export, with no limit yet.
    pub fn new() -> Budget {
        Budget::default()
    }

    /// For each call of this export, with no limit yet.
    pub fn of(export: &str) -> Budget {
        Budget { export: Some(export.to_owned()), ..Budget::default() }
    }

    /// At most this much fuel, about one wasm instruction each, with that of hooks and plugins that the call leads
    /// to.
    pub fn fuel(mut self, fuel: u64) -> Budget {
        self.fuel = Some(fuel);
        self
    }

    /// At most this many pages of 64 KiB in the guest's memory after the call.
    pub fn pages(mut self, pages: u64) -> Budget {
        self.pages = Some(pages);
        self
    }

    /// At most this many bytes of input.
    pub fn bytes_in(mut self, bytes: u64) -> Budget {
        self.bytes_in = Some(bytes);
        self
    }

    /// At most this many bytes of output.
    pub fn bytes_out(mut self, bytes: u64) -> Budget {
        self.bytes_out = Some(bytes);
        self
    }

    /// At most this many host calls.
    pub fn host_calls(mut self, calls: u64) -> Budget {
        self.host_calls = Some(calls);
        self
    }

    /// At most this many calls of the host function `name`: 0 forbids it.
    pub fn calls_of(mut self, name: &str, calls: u64) -> Budget {
        self.calls_of.push((name.to_owned(), calls));
        self
    }

    /// The export that it is for; `None` for all of them.
    pub fn export(&self) -> Option<&str> {
        self.export.as_deref()
    }

    /// Holds the cost of a call of this export against the budget: also of an Orbis handler, and of a call in a
    /// host without a budget.
    ///
    /// # Errors
    /// [`Error::OverBudget`], with all that exceeds it.
    pub fn check(&self, export: &str, cost: &Cost) -> Result<(), Error> {
        if self.export.as_deref().is_some_and(|own| own != export) {
            return Ok(());
        }
        let of = |name: &str| {
            let calls = cost.host_calls.iter().filter(|function| function.name == name);
            calls.map(|function| function.calls).sum()
        };
        let limits = [
            ("fuel", cost.fuel, self.fuel),
            ("pages", cost.pages, self.pages),
            ("bytes of input", cost.bytes_in, self.bytes_in),
            ("bytes of output", cost.bytes_out, self.bytes_out),
            ("host calls", cost.host_call_count(), self.host_calls),
        ];
        let mut exceeded: Vec<String> = limits
            .into_iter()
            .filter_map(|(what, used, limit)| Some((what, used, limit?)))
            .filter(|(_, used, limit)| used > limit)
            .map(|(what, used, limit)| excess(what, used, limit))
            .collect();
        let calls_of = self.calls_of.iter().map(|(name, limit)| (format!("calls of {name}"), of(name), *limit));
        exceeded.extend(
            calls_of.filter(|(_, used, limit)| used > limit).map(|(what, used, limit)| excess(&what, used, limit)),
        );
        if exceeded.is_empty() {
            return Ok(());
        }
        Err(Error::OverBudget { export: export.to_owned(), exceeded, host_calls: most_frequent(&cost.host_calls) })
    }
}

/// `12,345 fuel, 2,345 more than the 10,000 allowed (23 % over)`.
fn excess(what: &str, used: u64, limit: u64) -> String {
    let over = used - limit;
    let share = match u128::from(over) * 100 / u128::from(limit.max(1)) {
        _ if limit == 0 => String::new(),
        0 => " (less than 1 % over)".to_owned(),
        percent => format!(" ({percent} % over)"),
    };
    format!("{} {what}, {} more than the {} allowed{share}", grouped(used), grouped(over), grouped(limit))
}

/// A line for each host function, at most eight.
fn most_frequent(host_calls: &[HostUse]) -> Vec<String> {
    const SHOWN: usize = 8;
    let mut sorted: Vec<&HostUse> = host_calls.iter().collect();
    sorted.sort_by_key(|function| {
        std::cmp::Reverse((function.calls, function.bytes_to_host.saturating_add(function.bytes_from_host)))
    });
    let shown = || sorted.iter().take(SHOWN);
    let width = shown().map(|function| function.name.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = shown()
        .map(|function| {
            format!(
                "{:width$}  {}, {} to the host, {} back",
                function.name,
                counted(function.calls, "call"),
                counted(function.bytes_to_host, "byte"),
                counted(function.bytes_from_host, "byte"),
            )
        })
        .collect();
    if sorted.len() > SHOWN {
        lines.push(format!(".. and {} others", sorted.len() - SHOWN));
    }
    lines
}
