//! What small plugins weigh as they ship, part by part, as BENCHMARKS.md has it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wasmparser::{KnownCustom, Name, Parser, Payload};

use crate::sandbox::{plugsmith, root};

/// The parts of the README's plugin, and how far a build may be from the file: paths of source files are
/// part of an artifact, and so are small differences from one compiler to the next.
#[test]
fn each_part_of_the_readmes_plugin_weighs_what_the_benchmarks_say() {
    let wasm = shipped("greet-plugsmith");
    let size = fs::metadata(&wasm).unwrap().len() as usize;
    assert!(size <= 24 * 1024, "a typed command with one storage call is {size} bytes");

    let parts = parts(&fs::read(wasm.with_extension("named.wasm")).unwrap(), size);
    let table = table(&parts);
    let text = fs::read_to_string(root().join("BENCHMARKS.md")).unwrap();
    let written = written(&text);
    assert_eq!(written.keys().collect::<Vec<_>>(), parts.keys().collect::<Vec<_>>(), "now:\n{table}");
    for (part, bytes) in &parts {
        let allowed = 64 + bytes / 20;
        let before = written[part];
        assert!(bytes.abs_diff(before) <= allowed, "{part}: {before} in BENCHMARKS.md, {bytes} now; all:\n{table}");
    }
}

#[test]
fn a_raw_command_with_one_storage_call_is_small() {
    let size = fs::metadata(shipped("incr-raw")).unwrap().len();
    assert!(size <= 36 * 1024, "{size} bytes");
}

/// The artifact of a guest that is only measured, without `wasm-opt`.
fn shipped(guest: &str) -> PathBuf {
    let mut command = plugsmith(["build", "--quiet", guest]);
    command.current_dir(root().join("bench/guests")).env("CARGO_TARGET_DIR", root().join("target/bench-guests"));
    let output = command.env("PLUGSMITH_WASM_OPT", "").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Path::new(String::from_utf8(output.stdout).unwrap().trim_end()).to_owned()
}

/// The bytes of each part of an artifact whose functions have their names, and which ships with `size` bytes.
fn parts(named: &[u8], size: usize) -> BTreeMap<String, usize> {
    let mut parts = BTreeMap::new();
    let mut add = |part: &str, bytes: usize| *parts.entry(part.to_owned()).or_default() += bytes;
    let (mut imported, mut bodies, mut names, mut counted) = (0, Vec::new(), BTreeMap::new(), 0);
    for payload in Parser::new(0).parse_all(named) {
        match payload.unwrap() {
            Payload::ImportSection(imports) => imported = imports.count(),
            Payload::CodeSectionEntry(body) => bodies.push(body.range().len()),
            Payload::DataSection(data) => {
                add("texts and tables", data.range().len());
                counted += data.range().len();
            }
            Payload::CustomSection(section) if section.name() == "plugsmith" => {
                add("records", section.data().len());
                counted += section.data().len();
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(sections) = section.as_known() else { continue };
                for functions in sections {
                    let Name::Function(functions) = functions.unwrap() else { continue };
                    names.extend(functions.into_iter().map(|name| name.unwrap()).map(|name| (name.index, name.name)));
                }
            }
            _ => {}
        }
    }
    for (index, bytes) in (imported..).zip(&bodies) {
        let name = names.get(&index).map(|name| format!("{:#}", rustc_demangle::demangle(name))).unwrap_or_default();
        add(part(&name), *bytes);
        counted += bytes;
    }
    add("everything else in the file", size - counted);
    parts
}

/// What a function is there for.
fn part(name: &str) -> &'static str {
    const PARTS: &[(&str, &[&str])] = &[
        (
            "panics",
            &["panic", "unwrap_failed", "slice_index", "capacity_overflow", "handle_error", "rust_begin_unwind"],
        ),
        ("`format!`", &["core::fmt::"]),
        ("arguments and replies in JSON", &["protocol::json::"]),
        ("arguments and replies in RESP", &["protocol::resp::", "protocol::arguments::"]),
        ("errors and numbers as text", &["plugsmith::error::", "plugsmith::text::"]),
        ("the allocator", &["abi::allocator::", "__rustc::"]),
        ("vectors and strings", &["alloc::raw_vec", "alloc::vec", "alloc::slice", "alloc::string", "alloc::alloc"]),
        ("checks for UTF-8", &["core::str::"]),
        ("values and host calls", &["plugsmith::"]),
    ];
    let found = PARTS.iter().find(|(_, marks)| marks.iter().any(|mark| name.contains(mark)));
    found.map_or("the command itself, with the code that is inlined into it", |(part, _)| part)
}

fn table(parts: &BTreeMap<String, usize>) -> String {
    let rows = parts.iter().map(|(part, bytes)| format!("| {part} | {} |\n", thousands(*bytes)));
    format!("| part | bytes |\n|---|---|\n{}", rows.collect::<String>())
}

fn thousands(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

/// The rows of the table of parts in BENCHMARKS.md.
fn written(text: &str) -> BTreeMap<String, usize> {
    let (_, table) = text.split_once("| part | bytes |\n|---|---|\n").unwrap();
    let rows = table.lines().map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    rows.map(|(part, bytes)| (part.to_owned(), bytes.replace(',', "").parse().unwrap())).collect()
}
