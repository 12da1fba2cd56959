//! The command line that runs a suite again.

use crate::artifact::source::Source;
use crate::engine::host::Host;
use crate::text::quote;

/// `cargo plugsmith xtp plugin.wasm --with test.wasm ..`, as far as the command line can say it.
pub(super) fn again(plugin: &Source, test: &Source, host: &Host, input: Option<&[u8]>) -> String {
    let again = host.with_parts(host.again(plugin.label())).without_replies();
    let mut text = format!("cargo plugsmith xtp {} --with {}", again.words(), named(test, "test.wasm"));
    if let Some(mock) = &host.linked {
        text.push_str(&format!(" --mock-host {}", named(mock, "host.wasm")));
    }
    if let Some(input) = input {
        let input = String::from_utf8_lossy(input);
        // One `@` at the start would name a file.
        let at = if input.starts_with('@') { "@" } else { "" };
        text.push_str(&format!(" --mock-input {}", quote(&format!("{at}{input}"))));
    }
    text.push_str(&again.comment());
    text
}

/// The file, or what to call these bytes.
pub(super) fn named(source: &Source, bytes: &str) -> String {
    match source {
        Source::Path(_) => source.label(),
        Source::Bytes(_) => bytes.to_owned(),
    }
}
