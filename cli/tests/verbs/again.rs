//! The line that a failed test prints to make its call again, typed into a shell.

use std::process::{Command, Output};
use std::time::Duration;

use plugsmith_harness::plugsmith::testing::HttpFailure;
use plugsmith_harness::plugsmith::{Event, HttpResponse, Value};
use plugsmith_harness::{Host, Outcome, Plugin};

use crate::sandbox::{VERBS, root};

fn verbs(host: Host) -> Plugin {
    Plugin::load_in(root().join(VERBS), host).unwrap()
}

/// The line, and what a shell makes of it.
fn again<T>(outcome: &Outcome<T>) -> (String, Output) {
    let report = outcome.report();
    let line = report.split_once("again with:\n").unwrap().1.trim().to_owned();
    let shell = format!("cargo() {{ '{}' \"$@\"; }}\n{line}", env!("CARGO_BIN_EXE_cargo-plugsmith"));
    let output =
        Command::new("bash").args(["-c", &shell]).current_dir(root()).stdin(std::process::Stdio::null()).output();
    (line, output.unwrap())
}

/// Checks that a shell gets what the test got, and that the line ends with this.
#[track_caller]
fn same(outcome: Outcome<Vec<u8>>, ending: &str) {
    let (line, output) = again(&outcome);
    let told = String::from_utf8_lossy(&output.stderr);
    match &outcome.result {
        Ok(bytes) => assert_eq!(&output.stdout, bytes, "{line}\n{told}"),
        Err(error) => {
            let error = error.to_string();
            assert!(told.starts_with(&format!("error: {}", error.lines().next().unwrap())), "{error}\n{line}\n{told}");
            assert!(!output.status.success());
        }
    }
    assert!(line.ends_with(ending), "{line}");
}

#[test]
fn a_call_finds_the_values_of_its_host_again() {
    same(verbs(Host::new().config("user", "@it's \"Ada\"\n\t\\")).call("config", ""), " config");
    same(verbs(Host::new().var("user", "a=b")).call("var", ""), " var");
    same(verbs(Host::new().kv("user", "@ä")).call("kv", ""), " kv");
    let (line, _) = again(&verbs(Host::new().kv("user", [0xff])).call::<Vec<u8>>("kv", ""));
    assert!(line.ends_with(" kv  # without --kv user"), "{line}");
    same(verbs(Host::new().random_seed(7)).call("random", ""), " random");
    same(verbs(Host::new().clock(Duration::from_secs(7))).call("time", ""), " time");
}

#[test]
fn an_input_arrives_whole_whatever_its_bytes_are() {
    same(verbs(Host::new()).call("echo", "-it's $HOME\r\n`x`"), r"--input $'-it\'s $HOME\r\n`x`'");
    same(verbs(Host::new()).call("echo", vec![0, 0xff, b'%', b'\\']), "--input-file -");
}

#[test]
fn requests_are_answered_again() {
    let fetch = |host: Host| verbs(host).call("fetch", "");
    same(fetch(Host::new().http("GET https://api.example.com/*", HttpResponse::new(404, "@none"))), " fetch");
    same(fetch(Host::new().http("get *", HttpFailure::Timeout)), " fetch");
    same(fetch(Host::new().http("GET *", HttpFailure::connection_refused())), " fetch");
    let two = [HttpResponse::new(503, "busy"), HttpResponse::new(200, "it")];
    same(fetch(Host::new().http("GET *", two)), " fetch");
    let limit = Host::new().http("GET *", HttpResponse::new(200, "too long")).http_response_bytes(3);
    same(fetch(limit), " fetch");

    let closure = Host::new().http("GET *", |_: &_| HttpResponse::new(200, "closure"));
    let (line, output) = again(&fetch(closure));
    assert!(line.ends_with(" fetch  # without the mock of 'GET *'"), "{line}");
    assert_eq!(output.status.code(), Some(4), "{line}");
}

#[test]
fn a_host_function_gives_the_replies_that_it_gave() {
    let charge = |host: Host| verbs(host).call::<Vec<u8>>("charge", "");
    let text = charge(Host::new().host("charge", |_: String| "+OK\r\n".to_owned()));
    let (line, _) = again(&text);
    assert!(line.contains(r"--host-fn $'charge=+OK\r\n'"), "{line}");
    same(text, " charge");
    same(charge(Host::new().host("charge", |_: String| None::<String>)), " charge");
    same(
        charge(Host::new().host("charge", |_: String| -> Result<u64, String> { Err("no money".to_owned()) })),
        " charge",
    );
    same(charge(Host::new().host("charge", |_: String| 7_u64)), " charge");
    same(charge(Host::new().host("charge", |_: String| vec![0_u8])), " charge  # without the replies of charge");
}

