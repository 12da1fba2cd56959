//! Reads and writes that pass what a plugin hangs behind the keys of its host.

use std::path::Path;
use std::time::Duration;

use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{
    Error, Event, HookResult, Host, Plugin, assert_outcome_snapshot, assert_trace_snapshot, build,
};

use crate::guest::load;

/// The fixture that works behind keys, in this host.
#[track_caller]
fn behind(host: Host) -> Plugin {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/behind");
    Plugin::load_in(build(&folder).unwrap(), host).unwrap()
}

#[test]
fn what_went_on_last_comes_off_first() {
    let mut plugin = behind(Host::new());
    let _ = plugin.client().command("SET", ("chain:x", "tea"));
    let _ = plugin.client().command("GET", ["chain:x"]);
    let _ = plugin.client().command("GETRANGE", ("chain:x", 1, -1));
    assert_eq!(plugin.storage("chain:x").unwrap(), "teaab");
    assert_trace_snapshot!(plugin);
}

#[test]
fn what_a_command_writes_passes_too() {
    let mut plugin = behind(Host::new());
    let _ = plugin.command("PUT", ("chain:x", "tea", 60));
    let _ = plugin.command("LOOK", ["chain:x"]);
    assert_eq!(plugin.storage("chain:x").unwrap(), "teaab");
    assert_trace_snapshot!(plugin);
}

#[test]
fn hooks_have_an_instance_of_their_own() {
    let mut plugin = behind(Host::new().var("seen", "7"));
    plugin.command("PUT", ("x", "y")).unwrap();
    plugin.command("PUT", ("x", "y")).unwrap();
    assert_eq!(plugin.command("SEEN", ()).unwrap(), 7);
}

#[test]
fn a_restart_gives_hooks_a_fresh_instance_too() {
    let mut plugin = behind(Host::new());
    let ask = |plugin: &mut Plugin| match plugin.fire(Event::new("custom:Asked")).unwrap() {
        HookResult::Modified(Value::Array(counts)) => counts.iter().filter_map(Value::as_i64).collect(),
        _ => Vec::new(),
    };
    assert_eq!((ask(&mut plugin), ask(&mut plugin)), (vec![1, 1], vec![2, 2]));
    plugin.restart().unwrap();
    assert_eq!(ask(&mut plugin), [1, 1]);
}

#[test]
fn a_rejected_read_says_why() {
    let mut plugin = behind(Host::new().storage("chain:x", "raw").storage("secret:x", "raw"));
    assert_outcome_snapshot!(plugin.client().command("GET", ["chain:x"]));
    assert_eq!(
        plugin.client().command("GET", ["secret:x"]).unwrap_err(),
        Error::Denied { message: "NOPERM this is a secret".into() }
    );
}

#[test]
fn a_transformer_that_traps_ends_the_call_whatever_the_guest_makes_of_it() {
    assert_outcome_snapshot!(behind(Host::new()).command("PUT.ANYWAY", ("trap:x", "tea")));
}

#[test]
fn a_transformer_that_traps_ends_what_a_client_does() {
    let mut plugin = behind(Host::new());
    let error = plugin.client().command("SET", ("trap:x", "tea")).unwrap_err();
    assert!(matches!(error, Error::Trapped { .. }), "{error}");
    assert_eq!(plugin.storage("trap:x"), None);
    plugin.client().command("SET", ("x", "tea")).unwrap();
}

#[test]
fn a_transformer_that_never_ends_runs_out_of_fuel() {
    let mut plugin = behind(Host::new().fuel(1_000_000));
    assert_eq!(plugin.client().command("SET", ("spin:x", "tea")).unwrap_err(), Error::OutOfFuel { limit: 1_000_000 });
}

#[test]
fn a_call_and_all_that_it_leads_to_have_the_fuel_of_one_call() {
    let once = behind(Host::new()).command("PUT.AGAIN", ("busy:x", 1)).fuel;
    let limit = once * 3 / 2;
    let mut plugin = behind(Host::new().fuel(limit));
    plugin.command("PUT.AGAIN", ("busy:x", 1)).unwrap();
    assert_eq!(plugin.command("PUT.AGAIN", ("busy:x", 2)).unwrap_err(), Error::OutOfFuel { limit });
    plugin.client().command("SET", ("busy:x", "y")).unwrap();
}

