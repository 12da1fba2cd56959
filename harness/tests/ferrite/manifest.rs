//! `plugin.toml` of Ferrite: read, made from an artifact, and held against one.

mod pages;

use std::fmt::Write;

use plugsmith_harness::hosts::ferrite::manifest::{
    Declared, Dependency, Manifest, Package, Permission, Server, check, generate,
};
use plugsmith_harness::{Error, Inspection};

use pages::{PAGE, SIBLINGS};

#[test]
fn the_pages_own_manifest_is_read_completely() {
    let written = Manifest::read(PAGE).unwrap().to_string();
    assert_eq!(without_layout(&written), without_layout(PAGE));
}

#[test]
fn the_listings_of_its_siblings_are_read_completely() {
    let written = Manifest::read(SIBLINGS).unwrap().to_string();
    assert_eq!(without_layout(&written), without_layout(SIBLINGS));
}

#[test]
fn what_cannot_be_meant_is_named_with_its_line() {
    let cases = [
        ("", ""),
        ("name = ", ""),
        ("[package]\nname = \"a\"", ""),
        (HEAD, "licence = \"MIT\""),
        (HEAD, "[[commands]]\nmin_args = 1"),
        (HEAD, "[[commands]]\nname = \"A\"\nmin_args = \"one\""),
        (HEAD, "[[commands]]\nname = \"A\"\nmin_args = -1"),
        (HEAD, "[[commands]]\nname = \"A\"\narity = 2"),
        (HEAD, "[[commands]]\nname = \"A\"\nmin_args = 2\nmax_args = 1"),
        (HEAD, "[[commands]]\nname = \"A\"\n\n[[commands]]\nname = \"A\""),
        (HEAD, "[[data_types]]\nname = \"A\"\n\n[[data_types]]\nname = \"A\""),
        (HEAD, "[[storage_backends]]\nprefix = \"a:\"\n\n[[storage_backends]]\nprefix = \"a:\""),
        (HEAD, "[[dependencies]]\nname = \"b\"\nversion = \"1\"\n\n[[dependencies]]\nname = \"b\"\nversion = \"2\""),
        (HEAD, "[[permissions]]\nresource = \"disk\"\naction = \"read\""),
        (HEAD, "[[permissions]]\nresource = \"storage\"\naction = \"http_get\""),
        (HEAD, "[[permissions]]\nresource = \"storage\"\naction = \"read\"\nhosts = [\"a.example\"]"),
        (HEAD, "[[permissions]]\nresource = \"network\"\naction = \"http_get\"\npaths = [\"/a\"]"),
        (
            HEAD,
            "[[permissions]]\nresource = \"network\"\naction = \"http_get\"\nhosts = [\"a.example\", \"https://b/x\"]",
        ),
        (HEAD, "[[permissions]]\nresource = \"network\"\naction = \"http_get\"\nhosts = [\"\"]"),
        (
            HEAD,
            "[[permissions]]\nresource = \"kv\"\naction = \"read\"\n\n[[permissions]]\nresource = \"kv\"\naction = \"read\"",
        ),
        (HEAD, "[[dependencies]]\nname = \"b\"\nversion = \"not a version\""),
        (HEAD, "[[dependencies]]\nname = \"b\"\nversion = \">=1.2,\""),
    ];
    let mut told = String::new();
    for (head, rest) in cases {
        let error = Manifest::read(&format!("{head}{rest}")).unwrap_err();
        let _ = writeln!(told, "{error}");
    }
    insta::assert_snapshot!(told);
}

#[test]
fn versions_of_dependencies_are_those_of_cargo() {
    for version in ["1", "1.0", "^1.2.3", "~1.2", ">=1.2, <3", "*", "1.*", "= 1.0.0-rc.1+build"] {
        let text = format!("{HEAD}[[dependencies]]\nname = \"b\"\nversion = \"{version}\"");
        assert!(Manifest::read(&text).is_ok(), "{version}");
    }
}

#[test]
fn a_manifest_follows_from_records_and_imports() {
    insta::assert_snapshot!(generate(&everything(), &declared(), None).unwrap());
}

#[test]
fn what_is_generated_agrees() {
    let text = generate(&everything(), &declared(), None).unwrap().to_string();
    assert_eq!(check(&text, &everything(), &declared()).unwrap(), []);
}