#[test]
fn a_call_meets_its_limits_again() {
    same(verbs(Host::new().fuel(1_000)).call("spin", ""), " spin");
    same(verbs(Host::new().fuel(u64::MAX).timeout(Duration::from_millis(20))).call("spin", ""), " spin");
    let trap = verbs(Host::new().memory_pages(64).var_bytes(0)).call("trap", "");
    assert!(again(&trap).0.contains("--memory-pages 64 --var-bytes 0 "), "{}", trap.report());
    same(trap, " trap");
}

#[test]
fn what_was_before_a_call_is_named() {
    let mut plugin = verbs(Host::new());
    let _ = plugin.call::<()>("echo", "");
    same(plugin.call("fail", ""), " fail  # without the call before it");
    same(plugin.call("fail", ""), " fail  # without the 2 calls before it");
}

#[test]
fn a_command_finds_its_keys_and_gets_its_arguments_again() {
    let hello = plugsmith_harness::build(&root().join("examples/ferrite-hello")).unwrap();
    let run = |host: Host, arguments: &[&[u8]]| {
        let arguments = arguments.iter().map(|bytes| Value::from_bytes(bytes.to_vec())).collect::<Vec<_>>();
        Plugin::load_in(hello.clone(), host).unwrap().command("HELLO.COUNT", arguments)
    };
    let said = |outcome: Outcome<Value>, ending: &str| {
        let (line, output) = again(&outcome);
        assert!(line.ends_with(ending), "{line}");
        let reply = match &outcome.result {
            Ok(value) => format!("(integer) {}\n", value.as_i64().unwrap()),
            Err(error) => format!("(error) {error}\n"),
        };
        assert_eq!(String::from_utf8_lossy(&output.stdout), reply, "{line}");
    };
    let list = Value::Array(vec![1.into(), "a".into()]);
    let host = || Host::new().storage("n", 41).storage("list", list.clone()).storage("text", "@x").storage("a=b", 1);
    said(run(host(), &[b"n"]), " HELLO.COUNT n  # without --storage a=b:");
    said(run(host(), &[b"text"]), " HELLO.COUNT text  # without --storage a=b:");
    said(run(Host::new(), &[b"--json"]), " HELLO.COUNT -- --json");
    said(run(Host::new(), &[b"\xffa"]), r" HELLO.COUNT $'\xffa'");
}

/// Hooks that refuse, change and trap.
const HOOKS: &str = "harness/tests/fixtures/events";

#[test]
fn an_event_is_fired_again() {
    let mut plugin = Plugin::load(plugsmith_harness::build(&root().join(HOOKS)).unwrap()).unwrap();
    let event = Event::new("OnKeyWrite").key("protected:it's").value("@x");
    let outcome = plugin.fire(event);
    let (line, output) = again(&outcome);
    assert!(line.ends_with(r"/events OnKeyWrite 'key=protected:it'\''s' value=@@x"), "{line}");
    let verdict = String::from_utf8_lossy(&output.stdout);
    assert_eq!(verdict, "1) \"abort\"\n2) \"Cannot write to protected keys\"\n", "{line}");
    let outcome = plugin.fire(Event::new("BeforeCommand").command("GET", ["forbidden"]).client(1));
    let (line, output) = again(&outcome);
    assert!(line.contains(r#"command=GET 'args:=["forbidden"]' client_id:=1"#), "{line}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("NOPERM not this one"), "{line}");
}

#[test]
fn what_a_client_did_is_done_again() {
    let mut plugin = Plugin::load(plugsmith_harness::build(&root().join(HOOKS)).unwrap()).unwrap();
    let outcome = plugin.client().command("SET", ("protected:a", "x"));
    let error = outcome.result.as_ref().unwrap_err().to_string();
    let (line, output) = again(&outcome);
    assert!(line.contains("cargo plugsmith run --client "), "{line}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), format!("(error) {error}"), "{line}");
    assert!(!plugin.client().wait(Duration::from_secs(1)).report().contains("again with"));
}