#[test]
fn what_a_client_does_has_the_fuel_of_one_call_from_the_first_hook_to_the_last() {
    let put = |fuel| behind(Host::new().fuel(fuel)).client().command("PUT", ("x", "y"));
    let used = put(1_000_000_000).fuel;
    put(used).unwrap();
    assert_eq!(put(used - 1).unwrap_err(), Error::OutOfFuel { limit: used - 1 });
}

#[test]
fn a_guest_that_goes_on_without_fuel_behind_it_is_ended() {
    let limit = behind(Host::new()).command("PUT.AGAIN", ("busy:x", 3)).fuel;
    let outcome = behind(Host::new().fuel(limit)).command("PUT.AGAIN", ("busy:x", u32::MAX));
    assert_eq!((outcome.host_calls().len(), outcome.unwrap_err()), (4, Error::OutOfFuel { limit }));
}

#[test]
fn what_a_transformer_writes_is_not_transformed() {
    let mut plugin = behind(Host::new());
    plugin.client().command("SET", ("nest:x", "tea")).unwrap();
    assert_eq!(plugin.storage("nest:inner").unwrap(), "chain:a");
}

#[test]
fn hooks_of_one_priority_run_in_the_order_of_export_plugin() {
    let mut plugin = behind(Host::new());
    let _ = plugin.client().command("SET", ("twice:x", "tea"));
    assert_trace_snapshot!(plugin);
}