#[test]
fn order_and_unwritten_defaults_do_not_matter() {
    let records = [
        r#"{"kind":"command","name":"A","arity":-1,"flags":["read","fast"],"parameters":[]}"#,
        r#"{"kind":"data_type","name":"T","encoding":"e","version":1}"#,
        r#"{"kind":"hook","event":"OnKeyRead","priority":0,"export":"hook:OnKeyRead:a"}"#,
        r#"{"kind":"hook","event":"OnKeyRead","priority":3,"export":"hook:OnKeyRead:b"}"#,
    ];
    let text = r#"
        hooks = [{ event = "OnKeyRead", priority = 3 }, { event = "OnKeyRead" }]
        data_types = [{ name = "T", encoding = "e" }]
        commands = [{ name = "A", flags = ["fast", "read"], first_key = 0 }]
        package = { name = "a", version = "1.0.0" }
    "#;
    assert_eq!(check(text, &artifact(&records, &[]), &Declared::default()).unwrap(), []);
}

#[test]
fn every_difference_is_named_with_its_line() {
    let text = r#"[package]
name = "all"
version = "2.0.0"
author = "Ada"
license = "MIT"

[package.ferrite]
min_version = "0.2.0"

[[commands]]
name = "TYPED"
description = "Another."
min_args = 2
max_args = 9
flags = ["read"]
acl_categories = ["read", "more"]
first_key = 2
last_key = 2
step = 2
complexity = "O(n)"
since = "0.9.0"

[[commands]]
name = "GHOST"

[[data_types]]
name = "BLOOM"
encoding = "bloom-v2"
version = 2
commands = ["TYPED", "GHOST"]

[[hooks]]
event = "OnKeyWrite"
priority = 5

[[hooks]]
event = "OnKeyRead"

[[transformers]]
on = "write"
pattern = "blob:*"
priority = 8

[[permissions]]
resource = "storage"
action = "read"

[[permissions]]
resource = "storage"
action = "delete"

[[permissions]]
resource = "network"
action = "http_get"
hosts = ["b.example"]

[[permissions]]
resource = "network"
action = "http_post"

[[dependencies]]
name = "other"
version = "2"
"#;
    let differences = check(text, &everything(), &declared()).unwrap();
    let lines: String = differences.iter().map(|difference| format!("{difference}\n")).collect();
    insta::assert_snapshot!(lines);
}

#[test]
fn a_file_may_add_what_nobody_else_says() {
    let records =
        [r#"{"kind":"command","name":"RAW","arity":-3,"parameters":[{"name":"args","kind":"rest","type":"value"}]}"#];
    let imports = [("extism:host/env", "http_request"), ("wasi_snapshot_preview1", "path_open")];
    let text = r#"[package]
name = "a"
version = "1.0.0"
description = "Fetches."
author = "Ada"
license = "MIT"
homepage = "https://a.example"
ferrite = { min_version = "0.1.0" }

[[commands]]
name = "RAW"
min_args = 2
max_args = 4

[[permissions]]
resource = "network"
action = "http_get"
hosts = ["a.example"]

[[permissions]]
resource = "filesystem"
action = "read"
paths = ["/data"]

[[permissions]]
resource = "filesystem"
action = "write"

[[dependencies]]
name = "other"
version = "1"
"#;
    let package = Package { name: "a".to_owned(), version: "1.0.0".to_owned(), ..Package::default() };
    let declared = Declared { package: Some(package), ..Declared::default() };
    assert_eq!(check(text, &artifact(&records, &imports), &declared).unwrap(), []);
}

#[test]
fn what_can_expire_a_key_can_delete_it() {
    let artifact = artifact(&[], &[("extism:host/user", "storage_expire")]);
    let manifest = generate(&artifact, &declared_package(), None).unwrap();
    let actions: Vec<_> = manifest.permissions.iter().map(|permission| permission.action.as_str()).collect();
    assert_eq!(actions, ["write", "delete"]);
}

#[test]
fn an_http_import_alone_is_both_methods() {
    let artifact = artifact(&[], &[("extism:host/env", "http_request")]);
    let manifest = generate(&artifact, &declared_package(), None).unwrap();
    let actions: Vec<_> = manifest.permissions.iter().map(|permission| permission.action.as_str()).collect();
    assert_eq!(actions, ["http_get", "http_post"]);
}

#[test]
fn no_method_at_all_is_too_few() {
    let artifact = artifact(&[], &[("extism:host/env", "http_request")]);
    let differences = check(HEAD, &artifact, &Declared::default()).unwrap();
    let lines: Vec<_> = differences.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "3: permissions[network http_get] is missing, the artifact imports `http_request`",
            "3: permissions[network http_post] is missing, the artifact imports `http_request`",
        ],
    );
}

#[test]
fn what_contradicts_the_artifact_is_refused() {
    let typo = r#"{"kind":"data_type","name":"T","encoding":"e","version":1,"commands":["B"]}"#;
    let command = r#"{"kind":"command","name":"A","arity":1,"parameters":[]}"#;
    let unlinked = Declared { permissions: vec![permission("storage", "delete")], ..declared_package() };
    let cases = [
        generate(&artifact(&[], &[]), &Declared::default(), None),
        generate(&artifact(&[command, typo], &[]), &declared_package(), None),
        generate(&artifact(&[], &[]), &unlinked, None),
    ];
    let told: String = cases.map(|case| format!("{}\n", case.unwrap_err())).concat();
    insta::assert_snapshot!(told);
}

