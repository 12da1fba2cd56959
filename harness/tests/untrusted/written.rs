//! The guests in `guests/`: each file is an attack, which its first line describes.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::peers::Registry;
use plugsmith_harness::{Error, Plugin, Source};

use crate::{assert_call_ended, assert_load_error, host, peak};

fn guests() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/untrusted/guests");
    let mut guests: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    guests.sort();
    guests
}

/// The error's variant: what it says is the matter of other tests.
fn kind(error: &Error) -> String {
    let debug = format!("{error:?}");
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

#[test]
fn each_guest_ends_as_it_should() {
    let before = peak();
    let mut ends = String::new();
    for path in guests() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut host = host(&Source::from(path.as_path()).read().unwrap_or_default());
        if name == "self_calls" {
            let itself = Registry::new().plugin_in("self", path.as_path(), crate::limited).named("self");
            host = host.peers(itself.allow("self", "self", "*").fuel(1_000_000));
        }
        let mut plugin = match Plugin::load_in(path.as_path(), host) {
            Ok(plugin) => plugin,
            Err(error) => {
                assert_load_error(&name, &error);
                writeln!(ends, "{name}: load: {}", kind(&error)).unwrap();
                continue;
            }
        };
        let exports: Vec<String> = plugin.module().callable().map(str::to_owned).collect();
        assert!(!exports.is_empty(), "{name} has nothing to call");
        for export in exports {
            let outcome = plugin.call::<Vec<u8>>(&export, "key");
            assert_call_ended(&name, &outcome);
            let label = if export == "run" { name.clone() } else { format!("{name} {export:?}") };
            let end = match &outcome.result {
                Ok(output) => format!("{} bytes", output.len()),
                Err(error) => kind(error),
            };
            writeln!(ends, "{label}: {end}").unwrap();
        }
        // The host goes on: another plugin runs as if nothing had been.
        let mut next = Plugin::load(&br#"(module (memory (export "memory") 1) (func (export "run")))"#[..]).unwrap();
        next.call::<()>("run", "").unwrap();
    }
    if let (Some(before), Some(after)) = (before, peak()) {
        let grown = (after - before) / (1024 * 1024);
        assert!(grown < 1024, "the host grew by {grown} MiB");
    }
    insta::assert_snapshot!(ends);
}