#[test]
fn hooks_stand_around_every_command() {
    let mut plugin = behind(Host::new());
    let mut client = plugin.client();
    let _ = client.command("PUT.ANYWAY", ("x", "tea"));
    let _ = client.command("incr", ["n"]);
    let _ = client.command("INCR", ["n"]);
    let _ = client.command("FLUSHALL", ());
    let _ = client.command("NOBODY", ());
    let _ = client.command("GET", ());
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_command_has_no_case_and_the_plugins_own_comes_first() {
    let mut plugin = behind(Host::new());
    assert_eq!(plugin.client().command("put", ("x", "tea")).unwrap(), Value::Ok);
    assert_eq!(plugin.client().command("type", ["x"]).unwrap(), "the plugin's");
}

#[test]
fn arguments_that_are_no_list_are_refused() {
    let hook = r#"{"kind":"hook","event":"BeforeCommand","priority":0,"export":"answer"}"#;
    let mut plugin = answering(hook, "*2\r\n$8\r\nmodified\r\n+x\r\n");
    let error = plugin.client().command("GET", ["x"]).unwrap_err();
    insta::assert_snapshot!(error, @"bad output of `answer`: BeforeCommand modifies `args`, a list, not x");
}

#[test]
fn names_that_an_artifact_gives_twice_are_refused() {
    let mut shown = String::new();
    for (one, other) in [
        (r#""kind":"command","name":"A.B","arity":1"#, r#""kind":"command","name":"a.b","arity":1"#),
        (
            r#""kind":"data_type","name":"X","encoding":"compact","version":1"#,
            r#""kind":"data_type","name":"X","encoding":"mine","version":1"#,
        ),
        (
            r#""kind":"storage_backend","prefix":"a:","export":"one""#,
            r#""kind":"storage_backend","prefix":"a:","export":"other""#,
        ),
    ] {
        let records = format!("{{{one}}}\n{{{other}}}").replace('"', "\\\"").replace('\n', "\\n");
        let error = load(Host::new(), &format!("(@custom \"plugsmith\" \"{records}\\n\")")).unwrap_err();
        shown.push_str(&format!("{error}\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_data_type_is_not_taken_for_nothing() {
    let mut plugin = behind(Host::new());
    plugin.command("RAISE", ["chain:x"]).unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| plugin.storage("chain:x"))).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().unwrap(), "`chain:x` holds a FLAG: read it with storage_typed");
}

#[test]
fn an_increment_is_text_to_those_who_change_it() {
    let mut plugin = behind(Host::new());
    assert_eq!(plugin.client().command("INCR", ["chain:n"]).unwrap(), -1);
    assert_eq!(plugin.storage("chain:n").unwrap(), "1ab");
    assert_eq!(plugin.client().command("GET", ["chain:n"]).unwrap(), "1");
}

#[test]
fn a_key_that_a_hook_keeps_is_not_deleted() {
    let mut plugin = behind(Host::new().storage("kept:x", 1).storage("x", 1));
    assert_eq!(
        plugin.client().command("DEL", ["kept:x"]).unwrap_err(),
        Error::Plugin { message: "ERR this stays".into() }
    );
    assert_eq!(plugin.client().command("DEL", ["x"]).unwrap(), 1);
    assert_eq!(plugin.client().command("DEL", ["kept:y"]).unwrap(), 0);
}

#[test]
fn an_expiry_of_no_seconds_is_a_deletion_that_hooks_judge() {
    let mut plugin = behind(Host::new().storage("kept:x", 1).storage("x", 1));
    let stays = Error::Plugin { message: "ERR this stays".into() };
    assert_eq!(plugin.command("END", ("kept:x", 0)).unwrap_err(), stays);
    assert_eq!(plugin.client().command("EXPIRE", ("kept:x", -1)).unwrap_err(), stays);
    assert_eq!(plugin.storage("kept:x"), Some(Value::Integer(1)));
    assert_eq!((plugin.command("END", ("x", 0)).unwrap(), plugin.storage("x")), (Value::Boolean(true), None));
}

#[test]
fn an_expiry_of_no_seconds_is_a_deletion_to_a_backend() {
    let mut plugin = behind(Host::new());
    insta::assert_snapshot!(plugin.command("END", ("square:3", 0)).unwrap_err(), @"READONLY this storage backend is read-only");
}

#[test]
fn every_key_that_expires_is_told_even_where_a_hook_fails() {
    let mut plugin = behind(Host::new());
    for key in ["a", "dear:b", "z"] {
        plugin.client().command("SETEX", (key, 5, "x")).unwrap();
    }
    assert_outcome_snapshot!(plugin.client().wait(Duration::from_secs(5)));
    assert_eq!(plugin.client().wait(Duration::ZERO).unwrap(), [""; 0]);
}

#[test]
fn what_expires_while_time_advances_is_told_by_the_next_wait() {
    let mut plugin = behind(Host::new());
    plugin.client().command("SETEX", ("a", 5, "x")).unwrap();
    plugin.advance(Duration::from_secs(6));
    assert_eq!(plugin.client().wait(Duration::ZERO).unwrap(), ["a"]);
}

#[test]
fn an_increment_does_not_tell_what_nobody_may_read() {
    let mut plugin = behind(Host::new().storage("secret:n", 41));
    let error = plugin.client().command("INCR", ["secret:n"]).unwrap_err();
    assert_eq!(error, Error::Denied { message: "NOPERM this is a secret".into() });
}

#[test]
fn the_hosts_own_commands_answer_as_those_of_redis() {
    let mut plugin = behind(Host::new());
    let mut shown = String::new();
    for line in [
        "SET n 5",
        "INCRBY n +5",
        "INCRBY n 007",
        "INCRBY n -2",
        "SET n 1 NX",
        "SET m 1 XX",
        "SET m 1 NX EX 10",
        "TTL m",
        "SET m 2 xx ex 20",
        "SET m 3 NX XX",
        "SET m 3 EX",
        "SET m 3 EX 0",
        "SET m 3 KEEPTTL",
        "SETEX m 9223372036854775807 3",
        "EXPIRE n 9223372036854775807",
        "EXPIRE n 1.5",
        "EXPIRE n -1",
        "EXPIRE n -1",
        "EXISTS m m n",
        "DEL m m n",
        "DEL",
        "GETRANGE n 01 2",
    ] {
        let (name, arguments) = line.split_once(' ').unwrap_or((line, ""));
        let arguments: Vec<_> = arguments.split_whitespace().map(str::to_owned).collect();
        let answer = match plugin.client().command(name, arguments).result {
            Ok(value) => format!("{value:?}"),
            Err(error) => error.to_string(),
        };
        shown.push_str(&format!("{line} -> {answer}\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_null_of_a_backend_is_no_value() {
    let mut plugin = behind(Host::new());
    let answers = ["GET", "EXISTS", "TTL"].map(|command| plugin.client().command(command, ["square:null"]).unwrap());
    assert_eq!(answers, [Value::Null, Value::Integer(0), Value::Integer(-2)]);
}

#[test]
fn a_command_has_one_name_to_hooks_however_it_is_spelt() {
    let mut plugin = behind(Host::new());
    let error = plugin.client().command("flushall", ()).unwrap_err();
    assert_eq!(error, Error::Denied { message: "NOPERM not here".into() });
}

#[test]
fn a_backend_serves_its_prefix_and_nothing_else() {
    let mut plugin = behind(Host::new().storage("square:3", "hidden").storage("x", 1));
    let mut client = plugin.client();
    for (command, key) in [
        ("GET", "square:3"),
        ("EXISTS", "square:x"),
        ("TYPE", "square:3"),
        ("TTL", "square:3"),
        ("KEYS", "*"),
        ("DEL", "square:3"),
        ("GET", "square:cube:3"),
    ] {
        let _ = client.command(command, [key]);
    }
    assert_trace_snapshot!(plugin);
}

#[test]
fn a_data_type_passes_hooks_alone_and_lives_in_no_backend() {
    let mut plugin = behind(Host::new());
    let _ = plugin.command("RAISE", ["chain:x"]);
    let _ = plugin.command("RAISE", ["square:3"]);
    assert_trace_snapshot!(plugin);
}

#[test]
fn an_increment_goes_both_ways_and_keeps_the_expiry() {
    let mut plugin = behind(Host::new());
    plugin.client().command("SETEX", ("n", 60, 6)).unwrap();
    let sum = plugin.client().command("INCRBY", ("n", 1)).unwrap();
    assert_eq!(sum, 7);
    plugin.client().wait(Duration::from_secs(59)).unwrap();
    assert_eq!(plugin.client().command("TTL", ["n"]).unwrap(), 1);
    assert_eq!(plugin.client().wait(Duration::from_secs(1)).unwrap(), ["n"]);
}

/// A guest whose extension answers `output` to everything.
fn answering(record: &str, output: &str) -> Plugin {
    let bytes = output.bytes().map(|byte| format!("\\{byte:02x}")).collect::<String>();
    let record = record.replace('"', "\\\"");
    let length = output.len();
    let parts = format!(
        r#"(data (i32.const 0) "{bytes}")
           (func (export "answer") (call $output_set (call $block (i32.const 0) (i32.const {length})) (i64.const {length})))
           (@custom "plugsmith" "{record}\n")"#
    );
    load(Host::new(), &parts).unwrap()
}

#[test]
fn an_answer_that_is_none_is_named() {
    let transformer = r#"{"kind":"transformer","on":"read","pattern":"*","priority":0,"export":"answer"}"#;
    let backend = r#"{"kind":"storage_backend","prefix":"x","export":"answer"}"#;
    let hook = r#"{"kind":"hook","event":"OnKeyRead","priority":0,"export":"answer"}"#;
    let mut shown = String::new();
    for (record, output, command) in [
        (transformer, "_\r\n", "GET"),
        (transformer, "-ERR lost\r\n", "GET"),
        (transformer, "$9\r\nshort\r\n", "GET"),
        (transformer, "", "GET"),
        (backend, "+yes\r\n", "EXISTS"),
        (backend, ":2\r\n", "DEL"),
        (backend, ":-3\r\n", "TTL"),
        (backend, ":1\r\n", "KEYS"),
        (backend, "-ERR lost\r\n", "GET"),
        (backend, "-ERR lost\r\n", "TYPE"),
        (hook, "*2\r\n$8\r\nmodified\r\n-ERR lost\r\n", "GET"),
        (hook, "*2\r\n$8\r\nmodified\r\n_\r\n", "GET"),
    ] {
        let mut plugin = answering(record, output);
        plugin.host(|host| host.store.set("x", "tea".into(), None));
        let error = plugin.client().command(command, ["x"]).unwrap_err();
        shown.push_str(&format!("{command} {output:?}: {error}\n"));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn what_a_hook_logs_is_in_the_outcome() {
    let mut plugin = behind(Host::new().storage("kept:x", 1));
    let outcome = plugin.client().command("DEL", ["kept:x"]);
    assert_eq!(outcome.logs().iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["kept:x stays"]);
}
