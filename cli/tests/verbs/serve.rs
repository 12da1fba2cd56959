//! `serve`, asked by a real HTTP client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use plugsmith_harness::hosts::orbis::Orbis;
use serde_json::{Value as Json, json};

use crate::sandbox::{folder, plugsmith, root, snapshot};

pub(crate) const ORBIS: &str = "cli/tests/fixtures/orbis.wat";

/// A server that ends with the test.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(command: &mut Command) -> Server {
        if !command.get_args().any(|argument| argument == "--token") {
            command.args(["--token", "test"]);
        }
        let mut child = command.args(["--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.starts_with("http://127.0.0.1:"), "{line:?} {}", rest(&mut child));
        Server { child, url: line.trim().to_owned() }
    }

    /// The status and the body.
    fn send(&self, method: &str, path: &str, token: Option<&str>, body: &[u8]) -> (u16, String) {
        // A header that it sends or not, by which of its features are on.
        let config = ureq::Agent::config_builder().http_status_as_error(false).accept_encoding("").build();
        let agent: ureq::Agent = config.into();
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = request.header("content-type", "application/json").body(body).unwrap();
        let mut response = agent.run(request).unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.send("GET", path, None, b"")
    }

    /// All that it has written to standard error.
    fn stop(mut self) -> String {
        self.child.kill().unwrap();
        rest(&mut self.child)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn rest(child: &mut Child) -> String {
    let mut text = String::new();
    child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
    text
}

fn told((status, body): (u16, String)) -> String {
    format!("{status} {body}")
}

#[test]
fn routes_are_answered_and_traced() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS]));
    let answers = [
        server.get("/number"),
        server.get("/no"),
        server.get("/state"),
        server.get("/fault"),
        server.get("/nowhere"),
        server.send("DELETE", "/number", None, b""),
        server.send("POST", "/echo/7", None, b"1"),
        server.send("POST", "/echo/7", Some("wrong"), b"1"),
        server.send("POST", "/echo/7", Some("test"), b"{\"n\": "),
        server.get("/pages"),
    ];
    insta::assert_snapshot!(answers.map(told).join("\n"));
    let mut settings = crate::sandbox::filters();
    settings.add_filter(r"[\d,]+ fuel, [\d.]+ ms", "[n] fuel, [n] ms");
    settings.add_filter(r"127\.0\.0\.1:\d+", "127.0.0.1:[port]");
    settings.bind(|| insta::assert_snapshot!(server.stop()));
}

#[test]
fn a_response_is_compressed_for_who_asks() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let plain = server.get("/nowhere").1;
    let ask = |accepts: &str, path: &str| {
        let address = server.url.strip_prefix("http://").unwrap();
        let (host, prefix) = address.split_at(address.find('/').unwrap());
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!("host: {host}\r\naccept-encoding: {accepts}\r\nconnection: close");
        write!(stream, "GET {prefix}{path} HTTP/1.1\r\n{head}\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        (String::from_utf8(answer[..end].to_vec()).unwrap().to_lowercase(), answer[end + 4..].to_vec())
    };
    let (head, body) = ask("gzip", "/nowhere");
    assert!(head.contains("content-encoding: gzip") && head.contains("vary: accept-encoding"), "{head}");
    assert!(body.windows(2).any(|window| window == [0x1f, 0x8b]), "{body:?}");
    let (head, body) = ask("identity", "/nowhere");
    assert!(!head.contains("content-encoding"), "{head}");
    assert_eq!(String::from_utf8(body).unwrap(), plain);
    let (head, _) = ask("gzip", "/number");
    assert!(!head.contains("content-encoding"), "it is too short to gain anything: {head}");
}

#[test]
fn a_token_logs_in_and_the_handler_sees_the_request() {
    let server =
        Server::start(&mut plugsmith(["serve", ORBIS, "--quiet", "--token", "s3cret", "--user", "ada", "--admin"]));
    let (status, body) = server.send("POST", "/echo/a%20b?q=1", Some("s3cret"), b"{\"n\": 1}");
    let mut seen: Json = serde_json::from_str(&body).unwrap();
    seen.as_object_mut().unwrap().remove("headers");
    assert_eq!(status, 200);
    assert_eq!(
        seen,
        json!({"method": "POST", "path": "/echo/a b", "params": {"id": "a b"}, "query": {"q": "1"}, "body": {"n": 1},
               "user_id": "ada", "is_admin": true, "user": {"id": "ada", "is_admin": true}})
    );
}

