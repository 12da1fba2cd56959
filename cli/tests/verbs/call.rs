//! `call`.

use std::fs::File;
use std::io::Write;
use std::process::Stdio;

use crate::sandbox::{VERBS, folder, plugsmith, root, snapshot};
use crate::serve::ORBIS;

#[test]
fn prints_the_output_alone_and_the_trace_elsewhere() {
    snapshot!(plugsmith(["call", VERBS, "echo", "--input", "hello"]));
}

#[test]
fn passes_bytes_through_a_pipe_unchanged() {
    let bytes = (0..=255).collect::<Vec<u8>>();
    let mut command = plugsmith(["call", VERBS, "echo", "-q"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, bytes);
}

#[test]
fn reads_the_input_from_a_file() {
    let folder = folder("input-file");
    std::fs::write(folder.join("input.txt"), "from a file\n").unwrap();
    let file = folder.join("input.txt");
    snapshot!(plugsmith(["call", VERBS, "echo", "-q", "--input-file", file.to_str().unwrap()]));
}

#[test]
fn reads_the_input_from_a_pipe_by_name() {
    let input = File::open(root().join(VERBS)).unwrap();
    let output = plugsmith(["call", VERBS, "echo", "-q", "--input-file", "-"]).stdin(input).output().unwrap();
    assert_eq!(output.stdout, std::fs::read(root().join(VERBS)).unwrap());
}

#[test]
fn an_input_file_that_is_missing_is_named() {
    snapshot!(plugsmith(["call", VERBS, "echo", "--input-file", "nothing.txt"]));
}

#[test]
fn two_inputs_are_one_too_many() {
    snapshot!(plugsmith(["call", VERBS, "echo", "--input", "a", "--input-file", "b"]));
}

#[test]
fn fills_the_host_from_options() {
    let both = ["call", VERBS, "--input=", "-q", "--config", "user=Ada", "--var", "user=Ben", "--kv", "user=Cy"];
    let outputs = ["config", "var", "kv"].map(|function| {
        let output = plugsmith(both).arg(function).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    });
    assert_eq!(outputs, ["Ada", "Ben", "Cy"]);
}

#[test]
fn takes_values_from_files() {
    let folder = folder("values");
    std::fs::write(folder.join("user"), "Ada from a file").unwrap();
    let value = format!("user=@{}", folder.join("user").display());
    snapshot!(plugsmith(["call", VERBS, "config", "--input=", "--config", &value]));
}

#[test]
fn takes_values_that_start_with_an_at_sign() {
    snapshot!(plugsmith(["call", VERBS, "config", "--input=", "-q", "--config", "user=@@ada"]));
}

#[test]
fn answers_http_requests_and_the_last_match_counts() {
    snapshot!(plugsmith([
        "call",
        VERBS,
        "fetch",
        "--input=",
        "--http",
        "GET https://api.example.com/* 404 ",
        "--http",
        "GET https://api.example.com/data 200 a body = with: spaces",
    ]));
}

#[test]
fn a_request_without_an_answer_names_the_option() {
    snapshot!(plugsmith(["call", VERBS, "fetch", "--input="]));
}

#[test]
fn a_host_function_that_is_not_there_is_named() {
    snapshot!(plugsmith(["call", VERBS, "charge", "--input="]));
}

#[test]
fn an_unexpected_call_has_a_kind_in_json() {
    snapshot!(plugsmith(["call", VERBS, "charge", "--input=", "--json"]));
}

#[test]
fn sets_the_clock() {
    let output = plugsmith(["call", VERBS, "time", "--input=", "-q", "--clock", "3"]).output().unwrap();
    assert_eq!(output.stdout, 3_000_000_000_u64.to_le_bytes());
}

#[test]
fn another_seed_is_another_randomness() {
    let random = |seed| plugsmith(["call", VERBS, "random", "--input=", "-q", "--seed", seed]).output().unwrap().stdout;
    assert_eq!(random("1"), random("1"));
    assert_ne!(random("1"), random("2"));
}

#[test]
fn bytes_in_json_are_base64() {
    snapshot!(plugsmith(["call", VERBS, "time", "--input=", "--json", "--clock", "1735689600"]));
}

#[test]
fn an_error_of_the_plugin_goes_to_standard_error() {
    snapshot!(plugsmith(["call", VERBS, "fail", "--input="]));
}

#[test]
fn a_trap_is_exit_code_1() {
    snapshot!(plugsmith(["call", VERBS, "trap", "--input="]));
}

#[test]
fn a_loop_ends_by_fuel() {
    snapshot!(plugsmith(["call", VERBS, "spin", "--input=", "--fuel", "1000"]));
}

#[test]
fn a_loop_ends_by_the_clock() {
    snapshot!(plugsmith(["call", VERBS, "spin", "--input=", "-q", "--timeout-ms", "10", "--fuel", "1000000000000000"]));
}

#[test]
fn an_unknown_function_lists_the_known_ones() {
    snapshot!(plugsmith(["call", VERBS, "nothing", "--input="]));
}

#[test]
fn a_function_that_extism_cannot_call_is_refused() {
    snapshot!(plugsmith(["call", VERBS, "add", "--input=", "-q"]));
}

#[test]
fn an_orbis_plugin_is_told_what_runs_it() {
    let told = [["call", ORBIS, "number", "--input="], ["run", ORBIS, "NUMBER", "1"]].map(|arguments| {
        let output = plugsmith(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    });
    assert_eq!(told[0], told[1]);
    insta::assert_snapshot!(told[0], @"error: not a valid plugin: it is made for Orbis, and Extism cannot call it: `cargo plugsmith serve` runs it, and `hosts::orbis` in a test");
}

#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child =
        plugsmith(["call", VERBS, "echo", "--input", "hello", "-q"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_exit_code_5() {
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = plugsmith(["call", VERBS, "echo", "--input", "hello", "-q"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(5));
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @"error: cannot write the output: No space left on device (os error 28)");
}
