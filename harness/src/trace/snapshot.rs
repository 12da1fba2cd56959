//! Snapshots of traces and outcomes beside the author's test, through insta.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Compares all that a [`Plugin`](crate::Plugin) has done so far with the snapshot beside the test.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// let mut plugin = plugsmith_harness::plugin!();
/// plugin.command("GREET", ["Ada"]).unwrap();
/// plugsmith_harness::assert_trace_snapshot!(plugin);
/// ```
///
/// After the plugin may come `@"an inline snapshot"`, and after that nothing else. To hide what
/// differs from run to run, name it: `assert_trace_snapshot!(plugin, redact = [(r"id-\d+", "[id]")])`.
///
/// A snapshot in a file has the name of the test, also where a helper takes it, and the next of the same test
/// `-2` behind it. `assert_trace_snapshot!(plugin, suffix = "empty")` puts another word there, and `name = "greets"`
/// another name in its place, such as one for all hosts of [`hosts!`](crate::hosts!).
#[macro_export]
macro_rules! assert_trace_snapshot {
    ($plugin:expr $(,)?) => {
        $crate::__snapshot!([], $plugin.trace())
    };
    ($plugin:expr, redact = [$($redaction:expr),* $(,)?] $(, @$inline:literal)? $(,)?) => {
        $crate::__snapshot!([$($redaction),*], $plugin.trace() $(, @$inline)?)
    };
    ($plugin:expr, name = $name:expr $(, redact = [$($redaction:expr),* $(,)?])? $(,)?) => {
        $crate::__snapshot!([$($($redaction),*)?], $plugin.trace(), name = $crate::__private::SnapshotName::Whole($name))
    };
    ($plugin:expr, suffix = $suffix:expr $(, redact = [$($redaction:expr),* $(,)?])? $(,)?) => {
        $crate::__snapshot!([$($($redaction),*)?], $plugin.trace(), name = $crate::__private::SnapshotName::Suffix($suffix))
    };
    ($plugin:expr, @$inline:literal $(,)?) => {
        $crate::__snapshot!([], $plugin.trace(), @$inline)
    };
}

/// Compares one [`Outcome`](crate::Outcome) with the snapshot beside the test: the call, what
/// happened, and the result or the error.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// use plugsmith_harness::{assert_outcome_snapshot, plugin};
///
/// assert_outcome_snapshot!(plugin!().command("GREET", ()));
/// ```
///
/// Inline snapshots and redactions are as with [`assert_trace_snapshot!`](crate::assert_trace_snapshot).
#[macro_export]
macro_rules! assert_outcome_snapshot {
    ($outcome:expr $(,)?) => {
        $crate::__snapshot!([], $outcome.trace())
    };
    ($outcome:expr, redact = [$($redaction:expr),* $(,)?] $(, @$inline:literal)? $(,)?) => {
        $crate::__snapshot!([$($redaction),*], $outcome.trace() $(, @$inline)?)
    };
    ($outcome:expr, name = $name:expr $(, redact = [$($redaction:expr),* $(,)?])? $(,)?) => {
        $crate::__snapshot!([$($($redaction),*)?], $outcome.trace(), name = $crate::__private::SnapshotName::Whole($name))
    };
    ($outcome:expr, suffix = $suffix:expr $(, redact = [$($redaction:expr),* $(,)?])? $(,)?) => {
        $crate::__snapshot!([$($($redaction),*)?], $outcome.trace(), name = $crate::__private::SnapshotName::Suffix($suffix))
    };
    ($outcome:expr, @$inline:literal $(,)?) => {
        $crate::__snapshot!([], $outcome.trace(), @$inline)
    };
}

/// The insta call, without insta in the author's manifest.
#[doc(hidden)]
#[macro_export]
macro_rules! __snapshot {
    ([$($redaction:expr),*], $text:expr, @$inline:literal) => {{
        let text: ::std::string::String = $text;
        $crate::__snapshot!(bind [$($redaction),*], $crate::__private::insta::assert_snapshot!(text, @$inline))
    }};
    ([$($redaction:expr),*], $text:expr) => {
        $crate::__snapshot!([$($redaction),*], $text, name = $crate::__private::SnapshotName::Suffix(""))
    };
    ([$($redaction:expr),*], $text:expr, name = $name:expr) => {{
        let text: ::std::string::String = $text;
        let name = $crate::__private::snapshot_name(
            $name,
            ::std::module_path!(),
            $crate::__private::insta::_function_name!(),
        );
        $crate::__snapshot!(bind [$($redaction),*], $crate::__private::insta::assert_snapshot!(name, text))
    }};
    (bind [$($redaction:expr),*], $assert:expr) => {{
        let mut settings = $crate::__private::insta::Settings::clone_current();
        settings.set_omit_expression(true);
        $({
            let (pattern, replacement): (&str, &str) = $redaction;
            settings.add_filter(pattern, replacement);
        })*
        settings.bind(|| $assert);
    }};
}

/// How a test names a snapshot.
#[doc(hidden)]
pub enum SnapshotName<'a> {
    /// All of it.
    Whole(&'a str),
    /// What stands behind the test's name.
    Suffix(&'a str),
}

thread_local! {
    /// The test that runs, where a macro knows better than the thread: `t::query`.
    static TEST: RefCell<Option<String>> = const { RefCell::new(None) };
    /// How many snapshots there are of each name so far.
    static COUNTS: RefCell<BTreeMap<String, usize>> = const { RefCell::new(BTreeMap::new()) };
}

/// Runs a test of this path, that of its crate included.
#[doc(hidden)]
#[track_caller]
pub fn in_test(path: &str, test: impl FnOnce()) {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            TEST.set(None);
        }
    }
    TEST.set(Some(path.split_once("::").map_or(path, |(_, path)| path).to_owned()));
    let _leave = Leave;
    test();
}

/// The name of a snapshot: the test's, whoever takes it, so that it does not depend on which tests ran before;
/// of several in one test the second is `test-2`. `module` and `function` are those that the macro stands in.
#[doc(hidden)]
pub fn snapshot_name(name: SnapshotName<'_>, module: &str, function: &str) -> String {
    let name = match name {
        SnapshotName::Whole(name) => return name.to_owned(),
        SnapshotName::Suffix("") => test_name(module, function),
        SnapshotName::Suffix(suffix) => return format!("{}-{suffix}", test_name(module, function)),
    };
    let count = COUNTS.with_borrow_mut(|counts| {
        let count = counts.entry(format!("{module}::{name}")).or_default();
        *count += 1;
        *count
    });
    if count == 1 { name } else { format!("{name}-{count}") }
}

/// The path of the running test, as far as it is known.
pub(crate) fn running_test() -> String {
    let of_thread = || std::thread::current().name().map(str::to_owned);
    TEST.with_borrow(Clone::clone).or_else(of_thread).unwrap_or_else(|| "test".to_owned())
}

/// The path of the running test, without that of the module in which the snapshot is taken. The thread has the
/// test's name, unless all tests run in one: then it is the function's.
fn test_name(module: &str, function: &str) -> String {
    let of_thread = || std::thread::current().name().filter(|name| *name != "main").map(str::to_owned);
    let test = TEST.with_borrow(Clone::clone).or_else(of_thread);
    let Some(test) = test else { return function.rsplit("::").next().unwrap_or(function).to_owned() };
    let module = module.split_once("::").map_or("", |(_, module)| module);
    let inner = test.strip_prefix(module).and_then(|rest| rest.strip_prefix("::")).unwrap_or(&test);
    inner.replace("::", "__")
}