#[test]
fn who_is_logged_in_is_read_letter_by_letter_as_in_the_real_host() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let status = |value: &str| {
        // A header that it sends or not, by which of its features are on.
        let config = ureq::Agent::config_builder().http_status_as_error(false).accept_encoding("").build();
        let agent: ureq::Agent = config.into();
        let sent = agent.post(format!("{}/echo/7", server.url)).header("authorization", value).send("1");
        sent.unwrap().status().as_u16()
    };
    assert_eq!(["Bearer test", "bearer test", "Bearer  test", "test"].map(status), [200, 401, 401, 401]);
}

#[test]
fn the_shipped_host_has_no_database_and_no_http() {
    let options = [["--db", "items.sqlite"], ["--migrations", "sql"], ["--http", "GET https://a/* 200"]];
    let told = options.map(|option| {
        let output = plugsmith(["serve", ORBIS, "--as-shipped"]).args(option).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap().lines().next().unwrap_or_default().to_owned()
    });
    insta::assert_snapshot!(told.join("\n"), @"
    error: the argument '--as-shipped' cannot be used with '--db <FILE>'
    error: the argument '--as-shipped' cannot be used with '--migrations <FOLDER>'
    error: the argument '--as-shipped' cannot be used with '--http <METHOD URL STATUS [BODY]>'
    ");
}

#[test]
fn a_body_of_10_mb_is_413_and_the_server_goes_on() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    assert_eq!(server.send("POST", "/echo/7", Some("test"), &vec![b'1'; 10_000_000]).0, 413);
    assert_eq!(server.get("/number"), (200, "1".to_owned()));
}

#[test]
fn the_shipped_host_wraps_its_answers() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet", "--as-shipped"]));
    assert_eq!(server.get("/number"), (200, r#"{"data":1,"success":true}"#.to_owned()));
    assert_eq!(server.get("/no").0, 200);
    assert_eq!(server.send("POST", "/echo/7", Some("test"), b"").0, 404);
}

#[test]
fn a_plugins_content_length_does_not_break_the_answer() {
    let file = folder("serve-length").join("plugin.wat");
    let text = std::fs::read_to_string(root().join(ORBIS)).unwrap();
    let answer = r#"\28\00\00\00{\"status\": 409, \"body\": {\"error\": \"no\"}}"#;
    let lying = r#"\3a\00\00\00{\"status\":200,\"headers\":{\"content-length\":\"999\"},\"body\":1}"#;
    std::fs::write(&file, text.replace(answer, lying)).unwrap();
    let server = Server::start(plugsmith(["serve", "--quiet"]).arg(&file));
    insta::assert_snapshot!(told(server.get("/no")), @r#"500 {"error":{"code":"PLUGIN_ERROR","message":"bad output of `no`: the header content-length is the server's, which alone knows how it sends the body: leave it out"},"success":false}"#);
}

#[test]
fn another_plugin_and_another_path_are_not_found() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let root = server.url.split("/api").next().unwrap().to_owned();
    let elsewhere = |path: &str| {
        // A header that it sends or not, by which of its features are on.
        let config = ureq::Agent::config_builder().http_status_as_error(false).accept_encoding("").build();
        let agent: ureq::Agent = config.into();
        let mut response = agent.get(format!("{root}{path}")).call().unwrap();
        told((response.status().as_u16(), response.body_mut().read_to_string().unwrap()))
    };
    insta::assert_snapshot!(["/", "/api/plugins/other/number", "/api/plugins/wat"].map(elsewhere).join("\n"));
}

#[test]
fn a_folder_is_served_that_the_real_servers_scan_finds() {
    let folder = folder("serve-folder");
    let wasm = wat::parse_file(root().join(ORBIS)).unwrap();
    std::fs::write(folder.join("plugin.wasm"), wasm).unwrap();
    let server = Server::start(plugsmith(["serve", "--quiet"]).arg(&folder));
    assert_eq!(told(server.get("/number")), "200 1");
    std::fs::rename(folder.join("plugin.wasm"), folder.join("wat.wasm")).unwrap();
    snapshot!(plugsmith(["serve"]).arg(&folder));
}

#[test]
fn a_plugin_is_found_by_its_encoded_name_too() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let encoded = Server { url: server.url.replace("/wat", "/w%61t"), child: Command::new("true").spawn().unwrap() };
    assert_eq!(told(encoded.get("/number")), "200 1");
}

