//! The table is sound, and the documentation shows it as it is.

use std::path::Path;

use conformance::{Answer, Host, Outcome, Report, Table, check, judge, render, table};

#[test]
fn the_table_is_sound() {
    assert_eq!(check(&table()), Vec::<String>::new());
}

#[test]
fn the_documentation_shows_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/conformance.md");
    let page = render(&table());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/conformance.md is stale: UPDATE=1 cargo test -p conformance --test table");
}

fn small(json: &str) -> (Table, Host) {
    let table: Table = serde_json::from_str(json).expect("the test's own table");
    let host = table.hosts[0].clone();
    (table, host)
}

const SMALL: &str = r#"{
  "hosts": [{ "id": "h", "title": "H", "version": "1" }],
  "differences": { "loud": "It shouts." },
  "cases": [{ "name": "echo", "artifact": "x", "calls": [
    { "function": "echo", "input": "a", "output": "a",
      "differs": [{ "name": "loud", "hosts": ["h"], "output": "A" }] }
  ] }]
}"#;

fn report(answer: Answer) -> Report {
    Report { version: "1".into(), outcomes: vec![Outcome { case: "echo".into(), refused: None, calls: vec![answer] }] }
}

#[test]
fn a_known_difference_passes() {
    let (table, host) = small(SMALL);
    let verdict = judge(&table, &host, &report(Answer::output(b"A")));
    assert_eq!((verdict.passed, verdict.failures), (1, vec![]));
}

#[test]
fn a_difference_that_is_gone_fails_the_run() {
    let (table, host) = small(SMALL);
    let verdict = judge(&table, &host, &report(Answer::output(b"a")));
    let why = "echo: call 0, echo: the difference `loud` is gone: take this host out of it in cases.json";
    assert_eq!((verdict.passed, verdict.failures), (0, vec![why.to_owned()]));
}

#[test]
fn a_host_that_fails_in_a_third_way_fails_the_run() {
    let (table, host) = small(SMALL);
    let verdict = judge(&table, &host, &report(Answer::Error("no".into())));
    assert_eq!(verdict.failures, [r#"echo: call 0, echo, failed with "no", expected "A""#]);
}

#[test]
fn a_host_of_another_version_fails_the_run() {
    let (table, host) = small(SMALL);
    let verdict = judge(&table, &host, &Report { version: "2".into(), ..report(Answer::output(b"A")) });
    assert_eq!(verdict.failures, ["the driver found version 2, the table has 1"]);
}

#[test]
fn a_driver_that_stops_early_fails_the_run() {
    let (table, host) = small(SMALL);
    let verdict = judge(&table, &host, &Report { version: "1".into(), outcomes: vec![] });
    assert_eq!(verdict.failures, ["echo: the driver did not report it"]);
}

#[test]
fn a_table_with_a_difference_that_no_case_shows_is_not_sound() {
    let (mut table, _) = small(SMALL);
    table.cases[0].calls[0].differs.clear();
    assert_eq!(check(&table), ["no case shows the difference `loud`"]);
}
