//! The built plugin, called as a script in Query calls it.

use plugsmith_harness::assert_outcome_snapshot;
use plugsmith_harness::hosts::query::Query;

const NAME: &str = "query-plugin-{{project-name}}.wasm";

fn query() -> Query {
    // Built, never stale; WASI on, no host functions, a fresh instance for each call.
    let wasm = plugsmith_harness::build(env!("CARGO_MANIFEST_DIR").as_ref()).unwrap();
    Query::new().push(NAME, wasm).unwrap()
}

#[test]
fn greets() {
    assert_eq!(
        query().plugin(NAME, "greet", "Ada", None).unwrap(),
        "Hello, Ada!"
    );
}

#[test]
fn an_expected_failure_is_in_the_output() {
    assert_outcome_snapshot!(query().plugin(NAME, "greet", " ", None));
}
