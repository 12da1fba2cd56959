//! The built plugin in the harness, as Query runs it: WASI on, no host functions.

use plugsmith_harness::hosts::query::{JavaScript, Query};
use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot, assert_trace_snapshot, hosts, plugin};

const NAME: &str = "query-plugin-argon2.wasm";

fn query() -> Query {
    let artifact = plugsmith_harness::build(env!("CARGO_MANIFEST_DIR").as_ref()).expect("the example builds");
    Query::new().push(NAME, artifact).expect("what cargo builds is a module")
}

/// The script of Query's own page: `hash`, then `verify(..) == "true"`.
#[test]
fn a_script_hashes_and_verifies() {
    let mut query = query();
    let hash = query.plugin(NAME, "hash", "password", None).unwrap();
    let mut verify = |password: &str| {
        let question = format!(r#"{{"password":"{password}","hash":"{hash}"}}"#);
        query.plugin(NAME, "verify", &question, None).javascript()
    };
    assert_eq!(verify("password"), JavaScript::Returned("true".to_owned()));
    assert_eq!(verify("Password"), JavaScript::Returned("false".to_owned()));
}

#[test]
fn a_script_sees_the_reason_of_an_expected_failure() {
    let answer = query().plugin(NAME, "verify", "password", None).unwrap();
    assert!(answer.starts_with("error: the input is no "), "{answer}");
}

hosts!(every_salt_is_another in extism, query, ferrite with Host::new().random_seed(3));
fn every_salt_is_another(plugin: &mut Plugin) {
    let mut hash = || plugin.call::<String>("hash", "password").unwrap();
    assert_ne!(hash(), hash());
}

#[test]
fn a_hash_verifies_and_another_password_does_not() {
    let mut plugin = plugin!(Host::new().random_seed(7));
    let hash = plugin.call::<String>("hash", "password").unwrap();
    for password in ["password", "Password"] {
        plugin.call::<String>("verify", format!(r#"{{"password":"{password}","hash":"{hash}"}}"#)).unwrap();
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn expected_failures_are_in_the_output() {
    let mut plugin = plugin!();
    let questions = [
        "password",
        r#"{"password":"password"}"#,
        r#"{"password":"password","hash":"5f4dcc3b5aa765d61d8327deb882cf99"}"#,
        r#"{"password":"password","hash":"$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo"}"#,
    ];
    for question in questions {
        plugin.call::<String>("verify", question).unwrap();
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_password_that_is_no_text_is_refused() {
    assert_outcome_snapshot!(plugin!().call::<String>("hash", b"\xff".to_vec()));
}

#[test]
fn randomness_is_all_it_asks_of_a_host() {
    let plugin = plugin!();
    let imports = plugin.module().imports.iter().filter(|import| import.module != "extism:host/env");
    let imports: Vec<_> = imports.map(|import| format!("{}.{}", import.module, import.name)).collect();
    assert_eq!(imports, ["wasi_snapshot_preview1.random_get"]);
}

#[test]
fn a_host_without_wasi_refuses_it_by_name() {
    let artifact = plugsmith_harness::build(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap();
    let refused = Plugin::load_in(artifact, Host::new().without_wasi()).unwrap_err();
    assert!(matches!(refused, Error::MissingImport { import } if import.name == "random_get"));
}