#[test]
fn the_shipped_server_answers_some_paths_itself_and_lets_nobody_log_in_by_default() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--as-shipped", "--without-auth", "--admin"]));
    let answers = [
        server.send("POST", "/echo/%7Bid%7D", Some("test"), b"1"),
        server.send("OPTIONS", "/number", None, b""),
        server.send("POST", "/pages", None, b""),
        server.send("POST", "/disable", Some("test"), b""),
        server.get("/number%FF"),
    ];
    insta::assert_snapshot!(answers.map(|answer| told(answer).trim_end().to_owned()).join("\n"), @r#"
    401 {"error":{"code":"AUTH_ERROR","message":"Authentication required"},"success":false}
    200
    405
    500 {"error":{"code":"AUTH_NOT_CONFIGURED","message":"Authentication is not configured"},"success":false}
    400 Invalid URL: Invalid UTF-8 in `path`
    "#);
    assert!(server.stop().contains("nobody can log in"));
}

#[test]
fn one_mistake_is_worded_alike_by_serve_and_pack() {
    snapshot!(plugsmith(["serve", crate::sandbox::VERBS, "--quiet"]));
    snapshot!(plugsmith(["pack", crate::sandbox::VERBS, "--quiet"]));
    let folder = folder("serve-no-manifest");
    let text = std::fs::read_to_string(root().join(ORBIS)).unwrap();
    std::fs::write(folder.join("a.wat"), text.replace("(@custom \"manifest\"", "(@custom \"other\"")).unwrap();
    snapshot!(plugsmith(["serve", "a.wat"]).current_dir(&folder));
    snapshot!(plugsmith(["pack", "a.wat"]).current_dir(&folder));
}

