//! The host of a Query server.

use plugsmith_harness::hosts::query::{Entry, JavaScript, Options, Plugins, Query, file_name};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin, Profile, build_with};

use crate::guest::{GUEST, folder};

const NAME: &str = "query-plugin-guest.wasm";

fn query() -> Query {
    Query::new().push(NAME, GUEST.as_bytes()).unwrap()
}

#[test]
fn text_goes_in_and_text_comes_out() {
    let mut query = query();
    for input in ["hello", "", "h\u{e9}llo \u{1f44b}", "line\nline"] {
        assert_eq!(query.plugin(NAME, "echo", input, None).javascript(), JavaScript::Returned(input.to_owned()));
    }
}

/// What a script can catch, and what it cannot: the server's own words, and the harness's cause.
#[test]
fn every_failure_is_shown_as_javascript_sees_it_and_with_its_cause() {
    let mut query = query().push("kv.wasm", KV.as_bytes()).unwrap();
    let calls = [
        ("plugin_guest.wasm", "echo", "x", None),
        (NAME, "echo", "x", Some("{")),
        (NAME, "echo", "x", Some("null")),
        (NAME, "ecco", "x", None),
        (NAME, "with_parameters", "x", None),
        (NAME, "fail", "the reason", None),
        (NAME, "trap", "", None),
        (NAME, "not_text", "", None),
        (NAME, "spin", "", Some(r#"{"timeout": 50}"#)),
        (NAME, "grow", "0123456789", Some(r#"{"memory": {"max_pages": 5}}"#)),
        (NAME, "fetch", r#"{"url":"https://example.com/"}"#, None),
        (NAME, "echo", "x", Some(r#"{"allowed_paths": {"/no/such/folder": "/mnt"}}"#)),
        ("kv.wasm", "run", "", None),
    ];
    let mut told = Vec::new();
    for (name, function, input, options) in calls {
        let answer = query.plugin(name, function, input, options);
        told.push(format!("{answer}\n{:?} {:?}", answer.javascript(), answer.javascript().response()));
    }
    insta::assert_snapshot!(told.join("\n\n"));
}

/// It asks for a function of a host's own, which Query has none of.
const KV: &str =
    r#"(module (import "extism:host/user" "kv_read" (func (param i64) (result i64))) (func (export "run")))"#;

/// The options as the server reads them: which keys count, which are passed over, which are errors.
#[test]
fn options_are_read_as_the_server_reads_them() {
    let options = [
        "",
        "{}",
        r#"{"config": {"user": "Ada"}}"#,
        r#"{"config": null, "memory": null, "timeout": null, "allowed_hosts": null, "allowed_paths": null}"#,
        r#"{"config": {"user": "Ada"}, "timeout_ms": 1, "anything": [1]}"#,
        r#"{"config": {"user": 7}}"#,
        r#"{"config": {"user": null}}"#,
        r#"{"memory": {"max_pages": 100, "max_http_response_bytes": 1, "max_var_bytes": 1}, "config": {"user": "Bob"}}"#,
        r#"{"memory": {"max": 5}}"#,
        r#"{"timeout": "300"}"#,
        r#"{"timeout": -1}"#,
        r#"{"timeout": 1.5}"#,
        r#"{"allowed_hosts": "example.com"}"#,
        r#"{"allowed_paths": ["/mnt"]}"#,
        r#"{"timeout": 300, "timeout": 400}"#,
        "[null, null, null, {\"user\": \"a list\"}, null]",
        "7",
    ];
    let mut query = query();
    let told =
        options.map(|text| format!("{text}\n  {:?}", query.plugin(NAME, "config", "user", Some(text)).javascript()));
    insta::assert_snapshot!(told.join("\n"));
}

/// The page says that `null` allows all hosts. The server says that it allows none.
#[test]
fn no_host_is_allowed_unless_it_is_named() {
    let allowed = |options| {
        let mut query = query().http("GET *", HttpResponse::new(200, "page"));
        query.plugin(NAME, "fetch", r#"{"url":"https://api.example.com/"}"#, options).result().is_ok()
    };
    let options = [
        None,
        Some(""),
        Some("{}"),
        Some(r#"{"allowed_hosts": null}"#),
        Some(r#"{"allowed_hosts": []}"#),
        Some(r#"{"allowed_hosts": ["example.com"]}"#),
        Some(r#"{"allowed_hosts": ["*.example.com"]}"#),
        Some(r#"{"allowed_hosts": ["*"]}"#),
    ];
    assert_eq!(options.map(allowed), [false, false, false, false, false, false, true, true]);
}

/// The server does not switch them on, in Extism they are off.
#[test]
fn headers_of_responses_are_kept_back() {
    let request = r#"{"url":"https://api.example.com/"}"#;
    let response = || HttpResponse::new(200, "page").header("ETag", "7");
    let mut query = query().http("GET *", response());
    assert_eq!(query.plugin(NAME, "fetch_headers", request, Some(r#"{"allowed_hosts": ["*"]}"#)).unwrap(), "");
    let mut switched_on = Plugin::load_in(GUEST.as_bytes(), Host::new().http("GET *", response())).unwrap();
    assert_eq!(switched_on.call::<String>("fetch_headers", request).unwrap(), r#"{"etag":"7"}"#);
}

#[test]
fn variables_never_persist() {
    let mut query = query();
    let seen = [0, 1, 2].map(|_| query.plugin(NAME, "remember", "one", None).unwrap());
    assert_eq!(seen, ["", "", ""]);
}

#[test]
fn configuration_of_one_call_is_not_the_next_ones() {
    let mut query = query();
    assert_eq!(query.plugin(NAME, "config", "user", Some(r#"{"config": {"user": "Ada"}}"#)).unwrap(), "Ada");
    assert_eq!(query.plugin(NAME, "config", "user", None).unwrap(), "");
}

#[test]
fn an_allowed_folder_is_read() {
    let folder = folder("query");
    std::fs::write(folder.join("hello.txt"), "from disk").unwrap();
    let options = format!(r#"{{"allowed_paths": {{"{}": "/mnt"}}}}"#, folder.display());
    assert_eq!(query().plugin(NAME, "read_file", "hello.txt", Some(&options)).unwrap(), "from disk");
}

#[test]
fn the_cause_of_a_crash_is_the_harnesss_error() {
    let cause = query().plugin(NAME, "fail", "the reason", None).unwrap_err();
    assert_eq!(cause, Error::Plugin { message: "the reason".to_owned() });
}

#[test]
fn what_is_no_plugin_cannot_be_pushed() {
    assert!(matches!(Query::new().push("a.wasm", &b"no wasm"[..]).unwrap_err(), Error::InvalidModule { .. }));
    assert!(matches!(Query::new().push("a.wasm", "no/such.wasm").unwrap_err(), Error::MissingArtifact { .. }));
}

/// The example as it ships: what it hashes, it verifies, and every salt is another.
#[test]
fn argon2_runs_as_query_runs_it() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/query-argon2");
    let artifact = build_with(&folder, Profile::Release, &mut |_| {}).unwrap();
    let mut query = Query::new().push("query-plugin-argon2.wasm", artifact).unwrap().random_seed(7);
    let mut argon2 = |function, input: &str| query.plugin("query-plugin-argon2.wasm", function, input, None).unwrap();
    let (one, other) = (argon2("hash", "password"), argon2("hash", "password"));
    assert_ne!(one, other);
    let ask = |password: &str, hash: &str| format!(r#"{{"password":"{password}","hash":"{hash}"}}"#);
    assert_eq!(argon2("verify", &ask("password", &one)), "true");
    assert_eq!(argon2("verify", &ask("Password", &other)), "false");
    assert!(argon2("verify", "no question").starts_with("error: "));
}

#[test]
fn the_list_of_plugins_is_written_as_query_writes_it() {
    let path = folder("plugins").join(".query/plugins.toml");
    let mut plugins = Plugins::read(&path).unwrap();
    let entry = |name: &str, tag: &str| Entry {
        name: name.to_owned(),
        tag: tag.to_owned(),
        url: format!("https://github.com/gc-victor/{name}/releases/download/{tag}/{name}"),
        sha256: "0a1b".to_owned(),
        repo_url: format!("https://github.com/gc-victor/{name}"),
        published_at: "2024-07-26T13:56:19Z".to_owned(),
    };
    plugins.put(entry("query-plugin-argon2.wasm", "v0.1.0"));
    plugins.put(entry("query-plugin-other.wasm", "v1.0.0"));
    plugins.put(entry("query-plugin-argon2.wasm", "v0.2.0"));
    plugins.write(&path).unwrap();
    assert_eq!(Plugins::read(&path).unwrap(), plugins);
    insta::assert_snapshot!(std::fs::read_to_string(path).unwrap());
}

#[test]
fn what_else_is_in_the_list_of_plugins_stays() {
    let path = folder("plugins-kept").join("plugins.toml");
    let text = "# ours\npinned = true\n\n[[plugin]]\nname = \"query-plugin-a.wasm\" # the first\ntag = \"v1\"\nwhy = \"fast\"\n\n\
                # the second\n[[plugin]]\nname = \"query-plugin-b.wasm\"\n\n[other]\nkey = 1\n";
    std::fs::write(&path, text).unwrap();
    let mut plugins = Plugins::read(&path).unwrap();
    plugins.put(Entry { name: "query-plugin-a.wasm".to_owned(), tag: "v2".to_owned(), ..Entry::default() });
    plugins.put(Entry { name: "query-plugin-c.wasm".to_owned(), tag: "v1".to_owned(), ..Entry::default() });
    plugins.write(&path).unwrap();
    assert_eq!(Plugins::read(&path).unwrap(), plugins);
    insta::assert_snapshot!(std::fs::read_to_string(&path).unwrap(), @r#"
    # ours
    pinned = true

    [[plugin]]
    name = "query-plugin-a.wasm" # the first
    tag = "v2"
    why = "fast"
    url = ""
    sha256 = ""
    repo_url = ""
    published_at = ""

    # the second
    [[plugin]]
    name = "query-plugin-b.wasm"
    tag = ""
    url = ""
    sha256 = ""
    repo_url = ""
    published_at = ""

    [[plugin]]
    name = "query-plugin-c.wasm"
    tag = "v1"
    url = ""
    sha256 = ""
    repo_url = ""
    published_at = ""

    [other]
    key = 1
    "#);
}

#[test]
fn a_list_of_plugins_that_is_none_is_refused() {
    let wrong = |text| Plugins::parse(text).unwrap_err().to_string();
    insta::assert_snapshot!(
        [wrong("[plugin"), wrong("[[plugin]]\ntag = \"v1\""), wrong("[plugin]\nname = 1")].join("\n")
    );
}

#[test]
fn a_package_has_a_file_that_query_installs() {
    let names = ["query-argon2", "query-plugin-argon2", "argon2", "my_plugin"].map(file_name);
    assert_eq!(
        names,
        [
            "query-plugin-argon2.wasm",
            "query-plugin-argon2.wasm",
            "query-plugin-argon2.wasm",
            "query-plugin-my-plugin.wasm"
        ]
    );
}

/// The server's own lines on the runtime itself (crates/runtime/src/plugin.rs), without the harness.
fn real(function: &str, input: &str, options: &str) -> Option<String> {
    let options: serde_json::Value = serde_json::from_str(options).unwrap();
    let mut manifest = ::extism::Manifest::new([::extism::Wasm::data(GUEST.as_bytes()).with_name(NAME)]);
    if let Some(memory) = options.get("memory") {
        manifest = manifest.with_memory_options(serde_json::from_value(memory.clone()).unwrap());
    }
    if let Some(paths) = options.get("allowed_paths") {
        let paths: std::collections::HashMap<String, std::path::PathBuf> =
            serde_json::from_value(paths.clone()).unwrap();
        manifest = manifest.with_allowed_paths(paths.into_iter());
    }
    if let Some(config) = options.get("config") {
        let config: std::collections::HashMap<String, String> = serde_json::from_value(config.clone()).unwrap();
        manifest = manifest.with_config(config.into_iter());
    }
    if let Some(timeout) = options.get("timeout") {
        manifest = manifest.with_timeout(std::time::Duration::from_millis(timeout.as_u64().unwrap()));
    }
    let mut plugin = ::extism::Plugin::new(&manifest, [], true).ok()?;
    plugin.call::<&str, &str>(function, input).ok().map(str::to_owned)
}

#[test]
fn the_runtime_gives_the_same_outputs_and_fails_where_the_harness_fails() {
    let folder = folder("query-real");
    std::fs::write(folder.join("hello.txt"), "from disk").unwrap();
    let options = [
        "{}".to_owned(),
        r#"{"config": {"user": "Ada", "": "empty"}, "timeout": 200}"#.to_owned(),
        r#"{"memory": {"max_pages": 3, "max_var_bytes": 53}}"#.to_owned(),
        r#"{"memory": {"max_pages": 0}}"#.to_owned(),
        r#"{"memory": {"max_var_bytes": 0}}"#.to_owned(),
        format!(r#"{{"allowed_paths": {{"ro:{}": "/mnt"}}}}"#, folder.display()),
        r#"{"allowed_paths": {"/no/such/folder": "/mnt"}}"#.to_owned(),
    ];
    let functions = [
        "echo",
        "config",
        "remember",
        "fetch",
        "fail",
        "trap",
        "grow",
        "not_text",
        "with_parameters",
        "read_file",
        "make_file",
        "ecco",
        "",
    ];
    let inputs = ["user", "hello.txt", "h\u{e9}llo\u{0}"];
    let mut query = query();
    for options in &options {
        for function in functions {
            for input in inputs {
                let ours = query.plugin(NAME, function, input, Some(options));
                let real = real(function, input, options);
                assert_eq!(ours.result().ok().map(str::to_owned), real, "{function} {input:?} {options}");
            }
        }
    }
}

#[test]
fn the_fourth_argument_is_null_or_a_text() {
    let mut query = Query::new().push("up.wasm", &br#"(module (func (export "run")))"#[..]).unwrap();
    assert_eq!(query.plugin_with("up.wasm", "run", "", Options::Null).unwrap(), "");
    assert_eq!(query.plugin_with("up.wasm", "run", "", Options::Text("{}")).unwrap(), "");
    let traces =
        [Options::Missing, Options::Object].map(|options| query.plugin_with("up.wasm", "run", "", options).trace());
    insta::assert_snapshot!(traces.join("\n"), @r#"
    plugin("up.wasm", "run", "")
    => throws TypeError: Error calling function with 3 argument(s) while 4 where expected
    plugin("up.wasm", "run", "", "[object Object]")
    => throws TypeError: Error converting from js 'object' into type 'string'
    "#);
    // It is judged before the plugin is looked for.
    let answer = query.plugin_with("none.wasm", "run", "", Options::Missing);
    assert!(matches!(answer.javascript(), JavaScript::Threw(message) if message.starts_with("TypeError")));
}
