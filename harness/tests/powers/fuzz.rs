//! Fuzzing.

use plugsmith_harness::powers::fuzz;
use plugsmith_harness::powers::fuzz::{Problem, Report};
use plugsmith_harness::{Host, Plugin};

use crate::fixture::fragile;

fn load(wasm: &[u8]) -> Plugin {
    Plugin::load_in(wasm, Host::new().fuel(20_000_000).memory_pages(512)).unwrap()
}

/// What is found first in an entry point.
#[track_caller]
fn assert_found(entry: &str, problem: Problem, reason: &str) -> Report {
    let report = fuzz(fragile(), load).entry(entry).runs(20_000).findings(1).run();
    let [finding] = &report.findings[..] else { panic!("{report}") };
    assert_eq!((finding.entry(), finding.problem), (entry, problem), "{report}");
    assert!(finding.reason.contains(reason), "{report}");
    report
}

fn fields(report: &Report) -> Vec<&str> {
    let inputs = report.findings.iter().flat_map(|finding| &finding.inputs);
    inputs.flat_map(|input| &input.fields).map(|field| std::str::from_utf8(field).unwrap()).collect()
}

#[test]
fn a_parser_that_cuts_a_letter_in_two_is_found() {
    let report = assert_found("INITIAL", Problem::Trapped, "is not a char boundary");
    assert_eq!(fields(&report)[0].chars().count(), 1);
}

#[test]
fn an_index_that_is_off_by_one_is_found_with_the_least_input() {
    assert_eq!(fields(&assert_found("NTH", Problem::Trapped, "index out of bounds")), ["0"]);
}

#[test]
fn an_overflow_is_found() {
    assert_found("AREA", Problem::Trapped, "attempt to multiply with overflow");
}

#[test]
fn quadratic_fuel_is_found() {
    let load = |wasm: &[u8]| Plugin::load(wasm).unwrap();
    let report = fuzz(fragile(), load).entry("UNIQUE").runs(100).findings(1).run();
    assert_eq!(report.findings[0].problem, Problem::Superlinear, "{report}");
    assert!(report.findings[0].reason.starts_with("fuel for bytes of `list`: "), "{report}");
}

#[test]
fn memory_that_an_input_asks_for_without_bound_is_found() {
    let report = fuzz(fragile(), load).entry("RESERVE").runs(2_000).run();
    assert!(report.findings.iter().any(|finding| finding.problem == Problem::Exhausted), "{report}");
}

#[test]
fn a_key_with_a_newline_that_damages_the_state_is_found() {
    let report = fuzz(fragile(), load).runs(60_000).findings(30).run();
    let finding = report.findings.iter().find(|finding| finding.reason.contains("the index is damaged"));
    assert_eq!(finding.unwrap_or_else(|| panic!("{report}")).entry(), "TOTAL");
}

#[test]
fn an_endless_loop_is_found() {
    assert_eq!(fields(&assert_found("STEPS", Problem::Exhausted, "out of fuel"))[2], "0");
}

#[test]
fn an_answer_of_the_host_that_is_not_expected_is_found() {
    let report = assert_found("DOUBLE", Problem::Trapped, "a number was stored");
    assert_eq!(report.findings[0].inputs[0].answers.len(), 1);
}

#[test]
fn what_only_memory_remembers_is_found() {
    assert_found("TICKET", Problem::Remembers, "first");
}

#[test]
fn a_leak_that_one_kind_of_input_causes_is_found() {
    let report = assert_found("CACHE", Problem::Grows, "pages after");
    assert_eq!(fields(&report), ["keep"]);
}
