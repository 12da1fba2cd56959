//! What an artifact says of itself, seen without running it.

use plugsmith_harness::{Inspection, build};

/// An artifact with these records and these other parts.
fn inspect(records: &[&str], rest: &str) -> Inspection {
    let records = records.join("\\n").replace('"', "\\\"");
    Inspection::read(format!("(module {rest} (@custom \"plugsmith\" \"{records}\\n\"))").as_bytes()).unwrap()
}

#[test]
fn hooks_and_transformers_stand_as_they_run() {
    let found = inspect(
        &[
            r#"{"kind":"hook","event":"OnKeyWrite","priority":0,"export":"a"}"#,
            r#"{"kind":"hook","event":"OnKeyWrite","priority":0,"export":"b"}"#,
            r#"{"kind":"hook","event":"OnKeyWrite","priority":-1,"export":"c"}"#,
            r#"{"kind":"hook","event":"OnKeyRead","priority":5,"export":"d"}"#,
            r#"{"kind":"transformer","on":"write","pattern":"*","priority":0,"export":"e"}"#,
            r#"{"kind":"transformer","on":"write","pattern":"*","priority":0,"export":"f"}"#,
            // The linker may put one that is not listed anywhere.
            r#"{"kind":"hook","event":"OnKeyWrite","priority":0,"export":"hook:OnKeyWrite:z"}"#,
            r#"{"kind":"hook","event":"OnKeyWrite","priority":0,"export":"hook:OnKeyWrite:y"}"#,
            r#"{"kind":"order","exports":["b","a","f","e"]}"#,
        ],
        "",
    );
    let hooks: Vec<_> = found.hooks.iter().map(|hook| hook.export.as_str()).collect();
    assert_eq!(hooks, ["d", "c", "b", "a", "hook:OnKeyWrite:y", "hook:OnKeyWrite:z"]);
    assert_eq!(found.transformers.iter().map(|found| found.export.as_str()).collect::<Vec<_>>(), ["f", "e"]);
}

/// `env` is Orbis' own only in an artifact with Orbis' manifest.
#[test]
fn an_orbis_plugin_shows_its_routes_and_what_it_may_do() {
    let route = r#"{"kind":"route","method":"GET","path":"/items/{id}","handler":"item","requires_auth":true}"#;
    let module = r#"(import "env" "db_query" (func (param i32 i32 i32 i32) (result i32)))
        (import "env" "crypto_random" (func (param i32) (result i32)))
        (import "env" "log" (func (param i32 i32 i32)))
        (import "env" "other" (func))
        (func (export "item") (param i32 i32) (result i32) (i32.const 0))"#;
    let permissions = |found: &Inspection| {
        let lines = found.permissions.iter().map(|found| format!("{} {}", found.resource, found.action));
        lines.collect::<Vec<_>>()
    };
    let found = inspect(&[route], &format!("{module} (@custom \"manifest\" \"{{}}\")"));
    assert_eq!(found.routes[0].path, "/items/{id}");
    assert!(found.exports.is_empty());
    assert_eq!(permissions(&found), ["database read", "system random", "host other"]);
    let found = inspect(&[], module);
    assert_eq!(permissions(&found), ["host crypto_random", "host db_query", "host log", "host other"]);
}

#[test]
fn a_built_data_type_has_any_version_that_its_attribute_takes() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/behind");
    let found = Inspection::read(build(&folder).unwrap()).unwrap();
    let mut versions: Vec<_> = found.data_types.iter().map(|found| (found.name.as_str(), found.version)).collect();
    versions.sort_unstable();
    assert_eq!(versions, [("FLAG", 1), ("LAST", u32::MAX)]);
}

#[test]
fn a_module_that_is_cut_short_anywhere_is_refused_and_not_stripped() {
    let whole = wat::parse_str(
        r#"(module (@custom "before" (before first) "names") (memory 1) (func $named (export "run")) (data (i32.const 0) "data"))"#,
    )
    .unwrap();
    for end in 9..whole.len() {
        let cut = &whole[..end];
        // Between two sections it is a module of its own.
        let is_module = wasmparser::validate(cut).is_ok();
        assert!(is_module || plugsmith_harness::strip(cut).is_err() || Inspection::read(cut).is_err(), "{end}");
    }
    assert!(plugsmith_harness::strip(&whole).is_ok());
}

/// 100,000 imports took 40 s.
#[test]
fn a_hundred_thousand_imports_are_no_hundred_thousand_times_as_many_steps() {
    let imports = (0..100_000).map(|index| format!("(import \"m{index}\" \"f{index}\" (func))\n")).collect::<String>();
    let found = Inspection::read(format!("(module {imports})").into_bytes()).unwrap();
    assert_eq!((found.imports.len(), found.permissions.len()), (100_000, 100_000));
}

/// As the page of records has a Go plugin's build do it: the section is appended, behind all others.
#[test]
fn records_that_a_build_step_appends_are_read() {
    let mut wasm = wat::parse_str(r#"(module (func (export "LB.TOP") (result i32) (i32.const 0)))"#).unwrap();
    let records = br#"{"kind":"command","name":"LB.TOP","arity":-2,"flags":["read"],"description":"The best."}"#;
    let body = [&[9][..], b"plugsmith", &records[..]].concat();
    let length = body.len();
    wasm.extend([0, (length & 127 | 128) as u8, (length >> 7) as u8]);
    wasm.extend(body);
    let plugin = plugsmith_harness::Plugin::load(wasm).unwrap();
    let commands: Vec<_> = plugin.module().commands().map(|command| (command.name.as_str(), command.arity)).collect();
    assert_eq!(commands, [("LB.TOP", -2)]);
}
