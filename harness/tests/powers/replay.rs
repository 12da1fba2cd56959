//! Sessions: what is recorded, how it is replayed, and what a hostile file does.

use plugsmith_harness::powers::replay::{Difference, End, Line, Recorder, Redact, Session, Step, Value, replay};
use plugsmith_harness::{Guest, Host, Plugin};

use crate::fixture::planted;
use crate::guest::{load, plugin, with_kernel};

fn bank() -> Host {
    Host::new().storage("a", 10).storage("b", 20)
}

/// A session of the planted plugin.
fn session(host: Host, work: impl FnOnce(&mut Plugin)) -> Session {
    let mut plugin = Plugin::load_in(planted(), host).unwrap();
    let recorder = Recorder::start(&mut plugin);
    work(&mut plugin);
    recorder.session(&Redact::new())
}

fn transfer() -> Session {
    session(bank(), |plugin| {
        plugin.command("TRANSFER", ("a", "b", 5)).unwrap();
        plugin.restart().unwrap();
        plugin.command("HASTY", ["a"]).unwrap();
    })
}

#[test]
fn a_session_is_a_file_of_lines() {
    insta::assert_snapshot!(transfer().to_text(), @r#"
    {"session":1}
    {"call":"TRANSFER","host_calls":[{"answer":":5\r\n","arguments":["a",{"i64":-5}],"module":"extism:host/user","name":"storage_incr"},{"answer":":25\r\n","arguments":["b",{"i64":5}],"module":"extism:host/user","name":"storage_incr"}],"input":"*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\n5\r\n","output":":25\r\n"}
    {"restart":true}
    {"call":"HASTY","host_calls":[{"answer":":5\r\n","arguments":["a"],"module":"extism:host/user","name":"storage_get"}],"input":"*1\r\n$1\r\na\r\n","output":"$0\r\n\r\n"}
    "#);
}

#[test]
fn a_session_reads_as_it_was_written() {
    let session = transfer();
    assert_eq!(Session::parse(&session.to_text()).unwrap(), session);
}

#[test]
fn a_replay_needs_nothing_in_its_host() {
    let report = replay(transfer()).check(&mut Plugin::load(planted()).unwrap());
    report.assert();
    insta::assert_snapshot!(report, @"replay: 2 calls, 3 host calls, as recorded");
    assert_eq!(report.traces.len(), 2);
}

#[test]
fn a_failure_is_replayed_as_a_failure() {
    let session = session(Host::new(), |plugin| {
        assert!(plugin.command("HASTY", ["gone"]).result.is_err());
    });
    let report = replay(session).check(&mut Plugin::load(planted()).unwrap());
    report.assert();
    assert!(report.traces[0].contains("the key is there"), "{}", report.traces[0]);
}

/// A plugin that makes these host calls.
fn calls(body: &str) -> Vec<u8> {
    with_kernel(&format!(
        r#"(data (i32.const 0) "abcdef")
        (func $key (param $at i32) (result i64) (call $block (local.get $at) (i32.const 1)))
        (func $get (param $at i32) (drop (call $var_get (call $key (local.get $at)))))
        (func $put (param $at i32) (param $value i32)
          (call $var_set (call $key (local.get $at)) (call $key (local.get $value))))
        (func (export "run") {body})"#
    ))
}

const RECORDED: &str = "(call $get (i32.const 0)) (call $put (i32.const 1) (i32.const 2)) (call $get (i32.const 1))
    (call $get (i32.const 3))";

fn compare(body: &str) -> plugsmith_harness::powers::replay::Report {
    let mut old = Plugin::load(calls(RECORDED)).unwrap();
    let recorder = Recorder::start(&mut old);
    old.call_raw("run", b"in").unwrap();
    let session = recorder.session(&Redact::new());
    replay(session).check(&mut Plugin::load(calls(body)).unwrap())
}

#[test]
fn a_missing_an_extra_and_a_changed_host_call_are_shown() {
    let report = compare(
        "(call $get (i32.const 4)) (call $put (i32.const 1) (i32.const 5)) (call $get (i32.const 1))
        (call $get (i32.const 1))",
    );
    insta::assert_snapshot!(report, @r#"
    replay: 1 call, 4 host calls, 1 difference

    call 1: run "in": other host calls (- recorded, + now)
      - var_get "a" -> none
      + var_get "e" -> none
      - var_set "b" "c"
      + var_set "b" "f"
        var_get "b" -> "c"
      - var_get "d" -> none
      + var_get "b" -> none
    "#);
    let Difference::HostCalls { lines, .. } = &report.differences[0] else { panic!("{report}") };
    assert!(lines.iter().any(|line| matches!(line, Line::Changed { .. })));
    insta::assert_snapshot!(compare("(call $get (i32.const 0)) (call $get (i32.const 3))"), @r#"
    replay: 1 call, 2 host calls, 1 difference

    call 1: run "in": other host calls (- recorded, + now)
        var_get "a" -> none
      - var_set "b" "c"
      - var_get "b" -> "c"
        var_get "d" -> none
    "#);
}

#[test]
fn host_calls_that_changed_places_are_shown() {
    let body = "(call $put (i32.const 1) (i32.const 2)) (call $get (i32.const 0)) (call $get (i32.const 1))
        (call $get (i32.const 3))";
    insta::assert_snapshot!(compare(body), @r#"
    replay: 1 call, 4 host calls, 1 difference

    call 1: run "in": other host calls (- recorded, + now)
      - var_get "a" -> none
        var_set "b" "c"
      + var_get "a" -> none
        var_get "b" -> "c"
        var_get "d" -> none
    "#);
}

#[test]
fn another_output_and_another_artifact_are_shown() {
    let report = {
        let mut old = plugin(
            r#"(data (i32.const 0) "ab") (func (export "run") (call $answer (call $block (i32.const 0) (i32.const 1))))"#,
        );
        let recorder = Recorder::start(&mut old);
        old.call_raw("run", b"").unwrap();
        let mut session = recorder.session(&Redact::new());
        session.facts.artifact = Some("0".repeat(64));
        let new = with_kernel(
            r#"(data (i32.const 0) "ab") (func (export "run") (call $answer (call $block (i32.const 1) (i32.const 1))))"#,
        );
        replay(session).artifact(b"other").check(&mut Plugin::load(new).unwrap())
    };
    insta::assert_snapshot!(report, @r#"
    replay: 1 call, 0 host calls, 1 difference
    warning: recorded with another artifact (000000000000.., now d9298a10d1b0..)

    call 1: run: another result
      - "a"
      + "b"
    "#);
}

#[test]
fn an_answer_of_the_recording_is_given_even_where_the_host_has_another() {
    let body = r#"(data (i32.const 0) "k") (func (export "run")
        (call $answer (call $config_get (call $block (i32.const 0) (i32.const 1)))))"#;
    let mut old = load(Host::new().config("k", "old"), body).unwrap();
    let recorder = Recorder::start(&mut old);
    old.call_raw("run", b"").unwrap();
    let mut new = load(Host::new().config("k", "new"), body).unwrap();
    let report = replay(recorder.session(&Redact::new())).check(&mut new);
    report.assert();
    assert!(report.traces[0].ends_with("=> \"old\""), "{}", report.traces[0]);
    // After it, the guest has its own host again.
    assert_eq!(new.call::<String>("run", "").unwrap(), "new");
}

#[test]
fn an_author_s_own_host_function_is_answered_without_a_mock() {
    let body = r#"(data (i32.const 0) "ada") (func (export "run")
        (call $answer (call $charge (call $block (i32.const 0) (i32.const 3)) (i64.const 7))))"#;
    let charge = |user: String, cents: u64| format!("{user} paid {cents}");
    let mut old = load(Host::new().host("charge", charge), body).unwrap();
    let recorder = Recorder::start(&mut old);
    old.call_raw("run", b"").unwrap();
    let report = replay(recorder.session(&Redact::new())).check(&mut plugin(body));
    report.assert();
    assert!(report.traces[0].ends_with("=> \"ada paid 7\""), "{}", report.traces[0]);
}

#[test]
fn an_unexpected_host_call_is_replayed_as_one() {
    let body = r#"(func (export "run") (drop (call $charge (i64.const 0) (i64.const 7))))"#;
    let mut old = plugin(body);
    let recorder = Recorder::start(&mut old);
    assert!(old.call_raw("run", b"").result.is_err());
    replay(recorder.session(&Redact::new())).check(&mut plugin(body)).assert();
}

#[test]
fn secrets_are_masked_wherever_they_occur() {
    let body = r#"
        (data (i32.const 0) "api_key")
        (data (i32.const 16) "{\"url\": \"https://x.test/?token=tok123\", \"headers\": {\"Authorization\": \"Bearer abcd\"}}")
        (func (export "run") (local $key i64)
          (local.set $key (call $config_get (call $block (i32.const 0) (i32.const 7))))
          (drop (call $http_request (call $block (i32.const 16) (i32.const 86)) (local.get $key)))
          (call $answer (local.get $key)))"#;
    let host = || {
        let answer = plugsmith_harness::plugsmith::HttpResponse::new(200, "hunter2 and pin 9911");
        Host::new().config("api_key", "hunter2").http("POST *", answer.clone()).http("GET *", answer)
    };
    let mut old = load(host(), body).unwrap();
    let recorder = Recorder::start(&mut old);
    let _ = old.call_raw("run", b"").result;
    let session = recorder.session(&Redact::new().value("9911"));
    let text = session.to_text();
    for secret in ["hunter2", "tok123", "abcd", "9911"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
    assert!(session.facts.redacted);
    // The replay gives the plugin the masked values, and still finds no difference.
    let report = replay(session).check(&mut load(Host::new(), body).unwrap());
    report.assert();
}

#[test]
fn a_name_of_a_secret_can_be_added() {
    let body = r#"(data (i32.const 0) "{\"x-pin\":\"1\"}") (func (export "run")
        (call $answer (call $block (i32.const 0) (i32.const 13))))"#;
    let mut plugin = plugin(body);
    let recorder = Recorder::start(&mut plugin);
    plugin.call_raw("run", b"").unwrap();
    let output = |redact: &Redact| match &recorder.session(redact).steps[0] {
        Step::Call(call) => call.end.clone(),
        step => panic!("{step:?}"),
    };
    let block = |text: &str| End::Output(Value::Block(Some(text.as_bytes().to_vec())));
    assert_eq!(output(&Redact::new()), block(r#"{"x-pin":"1"}"#));
    assert_eq!(output(&Redact::new().name("X-Pin")), block(r#"{"x-pin":"*"}"#));
}

#[test]
fn every_mistake_in_a_session_is_named_with_its_line_and_field() {
    let head = r#"{"session":1}"#;
    let call = |fields: &str| format!("{head}\n{{\"call\":\"run\",{fields}}}");
    let host_call = |fields: &str| call(&format!("\"host_calls\":[{{\"module\":\"m\",\"name\":\"n\",{fields}}}]"));
    let texts = [
        String::new(),
        "nonsense".to_owned(),
        "[1]".to_owned(),
        r#"{"call":"run"}"#.to_owned(),
        r#"{"session":2}"#.to_owned(),
        r#"{"session":"x"}"#.to_owned(),
        r#"{"session":1,"colour":"red"}"#.to_owned(),
        r#"{"session":1,"artifact":"abc"}"#.to_owned(),
        r#"{"session":1,"limits":{"fuel":-1}}"#.to_owned(),
        r#"{"session":1,"features":[1]}"#.to_owned(),
        r#"{"session":1,"config":7}"#.to_owned(),
        r#"{"session":1,"storage":{"k":{"base64":"?"}}}"#.to_owned(),
        r#"{"session":1,"redacted":"yes"}"#.to_owned(),
        format!("{head}\n\n{{\"stop\":true}}"),
        call("\"input\":7"),
        call("\"output\":\"a\",\"error\":\"b\""),
        call("\"error\":null"),
        call("\"host_calls\":{}"),
        call("\"host_calls\":[7]"),
        call("\"host_calls\":[{\"module\":\"m\"}]"),
        host_call("\"arguments\":[{\"i32\":4294967296}]"),
        host_call("\"arguments\":[{\"f64\":\"xyz\"}]"),
        host_call("\"arguments\":[{\"i32\":1,\"i64\":2}]"),
        host_call("\"answer\":{\"f32\":1.5}"),
        host_call("\"answer\":\"a\",\"error\":\"b\""),
        host_call("\"answered\":1"),
        format!("{head}\n{}", "[".repeat(1000)),
    ];
    let errors: Vec<String> = texts.iter().map(|text| Session::parse(text).unwrap_err()).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    it is empty: a session begins with a line {"session":1}
    line 1: not JSON at column 2: expected ident
    line 1: expected an object
    line 1: expected {"session":1}, the first line of a session
    line 1: session: expected 1, the version of the format, not 2: use a newer cargo-plugsmith
    line 1: session: expected 1, the version of the format, not another value: use a newer cargo-plugsmith
    line 1: there is no field "colour"; there are session, plugin, features, no_default_features, artifact, limits, clock_ms, config, storage, kv, variables, redacted, left_out
    line 1: artifact: expected the 64 hexadecimal digits of a SHA-256
    line 1: limits.fuel: expected a number
    line 1: features[0]: expected text
    line 1: config: expected an object
    line 1: storage.k: base64: Invalid symbol 63, offset 0.
    line 1: redacted: expected true or false
    line 3: expected a `call`, a `restart`, or a client's `method` or `command`
    line 2: input: expected text, null, or an object with one of base64, i32, i64, f32, f64, cut
    line 2: output: a call has an output or an error, not both
    line 2: error: expected text
    line 2: host_calls: expected a list
    line 2: host_calls[0]: expected an object
    line 2: host_calls[0].name: expected the text of the import
    line 2: host_calls[0].arguments[0]: i32: expected an integer of 32 bits
    line 2: host_calls[0].arguments[0]: f64: expected 16 hexadecimal digits
    line 2: host_calls[0].arguments[0]: expected text, null, or an object with one of base64, i32, i64, f32, f64, cut
    line 2: host_calls[0].answer: f32: expected 8 hexadecimal digits
    line 2: host_calls[0].answer: a host call has an answer or an error, not both
    line 2: host_calls[0]: there is no field "answered"; there are module, name, arguments, answer, error
    line 2: not JSON at column 128: recursion limit exceeded
    "#);
}

#[test]
fn a_file_that_cannot_be_a_session_is_refused() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("replay-files");
    std::fs::create_dir_all(&folder).unwrap();
    let error = |name: &str| {
        let error = Session::read(folder.join(name)).unwrap_err().to_string();
        error.replace(&folder.display().to_string(), "")
    };
    std::fs::write(folder.join("binary.jsonl"), b"{\"session\":1}\n\xff").unwrap();
    let large = std::fs::File::create(folder.join("large.jsonl")).unwrap();
    large.set_len(65 * 1024 * 1024).unwrap();
    let errors = ["binary.jsonl", "large.jsonl", "missing.jsonl"].map(error).join("\n");
    std::fs::remove_dir_all(&folder).unwrap();
    insta::assert_snapshot!(errors, @"
    /binary.jsonl: line 2: it is not UTF-8 at byte 14
    /large.jsonl: it has more than 67108864 bytes, the most that are read
    /missing.jsonl: No such file or directory (os error 2)
    ");
}

#[test]
fn hostile_text_of_a_session_obeys_no_terminal_and_panics_nowhere() {
    let text = concat!(
        "{\"session\":1,\"limits\":{\"fuel\":1,\"memory_pages\":1,\"timeout_ms\":18446744073709551615},\"clock_ms\":18446744073709551615}\n",
        "{\"call\":\"run\\u001b[2J\",\"input\":\"\\u001b]0;x\\u0007\",\"host_calls\":[{\"module\":\"\",\"name\":\"\\u202e\\n\",",
        "\"arguments\":[{\"f64\":\"ffffffffffffffff\"},{\"cut\":18446744073709551615},\"*1000000000\\r\\n\"],",
        "\"answer\":{\"cut\":5}}],\"error\":\"\\u001b[31m\\u202e\"}\n",
        "{\"restart\":true}\n{\"call\":\"\"}\n",
    );
    let session = Session::parse(text).unwrap();
    let _ = session.host();
    let report = replay(session).check(&mut plugin("(func (export \"run\"))"));
    let shown = report.to_string();
    assert!(!shown.contains(|letter: char| letter.is_control() && letter != '\n' || letter == '\u{202e}'), "{shown}");
    insta::assert_snapshot!(shown, @r#"
    replay: 2 calls, 0 host calls, 2 differences

    call 1: run\u{1b}[2J "\u{1b}]0;x\u{7}": other host calls (- recorded, + now)
      - \u{202e}\n       NaN (18446744073709551615 bytes, not recorded) "*1000000000\r\n" -> (5 bytes,..

    call 1: run\u{1b}[2J "\u{1b}]0;x\u{7}": another result
      - error: \u{1b}[31m\u{202e}
      + error: no export `run\u{1b}[2J`; there is `run`
    "#);
}

#[test]
fn an_answer_whose_bytes_were_not_recorded_says_so() {
    let body = r#"(data (i32.const 0) "k") (func (export "run")
        (call $answer (call $charge (call $block (i32.const 0) (i32.const 1)) (i64.const 7))))"#;
    let text = concat!(
        "{\"session\":1}\n{\"call\":\"run\",\"host_calls\":[{\"module\":\"extism:host/user\",\"name\":\"charge\",",
        "\"arguments\":[\"k\",{\"i64\":7}],\"answer\":{\"cut\":70000}}],\"output\":\"x\"}\n"
    );
    let report = replay(Session::parse(text).unwrap()).check(&mut plugin(body));
    insta::assert_snapshot!(report, @r#"
    replay: 1 call, 1 host call, 1 difference

    call 1: run: another result
      - "x"
      + error: host function `charge` failed: the recording has not the 70000 bytes of this answer: re..
    "#);
}

#[test]
fn lines_of_clients_are_not_replayed() {
    let session = Session::parse("{\"method\":\"GET\",\"path\":\"/\"}\n{\"command\":[\"PING\"]}").unwrap();
    assert_eq!((session.client_lines, session.steps.len()), (2, 0));
    insta::assert_snapshot!(replay(session).check(&mut plugin("")), @"
    replay: 0 calls, 0 host calls, as recorded
    warning: it has what clients sent and no calls of a plugin: send it again to its server, with `App::replay` in Orbis
    ");
}
