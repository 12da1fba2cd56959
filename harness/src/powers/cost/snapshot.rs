//! Snapshots of costs, through insta. The first line of each names the toolchain.

use std::fmt::Write;
use std::io::Write as _;

use insta::internals::SnapshotContents;
use insta::{Comparator, Snapshot};

use crate::engine::ledger::Recorded;
use crate::text::{counted, one_line};

/// Compares what the calls of a [`Guest`](crate::Guest) have cost so far with the snapshot beside the test: fuel,
/// pages, bytes and host calls of each export.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// let mut plugin = plugsmith_harness::plugin!();
/// plugin.command("GREET", ["Ada"]).unwrap();
/// plugsmith_harness::assert_cost_snapshot!(plugin);
/// ```
///
/// The first line names the compiler, the version of Extism and the profile. With other ones the costs are others
/// for the same sources, so the test then passes and asks for a new baseline on standard error; it is saved by
/// `INSTA_UPDATE=always cargo test`, or through `cargo insta test` and `cargo insta review`. The description holds
/// the hash of the artifact that the baseline was taken of.
///
/// `name`, `suffix` and inline snapshots are as with [`assert_trace_snapshot!`](crate::assert_trace_snapshot).
#[macro_export]
macro_rules! assert_cost_snapshot {
    ($guest:expr $(, name = $name:expr)? $(, suffix = $suffix:expr)? $(, @$inline:literal)? $(,)?) => {{
        let recorded = $crate::Guest::recorded(&$guest);
        let text = $crate::powers::cost::snapshot(&recorded);
        let mut settings = $crate::__private::insta::Settings::clone_current();
        settings.set_description(::std::format!("artifact {}", recorded.artifact.sha256));
        settings.set_comparator(::std::boxed::Box::new($crate::powers::cost::SameToolchain));
        settings.bind(|| {
            $crate::__snapshot!(
                [], text
                $(, name = $crate::__private::SnapshotName::Whole($name))?
                $(, name = $crate::__private::SnapshotName::Suffix($suffix))?
                $(, @$inline)?
            )
        });
    }};
}

/// The text of a snapshot.
#[doc(hidden)]
pub fn snapshot(recorded: &Recorded) -> String {
    let mut out = recorded.artifact.toolchain();
    for (export, costs) in recorded.costs.iter().filter(|(_, costs)| costs.calls() > 0) {
        let _ = write!(out, "\n{}\n  {}, fuel ", one_line(export), counted(costs.calls(), "call"));
        let _ = match (costs.min(), costs.max()) {
            (min, max) if min == max => write!(out, "{max}"),
            (min, max) => write!(out, "{min} to {max}"),
        };
        let (bytes_in, bytes_out) = (counted(costs.bytes_in, "byte"), counted(costs.bytes_out, "byte"));
        let _ = write!(out, ", {}, {bytes_in} in, {bytes_out} out", counted(costs.pages, "page"));
        for function in &costs.uses {
            let (to, from) = (counted(function.bytes_to_host, "byte"), counted(function.bytes_from_host, "byte"));
            let calls = counted(function.calls, "call");
            let _ = write!(out, "\n  {}  {calls}, {to} to the host, {from} back", one_line(&function.name));
        }
    }
    out
}

/// Compares costs of one toolchain, and asks for another baseline where there are two.
#[doc(hidden)]
#[derive(Debug)]
pub struct SameToolchain;

impl Comparator for SameToolchain {
    fn matches(&self, reference: &Snapshot, test: &Snapshot) -> bool {
        if reference.contents() == test.contents() {
            return true;
        }
        let (SnapshotContents::Text(before), SnapshotContents::Text(now)) = (reference.contents(), test.contents())
        else {
            return false;
        };
        let (before, now) = (before.to_string(), now.to_string());
        let toolchain = |text: &str| text.trim_start().lines().next().unwrap_or_default().to_owned();
        let (before, now) = (toolchain(&before), toolchain(&now));
        if before == now || is_updating() {
            return false;
        }
        // Past the test harness, which would keep it to itself.
        let _ = writeln!(
            std::io::stderr(),
            "the costs in a snapshot are those of another toolchain and were not compared: save a new baseline with \
             INSTA_UPDATE=always\n  baseline: {}\n  now:      {}",
            one_line(&before),
            one_line(&now)
        );
        true
    }

    fn dyn_clone(&self) -> Box<dyn Comparator> {
        Box::new(SameToolchain)
    }
}

/// Whether insta is asked to write what differs.
fn is_updating() -> bool {
    let is = |name: &str, values: &[&str]| std::env::var(name).is_ok_and(|value| values.contains(&value.as_str()));
    is("INSTA_UPDATE", &["always", "force", "new", "unseen", "1"]) || is("INSTA_FORCE_PASS", &["1"])
}