#[test]
fn database_and_state_outlive_the_server() {
    let files = folder("serve-files");
    let (database, state) = (files.join("items.sqlite"), files.join("state.json"));
    let sdk = || {
        let mut command = plugsmith(["serve", "harness/tests/fixtures/orbis-sdk", "--quiet"]);
        Server::start(command.arg("--db").arg(&database).arg("--state").arg(&state))
    };
    let server = sdk();
    assert_eq!(server.send("POST", "/items", None, br#"{"name": "lamp"}"#), (201, r#"{"id":1}"#.to_owned()));
    assert_eq!(server.send("GET", "/visits", Some("test"), b"").1, r#"{"visits":1}"#);
    drop(server);
    let server = sdk();
    assert_eq!(server.get("/items/1"), (200, r#"{"id":1,"name":"lamp","price":null}"#.to_owned()));
    assert_eq!(server.send("GET", "/visits", Some("test"), b"").1, r#"{"visits":2}"#);
}

#[test]
fn a_recording_becomes_a_test() {
    let file = folder("serve-record").join("requests.jsonl");
    let server = Server::start(plugsmith(["serve", ORBIS, "--quiet"]).arg("--record").arg(&file));
    server.get("/number");
    server.send("POST", "/echo/7", Some("test"), b"[7]");
    server.send("POST", "/echo/7", None, b"[7]");
    drop(server);
    insta::assert_snapshot!(without_port(&std::fs::read_to_string(&file).unwrap()));
    // A replay of the plugin alone, past its router.
    let session = plugsmith_harness::powers::replay::Session::read(&file).unwrap();
    let mut app = Orbis::as_documented().load(root().join(ORBIS)).unwrap();
    let report = plugsmith_harness::powers::replay(session).check(&mut app);
    report.assert();
    assert_eq!(report.calls, 2);
    let mut app = Orbis::as_documented().load(root().join(ORBIS)).unwrap();
    app.replay(&file).unwrap();
    plugsmith_harness::assert_trace_snapshot!(app, suffix = "trace");
}

/// The text with another port than the one that the system gave.
fn without_port(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + "127.0.0.1:PORT" + part.trim_start_matches(|letter: char| letter.is_ascii_digit())
    })
}

/// The fixture in a folder of its own, and a server of it.
fn copied(test: &str) -> (PathBuf, String, Server) {
    let file = folder(test).join("plugin.wat");
    let text = std::fs::read_to_string(root().join(ORBIS)).unwrap();
    std::fs::write(&file, &text).unwrap();
    let server = Server::start(plugsmith(["serve"]).arg(&file));
    (file, text, server)
}

/// Asks until the answer is the expected one: the server looks at its files from time to time.
fn expect(server: &Server, path: &str, answer: &str) {
    let started = Instant::now();
    while server.get(path).1 != answer {
        assert!(started.elapsed() < Duration::from_secs(20), "{path} is still {:?}", server.get(path));
        std::thread::yield_now();
    }
}

#[test]
fn a_plugin_that_changes_is_replaced_and_its_state_stays() {
    let (file, text, server) = copied("serve-reload");
    server.get("/state");
    let changed =
        text.replace("\\00\\00\\001\"", "\\00\\00\\002\"").replace("(export \"state\")", "(export \"state_1\")");
    let changed = changed.replace("(func (export \"no\")", "(func (export \"state\") (param i32 i32) (result i32) (call $state_get (i32.const 32) (i32.const 1)))\n(func (export \"no\")");
    std::fs::write(&file, changed).unwrap();
    expect(&server, "/number", "2");
    assert_eq!(server.get("/state"), (200, r#"{"seen":true}"#.to_owned()));
}

#[test]
fn a_plugin_that_is_renamed_is_found_by_whoever_asks_for_the_old_one() {
    let (file, text, mut server) = copied("serve-rename");
    std::fs::write(&file, text.replace(r#"\"name\": \"wat\""#, r#"\"name\": \"what\""#)).unwrap();
    let mut told = BufReader::new(server.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(told.any(|line| line == "the new plugin is in place, and has another name: /api/plugins/what"));
    insta::assert_snapshot!(server.get("/number").1, @r#"{"error":{"code":"NOT_FOUND","message":"Plugin 'wat' not found: 'what' is served here, at /api/plugins/what/.."},"success":false}"#);
}

#[test]
fn a_plugin_that_breaks_is_served_as_it_was() {
    let (file, text, mut server) = copied("serve-broken");
    std::fs::write(&file, "(module").unwrap();
    let mut told = BufReader::new(server.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(told.any(|line| line == "the plugin is served as it was"));
    assert_eq!(server.get("/number").1, "1");
    std::fs::write(&file, text.replace("\\00\\00\\001\"", "\\00\\00\\003\"")).unwrap();
    assert!(told.any(|line| line == "the new plugin is in place"));
    assert_eq!(server.get("/number").1, "3");
}

/// A plugin that says of itself only what it must.
const CRATE: &str = r##"
#[used]
#[unsafe(link_section = "manifest")]
static MANIFEST: [u8; 34] = *br#"{"name":"paged","version":"1.0.0"}"#;

#[unsafe(no_mangle)]
extern "C" fn allocate(_: i32) -> i32 {
    0
}
"##;

#[test]
fn pages_beside_the_manifest_are_served_and_served_anew() {
    let folder = crate::sandbox::krate("serve-pages", "crate-type = [\"cdylib\"]", CRATE);
    let write = |title: &str| {
        let pages = json!([{"route": "/p", "title": title, "sections": [], "requires_auth": false}]);
        std::fs::write(folder.join("pages.json"), pages.to_string()).unwrap();
    };
    write("One");
    let server = Server::start(plugsmith(["serve", "--quiet"]).arg(&folder));
    let pages = server.get("/pages").1;
    assert!(pages.contains(r#""title":"One""#), "{pages}");
    write("Other");
    expect(&server, "/pages", &pages.replace("One", "Other"));
}

#[test]
fn a_migration_that_is_added_runs_at_once() {
    let migrations = folder("serve-migrations");
    let first = root().join("harness/tests/fixtures/orbis-sdk/migrations/1_items.sql");
    std::fs::copy(first, migrations.join("1_items.sql")).unwrap();
    let sdk = ["serve", "harness/tests/fixtures/orbis-sdk", "--quiet", "--migrations"];
    let server = Server::start(plugsmith(sdk).arg(&migrations));
    assert_eq!(server.get("/items/1").0, 404);
    std::fs::write(migrations.join("2.sql"), "INSERT INTO items (name) VALUES ('lamp');").unwrap();
    expect(&server, "/items/1", r#"{"id":1,"name":"lamp","price":null}"#);
}

#[test]
fn a_request_is_made_again_where_the_server_is() {
    let mut server = Server::start(&mut plugsmith(["serve", ORBIS, "--token", "s3cret"]));
    assert_eq!(server.send("GET", "/fault", Some("s3cret"), b"").0, 500);
    let mut told = BufReader::new(server.child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let again = told.find(|line| line.contains("curl")).unwrap();
    let (url, json) = (&server.url, "content-type: application/json");
    assert_eq!(again.trim(), format!("curl -i {url}/fault -H 'authorization: Bearer s3cret' -H '{json}'"));
}

/// A client that never sends the body it has announced must not keep the server alive.
#[cfg(unix)]
#[test]
fn an_interrupted_server_does_not_wait_for_half_a_request() {
    let mut server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let address = server.url.trim_start_matches("http://").split('/').next().unwrap();
    let mut client = TcpStream::connect(address).unwrap();
    let head = "POST /api/plugins/wat/echo/7 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer test\r\n\
                content-length: 9\r\nexpect: 100-continue\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    // The server waits for the body from here on.
    let mut line = String::new();
    BufReader::new(&client).read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    let sent = Command::new("kill").args(["-INT", &server.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let started = Instant::now();
    let ended = loop {
        match server.child.try_wait().unwrap() {
            Some(ended) => break ended,
            None => assert!(started.elapsed() < Duration::from_secs(20), "the server is still there"),
        }
        std::thread::yield_now();
    };
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = plugsmith(["serve", ORBIS, "--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap().replace(&port, "[port]");
    insta::assert_snapshot!(told);
}

#[test]
fn what_orbis_cannot_load_is_refused() {
    snapshot!(plugsmith(["serve", crate::sandbox::VERBS]));
}

/// What DNS rebinding makes a browser send: the page's own name, which leads to this machine.
#[test]
fn only_this_machines_names_and_the_allowed_one_are_answered() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--allow-host", "dev.example"]));
    let address = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap().to_owned();
    let path = server.url.split_once(&address).unwrap().1;
    let ask = |method: &str, host: &str, more: &str| {
        let mut stream = TcpStream::connect(&address).unwrap();
        write!(stream, "{method} {path}/number HTTP/1.1\r\nhost: {host}\r\n{more}connection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    for host in [address.as_str(), "localhost:1", "127.0.0.1", "DEV.example:80"] {
        assert_eq!(ask("GET", host, ""), "200", "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""] {
        assert_eq!(ask("GET", host, ""), "403", "{host}");
    }
    assert_eq!(ask("POST", "localhost", "origin: http://evil.example\r\n"), "403");
    assert_eq!(ask("POST", "localhost", "origin: null\r\n"), "403");
    assert_ne!(ask("POST", "localhost", "origin: http://localhost:3000\r\n"), "403");
}

/// The status that answers what a raw socket sends, before the client sends no more.
fn raw(server: &Server, request: &str) -> String {
    let address = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.replace("HOST", address).as_bytes()).unwrap();
    // Nothing more comes.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap_or("no answer").to_owned()
}

#[test]
fn a_body_that_is_cut_short_or_broken_is_400() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let post = |more: &str| {
        let path = "/api/plugins/wat/echo/7";
        raw(&server, &format!("POST {path} HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer test\r\n{more}"))
    };
    let answers = [
        post("content-length: 9\r\n\r\n[1,"),
        post("content-length: 9\r\n\r\n"),
        post("transfer-encoding: chunked\r\n\r\n3\r\n[1,\r\n"),
        post("transfer-encoding: chunked\r\n\r\nxyz\r\n[1]\r\n0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n\r\n2\r\n[1]\r\n0\r\n\r\n"),
        post("transfer-encoding: chunked\r\n\r\nfffffffffffffffffff\r\n[1]\r\n0\r\n\r\n"),
        post("content-length: 9, 8\r\n\r\n[1,2,3,4]"),
        post("content-length: -1\r\n\r\n[1]"),
    ];
    assert_eq!(answers, ["400"; 8]);
    assert_eq!(server.send("POST", "/echo/7", Some("test"), b"[1]").0, 200);
}

/// A stranger does not make the server wait for a body, or hold one.
#[test]
fn a_body_is_not_read_before_the_route_and_the_token_are_known() {
    let server = Server::start(&mut plugsmith(["serve", ORBIS, "--quiet"]));
    let address = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let ask = |method: &str, path: &str, more: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        let head =
            format!("{method} /api/plugins/{path} HTTP/1.1\r\nhost: {address}\r\n{more}content-length: 9\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // The body is never sent, and the connection stays open.
        let mut line = String::new();
        BufReader::new(&stream).read_line(&mut line).unwrap();
        line.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(ask("POST", "wat/echo/7", ""), "401");
    assert_eq!(ask("POST", "wat/echo/7", "authorization: Bearer tess\r\n"), "401");
    assert_eq!(ask("POST", "wat/none", "authorization: Bearer test\r\n"), "404");
    assert_eq!(ask("POST", "wat/number", "authorization: Bearer test\r\n"), "405");
    assert_eq!(ask("POST", "other/echo/7", "authorization: Bearer test\r\n"), "404");
    assert_eq!(ask("POST", "wat/echo/7", "origin: http://evil.example\r\n"), "403");
}

/// It notes that it runs, and then takes all the time that there is.
const SLOW: &str = r#"(module
  (import "env" "state_set" (func $state_set (param i32 i32 i32 i32) (result i32)))
  (import "env" "state_get" (func $state_get (param i32 i32) (result i32)))
  (memory (export "memory") 200)
  (data (i32.const 32) "n1")
  (func (export "allocate") (param i32) (result i32) (i32.const 65536))
  (func (export "slow") (param i32 i32) (result i32)
    (drop (call $state_set (i32.const 32) (i32.const 1) (i32.const 33) (i32.const 1)))
    (loop $again
      (memory.fill (i32.const 131072) (i32.const 0) (i32.const 12000000))
      (br $again))
    unreachable)
  (func (export "is_running") (param i32 i32) (result i32)
    (call $state_get (i32.const 32) (i32.const 1)))
  (@custom "manifest" "{\"name\": \"slow\", \"version\": \"1.0.0\", \"routes\": ["
    "{\"method\": \"GET\", \"path\": \"/slow\", \"handler\": \"slow\", \"requires_auth\": false},"
    "{\"method\": \"GET\", \"path\": \"/is_running\", \"handler\": \"is_running\", \"requires_auth\": false}]}"))"#;

#[test]
fn a_request_that_takes_long_keeps_no_other_waiting() {
    let folder = folder("serve-slow");
    let plugin = folder.join("slow.wat");
    std::fs::write(&plugin, SLOW).unwrap();
    let server = Server::start(&mut plugsmith(["serve", plugin.to_str().unwrap(), "--quiet"]));
    let address = server.url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    write!(slow, "GET /api/plugins/slow/slow HTTP/1.1\r\nhost: {address}\r\n\r\n").unwrap();
    while server.get("/is_running") != (200, "1".to_owned()) {}
    // It runs, and another was answered meanwhile.
    slow.set_nonblocking(true).unwrap();
    let nothing = slow.read(&mut [0]).unwrap_err();
    assert_eq!(nothing.kind(), std::io::ErrorKind::WouldBlock);
}