#[test]
fn a_crate_that_cargo_cannot_read_is_cargos_error() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("no-such-crate");
    assert!(matches!(Declared::read(&folder), Err(Error::BuildFailed { .. })));
}

const HEAD: &str = "[package]\nname = \"a\"\nversion = \"1.0.0\"\n";

/// An artifact with one of each.
fn everything() -> Inspection {
    let records = [
        r#"{"kind":"command","name":"TYPED","arity":-2,"flags":["write"],"first_key":1,"last_key":1,"step":1,
            "description":"Says \"so\".","acl_categories":["write"],"complexity":"O(1)","since":"1.0.0",
            "tips":["nondeterministic_output"],"parameters":[{"name":"ctx","kind":"context","type":"context"},
            {"name":"a","kind":"required","type":"text"},{"name":"b","kind":"optional","type":"text"},
            {"name":"c","kind":"optional","type":"text"}]}"#,
        r#"{"kind":"command","name":"REST","arity":-3,"parameters":[{"name":"a","kind":"required","type":"text"},
            {"name":"b","kind":"required","type":"text"},{"name":"c","kind":"optional","type":"text"},
            {"name":"d","kind":"rest","type":"text"}]}"#,
        r#"{"kind":"command","name":"RAW","arity":-3,"parameters":[{"name":"args","kind":"rest","type":"value"}]}"#,
        r#"{"kind":"command","name":"NONE","arity":1,"parameters":[]}"#,
        r#"{"kind":"data_type","name":"BLOOM","encoding":"bloom-v1","version":3,"description":"A filter.",
            "commands":["TYPED","RAW"]}"#,
        r#"{"kind":"hook","event":"OnKeyWrite","priority":0,"export":"hook:OnKeyWrite:a"}"#,
        r#"{"kind":"hook","event":"OnKeyWrite","priority":10,"export":"hook:OnKeyWrite:b"}"#,
        r#"{"kind":"transformer","on":"write","pattern":"blob:*","priority":7,"export":"transform:write:c",
            "description":"Compresses."}"#,
        r#"{"kind":"storage_backend","prefix":"archive:","export":"backend:D","description":"Keeps."}"#,
    ];
    let imports = [
        ("extism:host/env", "http_request"),
        ("extism:host/env", "log_info"),
        ("extism:host/user", "charge"),
        ("extism:host/user", "kv_read"),
        ("extism:host/user", "storage_get"),
        ("extism:host/user", "storage_set"),
        ("wasi_snapshot_preview1", "clock_time_get"),
        ("wasi_snapshot_preview1", "random_get"),
        ("wasi_snapshot_preview1", "environ_get"),
        ("wasi_snapshot_preview1", "sock_send"),
        ("wasi_snapshot_preview1", "fd_read"),
    ];
    artifact(&records, &imports)
}

fn declared() -> Declared {
    let hosts = vec!["a.example".to_owned()];
    Declared {
        package: Some(Package {
            name: "all".to_owned(),
            version: "1.0.0".to_owned(),
            description: Some("All of it".to_owned()),
            license: Some("MIT".to_owned()),
            ferrite: Server { min_version: Some("0.1.0".to_owned()) },
            ..Package::default()
        }),
        permissions: vec![Permission { hosts, ..permission("network", "http_get") }],
        dependencies: vec![Dependency { name: "other".to_owned(), version: "1".to_owned(), optional: true }],
    }
}

fn declared_package() -> Declared {
    Declared { package: declared().package, ..Declared::default() }
}

fn permission(resource: &str, action: &str) -> Permission {
    Permission { resource: resource.to_owned(), action: action.to_owned(), ..Permission::default() }
}

/// An artifact that says and imports this; the types of its imports do not matter here.
fn artifact(records: &[&str], imports: &[(&str, &str)]) -> Inspection {
    let mut section = String::new();
    for record in records {
        let line = record.lines().map(str::trim).collect::<String>();
        let _ = write!(section, "{}\\n", line.replace('\\', "\\\\").replace('"', "\\\""));
    }
    let imports: String =
        imports.iter().map(|(module, name)| format!("(import \"{module}\" \"{name}\" (func))")).collect();
    Inspection::read(format!("(module {imports} (@custom \"plugsmith\" \"{section}\"))").as_bytes()).unwrap()
}

/// Without comments, empty lines, and lines broken within a list.
fn without_layout(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let text = lines.fold(String::new(), |all, line| all + line + "\n");
    text.replace("[\n    ", "[").replace(",\n    ", ", ").replace("\n]", "]")
}
