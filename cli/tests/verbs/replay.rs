//! `replay`.

use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use crate::sandbox::{VERBS, folder, krate, plugsmith, snapshot};
use crate::serve::ORBIS;

/// A session file of this name with these calls.
fn session(name: &str, calls: &str) -> PathBuf {
    let file = folder(&format!("replay-{name}")).join("session.jsonl");
    std::fs::write(&file, format!("{{\"session\":1}}\n{calls}\n")).unwrap();
    file
}

const KV: &str = r#"{"call":"kv","host_calls":[{"module":"extism:host/user","name":"kv_read","arguments":["user"],"answer":"Ada"}],"output":"Ada"}"#;

#[test]
fn answers_every_host_call_from_the_file() {
    let file = session("same", KV);
    snapshot!(plugsmith(["replay", file.to_str().unwrap(), VERBS]));
}

#[test]
fn shows_what_differs_and_ends_with_1() {
    let file =
        session("differs", &KV.replace("\"user\"", "\"name\"").replace("\"output\":\"Ada\"", "\"output\":\"Bob\""));
    snapshot!(plugsmith(["replay", file.to_str().unwrap(), VERBS]));
}

#[test]
fn prints_one_json_object() {
    let file = session("json", &KV.replace("\"user\"", "\"name\""));
    snapshot!(plugsmith(["replay", file.to_str().unwrap(), VERBS, "--json"]));
}

#[test]
fn stops_after_each_host_call() {
    let file = session("step", &[KV, KV].join("\n"));
    let mut command = plugsmith(["replay", file.to_str().unwrap(), VERBS, "--step", "--quiet"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"\n\nc\n").unwrap();
    let output = child.wait_with_output().unwrap();
    insta::assert_snapshot!(String::from_utf8(output.stderr).unwrap(), @r#"kv   kv_read "user" -> "Ada" kv"#);
    assert_eq!(output.stdout, b"replay: 2 calls, 2 host calls, as recorded\n");
}

#[test]
fn says_which_plugin_is_missing_and_what_is_wrong_with_a_file() {
    let file = session("nameless", KV);
    let output = plugsmith(["replay", file.to_str().unwrap()]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("does not say which plugin it is of: name a crate or a .wasm file after it"), "{text}");
    assert_eq!(output.status.code(), Some(2));

    let file = session("broken", r#"{"call":7}"#);
    let output = plugsmith(["replay", file.to_str().unwrap(), VERBS]).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("session.jsonl: line 2: call: expected text"), "{text}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn replays_an_orbis_plugin() {
    let calls = concat!(
        r#"{"call":"state","input":"{}","host_calls":[{"module":"env","name":"state_set","arguments":["n","{\"seen\": true}"]},"#,
        r#"{"module":"env","name":"state_get","arguments":["n"],"answer":"1"}],"output":"1"}"#
    );
    let file = session("orbis", calls);
    snapshot!(plugsmith(["replay", file.to_str().unwrap(), ORBIS]));
}

/// To build a crate is to run its `build.rs`.
#[test]
fn a_session_has_no_crate_of_a_stranger_built() {
    let krate = krate("replay-stranger", "crate-type = [\"cdylib\"]", "");
    let ran = krate.join("ran");
    let script = format!("fn main() {{ std::fs::write({ran:?}, \"\").unwrap(); }}");
    std::fs::write(krate.join("build.rs"), script).unwrap();
    let file = krate.join("session.jsonl");
    for plugin in [krate.clone(), krate.join("Cargo.toml")] {
        std::fs::write(&file, format!("{{\"session\":1,\"plugin\":{plugin:?}}}\n{KV}\n")).unwrap();
        let output = plugsmith(["replay", file.to_str().unwrap()]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("which is not of this workspace, and building it runs its code"), "{text}");
        assert_eq!((output.status.code(), ran.exists()), (Some(2), false));
    }
}

#[test]
fn what_is_no_file_and_what_does_not_fit_in_memory_is_refused_at_once() {
    let folder = folder("replay-hostile");
    let told = |name: &str| {
        let output = plugsmith(["replay", folder.join(name).to_str().unwrap(), VERBS]).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}");
        text.rsplit(&format!("{name}: ")).next().unwrap().to_owned()
    };
    assert!(std::process::Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    std::os::unix::fs::symlink("/dev/zero", folder.join("zeros")).unwrap();
    std::fs::write(folder.join("many"), format!("{{\"session\":1,\"features\":[{}0]}}", "0,".repeat(5_000_000)))
        .unwrap();
    std::fs::write(folder.join("deep"), format!("{{\"session\":1,\"features\":{}", "[".repeat(100_000))).unwrap();
    std::fs::write(folder.join("escapes"), "{\"session\":1,\"\\u001b]0;evil\\u0007\":1}").unwrap();
    let told = ["pipe", "zeros", "many", "deep", "escapes"].map(|name| format!("{name}: {}", told(name)));
    insta::assert_snapshot!(told.concat());
}
