//! Costs: exact, the same in every process, within a budget, and held against a baseline.

use std::process::Command;

use plugsmith_harness::powers::cost::{Budget, Recorded, Summary, Verdict, last_run};
use plugsmith_harness::powers::faults;
use plugsmith_harness::{Error, Guest, Host, Plugin, assert_cost_snapshot};

use crate::fixture::planted;
use crate::guest::with_kernel;

fn host() -> Host {
    Host::new().storage("a", 10).storage("b", 20)
}

fn plugin(host: Host) -> Plugin {
    Plugin::load_in(planted(), host).unwrap()
}

/// A module in which `f` does this.
fn does(body: &str) -> Vec<u8> {
    with_kernel(&format!(r#"(func (export "f") {body})"#))
}

#[test]
fn a_call_says_exactly_what_it_costs() {
    let cost = plugin(host()).command("TRANSFER", ("a", "b", 5)).cost();
    assert_eq!((cost.host_call_count(), cost.host_calls.len()), (2, 1));
    let incr = &cost.host_calls[0];
    assert_eq!((incr.name.as_str(), incr.calls, incr.failed), ("storage_incr", 2, 0));
    // `-> 5` and `-> 25` in RESP.
    assert_eq!((cost.bytes_out, incr.bytes_from_host), (5, 9));
    assert!(cost.bytes_in > 0 && cost.fuel > 0 && cost.pages > 0);
}

#[test]
fn costs_are_the_same_in_every_process() {
    /// What a process of its own prints of the same call.
    const CHILD: &str = "PLUGSMITH_TEST_COST";
    let told = format!("{:?}", plugin(host()).command("TRANSFER", ("a", "b", 5)).cost());
    if let Some(file) = std::env::var_os(CHILD) {
        std::fs::write(file, &told).unwrap();
        return;
    }
    let file = std::env::temp_dir().join(format!("plugsmith-cost-{}", std::process::id()));
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cost::costs_are_the_same_in_every_process"])
        .env(CHILD, &file)
        .status();
    assert!(status.unwrap().success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), told);
    std::fs::remove_file(file).unwrap();
}

#[test]
fn a_call_over_its_budget_fails_with_what_exceeds_it_and_its_host_calls() {
    let budget = Budget::of("TRANSFER").host_calls(1).calls_of("storage_incr", 1).bytes_out(2);
    let error = plugin(host().budget(budget)).command("TRANSFER", ("a", "b", 5)).unwrap_err();
    assert_eq!(error.kind(), "over_budget");
    insta::assert_snapshot!(error, @r"
    `TRANSFER` exceeds its budget: 5 bytes of output, 3 more than the 2 allowed (150 % over); 2 host calls, 1 more than the 1 allowed (100 % over); 2 calls of storage_incr, 1 more than the 1 allowed (100 % over)
      its host calls, the most frequent first:
        storage_incr  2 calls, 2 bytes to the host, 9 bytes back
    ");
}

#[test]
fn each_number_of_a_budget_is_held() {
    let fails = |budget: Budget, what: &str| {
        let error = plugin(host().budget(budget)).command("TRANSFER", ("a", "b", 5)).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    };
    fails(Budget::new().fuel(0), " fuel, ");
    fails(Budget::new().pages(1), " pages, ");
    fails(Budget::new().bytes_in(1), " bytes of input, ");
    fails(Budget::new().calls_of("storage_incr", 0), "2 calls of storage_incr, 2 more than the 0 allowed");
}

#[test]
fn a_budget_is_exact_and_one_of_another_export_does_not_count() {
    let cost = plugin(host()).command("TRANSFER", ("a", "b", 5)).cost();
    let exact = Budget::new().fuel(cost.fuel).pages(cost.pages).bytes_in(cost.bytes_in).bytes_out(cost.bytes_out);
    plugin(host().budget(exact)).command("TRANSFER", ("a", "b", 5)).unwrap();
    let less = Budget::new().fuel(cost.fuel - 1);
    let error = plugin(host().budget(less)).command("TRANSFER", ("a", "b", 5)).unwrap_err();
    assert!(error.to_string().contains(", 1 more than the "), "{error}");
    plugin(host().budget(Budget::of("MOVE").fuel(0))).command("TRANSFER", ("a", "b", 5)).unwrap();
}

#[test]
fn a_budget_leaves_another_failure_and_the_instance_as_they_are() {
    let mut plugin = plugin(host().budget(Budget::new().host_calls(0)));
    let error = plugin.command("MOVE", ("nothing", "b")).unwrap_err();
    assert!(matches!(error, Error::Plugin { .. }), "{error}");
    assert!(plugin.command("LEAK", [1]).result.is_ok());
}

#[test]
fn a_budget_for_an_export_that_is_not_there_is_refused() {
    let error = Plugin::load_in(does(""), Host::new().budget(Budget::of("g").fuel(1))).unwrap_err();
    assert!(matches!(&error, Error::MissingExport { name, .. } if name == "g"), "{error}");
}

#[test]
fn a_call_without_host_calls_says_so() {
    let mut plugin = Plugin::load_in(does(""), Host::new().budget(Budget::new().fuel(0))).unwrap();
    let error = plugin.call::<()>("f", "").unwrap_err().to_string();
    assert!(error.ends_with("; it calls no host function"), "{error}");
}

#[test]
fn calls_with_faults_are_no_costs_and_what_they_use_is_kept() {
    let whole = plugin(host()).command("TRANSFER", ("a", "b", 5)).cost();
    let mut seen = Vec::new();
    let report = faults(|| plugin(host())).check(|plugin| {
        let outcome = plugin.command("TRANSFER", ("a", "b", 5));
        seen.push(plugin.recorded());
        outcome
    });
    assert!(report.runs > 2 && seen.len() == report.runs + 1);
    let (first, others) = seen.split_first().unwrap();
    assert_eq!(first.costs["TRANSFER"].max(), whole.fuel);
    assert!(others.iter().all(|recorded| recorded.costs["TRANSFER"].calls() == 0));
    let uses = |recorded: &Recorded| recorded.costs["TRANSFER"].uses.clone();
    assert!(others.iter().all(|recorded| uses(recorded).iter().any(|function| function.name == "storage_incr")));
}

#[test]
fn the_last_run_holds_what_this_process_has_recorded() {
    let mut transfers = plugin(host());
    let fuel = transfers.command("TRANSFER", ("a", "b", 5)).cost().fuel;
    drop(transfers);
    let run = last_run(&planted()).unwrap().unwrap();
    assert_eq!(run.costs["TRANSFER"].max(), fuel);
    assert!(run.costs["TRANSFER"].uses.iter().any(|function| function.name == "storage_incr"));
    assert!(run.artifact.compiler.starts_with("rustc "), "{:?}", run.artifact);
}

#[test]
fn an_artifact_that_no_test_has_loaded_has_no_last_run() {
    let path = std::env::temp_dir().join(format!("plugsmith-untested-{}.wat", std::process::id()));
    std::fs::write(&path, format!("(module (func (export \"f{}\")))", std::process::id())).unwrap();
    assert_eq!(last_run(&path).unwrap(), None);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_snapshot_names_the_toolchain_and_each_export() {
    let ask = with_kernel(r#"(func (export "f") (drop (call $input_length)))"#);
    let mut plugin = Plugin::load(ask).unwrap();
    plugin.call::<()>("f", "1234").unwrap();
    assert_cost_snapshot!(plugin, @r"
    unknown compiler, extism 1.30.0, profile given
    f
      1 call, fuel 210, 1 page, 4 bytes in, 0 bytes out
    ");
}

#[test]
fn a_snapshot_of_another_toolchain_is_not_compared() {
    let mut plugin = Plugin::load(does("")).unwrap();
    plugin.call::<()>("f", "1234").unwrap();
    assert_cost_snapshot!(plugin, name = "of_another_toolchain");
    // It would be overwritten where insta is asked to.
    assert!(include_str!("snapshots/powers__cost__of_another_toolchain.snap").contains("extism 0.1.0"));
}

fn summary(calls: usize) -> Summary {
    let mut plugin = plugin(host());
    for _ in 0..calls {
        plugin.command("SLOWER", ()).unwrap();
    }
    Summary::of(&plugin.recorded())
}

#[test]
fn a_cost_may_rise_within_the_tolerance() {
    let (few, many) = (summary(4), summary(8));
    let comparison = many.compare(&few, 1.0);
    assert!(!comparison.is_ok(), "{comparison}");
    assert!(comparison.changes.iter().all(|change| change.verdict == Verdict::Worse), "{comparison}");
    assert!(many.compare(&few, 10_000.0).is_ok());
    assert!(few.compare(&many, 0.0).is_ok());
    assert_eq!(few.compare(&few, 0.0).to_string(), "No cost has changed since the baseline.");
}

#[test]
fn an_export_that_was_not_called_fails_and_another_toolchain_does_not() {
    let mut baseline = summary(4);
    let costs = baseline.exports["SLOWER"].clone();
    baseline.exports.insert("GONE".to_owned(), costs);
    let comparison = summary(4).compare(&baseline, 0.0);
    assert_eq!(comparison.changes[0].verdict, Verdict::NotCalled);
    assert!(!comparison.is_ok());
    baseline.artifact.compiler = "rustc 1.0.0".to_owned();
    let comparison = summary(4).compare(&baseline, 0.0);
    assert!(comparison.is_ok() && !comparison.is_comparable());
    assert!(comparison.to_string().contains("needs to be saved anew"), "{comparison}");
}

/// A baseline as JSON.
const SAVED: &str = r#"{
  "artifact": {
    "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "bytes": 1234567,
    "compiler": "rustc 1.95.0",
    "extism": "1.30.0",
    "profile": "dev"
  },
  "exports": {
    "SLOWER": {
      "calls": 4, "min": 3646, "mean": 5096, "median": 4630, "max": 6530,
      "pages": 18, "bytes_in": 4, "bytes_out": 4, "host_calls": 0
    }
  }
}"#;

#[test]
fn tables_stay_within_100_columns_and_escape_what_is_foreign() {
    let mut now: Summary = serde_json::from_str(SAVED).unwrap();
    let costs = now.exports["SLOWER"].clone();
    let hostile = "a|b`c\nd\u{1b}[2J with a name that is longer than any column of a table";
    now.exports.insert(hostile.to_owned(), costs);
    let mut baseline = now.clone();
    for costs in baseline.exports.values_mut() {
        costs.max = costs.max * 9 / 10;
        costs.median += 1;
    }
    let comparison = now.compare(&baseline, 5.0);
    for text in [now.to_string(), comparison.to_string()] {
        assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
        assert!(!text.contains('\u{1b}'));
    }
    insta::assert_snapshot!(format!("{now}\n\n{comparison}\n\n{}\n{}", now.markdown(), comparison.markdown()));
}
