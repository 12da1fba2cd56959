//! The built plugin in the harness, as Query runs it: WASI on, no host functions.

use plugsmith_harness::{Error, Host, Plugin, assert_outcome_snapshot, assert_trace_snapshot, plugin};

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
