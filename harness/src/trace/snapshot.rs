//! Snapshots of traces and outcomes beside the author's test, through insta.

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
#[macro_export]
macro_rules! assert_trace_snapshot {
    ($plugin:expr $(,)?) => {
        $crate::__snapshot!([], $plugin.trace())
    };
    ($plugin:expr, redact = [$($redaction:expr),* $(,)?] $(, @$inline:literal)? $(,)?) => {
        $crate::__snapshot!([$($redaction),*], $plugin.trace() $(, @$inline)?)
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
    ($outcome:expr, @$inline:literal $(,)?) => {
        $crate::__snapshot!([], $outcome.trace(), @$inline)
    };
}

/// The insta call, without insta in the author's manifest.
#[doc(hidden)]
#[macro_export]
macro_rules! __snapshot {
    ([$($redaction:expr),*], $text:expr $(, @$inline:literal)?) => {{
        let text: ::std::string::String = $text;
        let mut settings = $crate::__private::insta::Settings::clone_current();
        settings.set_omit_expression(true);
        $({
            let (pattern, replacement): (&str, &str) = $redaction;
            settings.add_filter(pattern, replacement);
        })*
        settings.bind(|| $crate::__private::insta::assert_snapshot!(text $(, @$inline)?));
    }};
}
