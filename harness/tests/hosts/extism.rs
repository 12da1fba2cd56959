//! The host of an Extism manifest.

use plugsmith_harness::hosts::extism::{self, HttpRequest, Manifest, MemoryOptions, Wasm};
use plugsmith_harness::plugsmith::HttpResponse;
use plugsmith_harness::{Error, Host, Plugin};

use crate::guest::{GUEST, folder};

/// The bytes that `Wasm::data` hashes: the text itself.
fn guest() -> Manifest {
    Manifest::new([Wasm::data(GUEST.as_bytes())])
}

fn load(manifest: &Manifest) -> Plugin {
    extism::load(manifest, Host::new()).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    match extism::load(&Manifest::new([Wasm::data(bytes).with_hash("")]), Host::new()) {
        Err(Error::HashMismatch { found, .. }) => found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_manifest_of_the_page_is_read_from_json() {
    let manifest = extism::parse(
        r#"{
          "wasm": [{"path": "plugin.wasm", "hash": "abc123"}],
          "allowed_hosts": ["api.example.com", "*.github.com"],
          "allowed_paths": {"/host/data": "/mnt"},
          "config": {"api_key": "secret"},
          "memory": {"max_pages": 16, "max_http_response_bytes": 1048576, "max_var_bytes": 4096},
          "timeout_ms": 5000
        }"#,
    );
    insta::assert_snapshot!(extism::to_toml(&manifest.unwrap()));
}

#[test]
fn what_is_written_is_read_back() {
    let manifest = Manifest::new([
        Wasm::file("plugin.wasm").with_hash("abc123"),
        Wasm::data(vec![0, 97, 115, 109]).with_name("main"),
        Wasm::http(HttpRequest::new("https://example.com/plugin.wasm").with_header("Authorization", "Bearer token"))
            .with_hash("def"),
    ])
    .disallow_all_hosts()
    .with_allowed_path("ro:data".to_owned(), "/mnt")
    .with_config_key("user", "Ada")
    .with_memory_options(MemoryOptions::new().with_max_pages(20).with_max_var_bytes(0))
    .with_timeout(std::time::Duration::from_secs(5));
    assert_eq!(extism::parse(&extism::to_json(&manifest)).unwrap(), manifest);
    assert_eq!(extism::parse(&extism::to_toml(&manifest)).unwrap(), manifest);
    insta::assert_snapshot!(extism::to_json(&manifest));
}

#[test]
fn what_is_written_of_nothing_is_nothing() {
    for text in [r#"{"wasm": [], "allowed_hosts": [], "allowed_paths": {}}"#, r#"{"wasm": []}"#] {
        let manifest = extism::parse(text).unwrap();
        assert_eq!(extism::parse(&extism::to_json(&manifest)).unwrap(), manifest);
        assert_eq!(extism::parse(&extism::to_toml(&manifest)).unwrap(), manifest);
    }
}

#[test]
fn every_mistake_in_a_manifest_is_named() {
    let mistakes = [
        "",
        "wasm = 7",
        "nonsense",
        "{\"wasm\": [}",
        r#"{"wasm": [{"path": "a.wasm"}], "timeout": 300}"#,
        r#"{"wasm": [{"path": "a.wasm"}], "allowed_host": []}"#,
        r#"{"wasm": [{"path": "a.wasm"}], "memory": {"max": 5}}"#,
        r#"{"wasm": [{"path": "a.wasm"}], "config": {"n": 7}}"#,
        r#"{"wasm": [{"path": "a.wasm"}, {"file": "b.wasm"}]}"#,
        r#"{"wasm": [{"path": "a.wasm", "hsh": "b"}]}"#,
        r#"{"wasm": [{"path": "a.wasm", "url": "https://example.com/a.wasm"}]}"#,
        r#"{"wasm": [{"path": "a.wasm", "hash": 7}]}"#,
        "\u{feff}{\"wasm\": [{\"path\": \"a.wasm\"}]}",
        r#"{"wasm": [{"data": {"ptr": 1, "len": 1000}}]}"#,
        r#"{"wasm": [{"path": "a.wasm"}, {"path": "b.wasm"}, {"path": "c.wasm"}]}"#,
    ];
    let mut told = String::new();
    for text in mistakes {
        let error = extism::parse(text).and_then(|manifest| extism::load(&manifest, Host::new())).unwrap_err();
        told.push_str(&format!("{text}\n  {}\n", error.to_string().replace('\n', "\n  ")));
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_file_that_is_no_manifest_is_named() {
    let folder = folder("no-manifest");
    let path = folder.join("manifest.toml");
    assert!(matches!(extism::read(&path).unwrap_err(), Error::File { .. }));
    std::fs::write(&path, "wasm = 7").unwrap();
    assert!(
        matches!(extism::read(&path).unwrap_err(), Error::BadManifest { place, .. } if place.ends_with("manifest.toml"))
    );
}

#[test]
fn a_relative_path_starts_at_the_current_directory() {
    let path = std::env::current_dir().unwrap().join("no/such.wasm");
    let manifest = Manifest::new([Wasm::file("no/such.wasm")]);
    assert_eq!(extism::load(&manifest, Host::new()).unwrap_err(), Error::MissingArtifact { path });
}

#[test]
fn an_artifact_comes_from_a_file() {
    let path = folder("file").join("plugin.wasm");
    let source = Wasm::file(&path).with_hash(sha256(GUEST.as_bytes()));
    let manifest = Manifest::new([source]);
    assert_eq!(extism::load(&manifest, Host::new()).unwrap_err(), Error::MissingArtifact { path: path.clone() });
    std::fs::write(&path, GUEST).unwrap();
    assert_eq!(load(&manifest).call::<String>("echo", "hello").unwrap(), "hello");
    std::fs::write(&path, format!("{GUEST} ")).unwrap();
    assert!(matches!(extism::load(&manifest, Host::new()).unwrap_err(), Error::HashMismatch { .. }));
}

#[test]
fn a_hash_in_the_pages_form_is_refused_with_the_right_one() {
    let hash = format!("sha256:{}", sha256(GUEST.as_bytes()));
    let manifest = Manifest::new([Wasm::data(GUEST.as_bytes()).with_hash(hash)]);
    let error = extism::load(&manifest, Host::new()).unwrap_err().to_string();
    let right = sha256(GUEST.as_bytes());
    assert_eq!(
        error,
        format!(
            "hash mismatch: plugin.wasm has the SHA-256 {right}, but sha256:{right} was expected: \
             a hash is 64 hexadecimal digits in lower case, without `sha256:`"
        )
    );
}

const URL: &str = "https://example.com/plugin.wasm";

fn from_url() -> Manifest {
    let request = HttpRequest::new(URL).with_header("Authorization", "Bearer token");
    Manifest::new([Wasm::http(request).with_hash(sha256(GUEST.as_bytes()))])
}

#[test]
fn an_artifact_comes_from_a_url_that_the_test_answers() {
    let host = Host::new().download(URL, &[("authorization", "Bearer token")], GUEST);
    assert_eq!(extism::load(&from_url(), host).unwrap().call::<String>("echo", "hello").unwrap(), "hello");
}

#[test]
fn a_download_without_its_answer_or_its_headers_is_refused() {
    let refused = |manifest: &Manifest, host| extism::load(manifest, host).unwrap_err().to_string();
    let mut told = vec![refused(&from_url(), Host::new())];
    told.push(refused(&from_url(), Host::new().download(URL, &[("Authorization", "Bearer other")], GUEST)));
    told.push(refused(&from_url(), Host::new().download(URL, &[("X-Key", "1")], GUEST)));
    let asked = |request: HttpRequest| Manifest::new([Wasm::http(request)]);
    told.push(refused(&asked(HttpRequest::new("file:///plugin.wasm")), Host::new()));
    told.push(refused(&asked(HttpRequest::new(URL).with_header("a b", "1")), Host::new()));
    let posts = asked(HttpRequest::new(URL).with_method("POST"));
    told.push(refused(&posts, Host::new().download(URL, &[], GUEST)));
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_downloaded_is_held_against_its_hash() {
    let host = Host::new().download(URL, &[], "something else");
    assert!(
        matches!(extism::load(&from_url(), host).unwrap_err(), Error::HashMismatch { source_name, .. } if source_name == URL)
    );
}

#[test]
fn configuration_is_the_manifests() {
    let manifest = guest().with_config_key("user", "Ada");
    assert_eq!(load(&manifest).call::<String>("config", "user").unwrap(), "Ada");
}

/// The hosts that requests may go to, by the patterns of a manifest.
#[test]
fn hosts_are_allowed_as_the_runtime_allows_them() {
    let requests = [
        "https://api.example.com/data",
        "https://API.example.com:8443/data",
        "https://example.com/",
        "https://a.b.github.com/",
        "https://github.com/",
        "https://evil.com/api.example.com",
        "https://api.example.com@evil.com/",
        "https://[::1]/",
    ];
    let patterns: [(&str, Option<&[&str]>); 6] = [
        ("none", None),
        ("empty", Some(&[])),
        ("one", Some(&["api.example.com"])),
        ("wildcard", Some(&["*.github.com"])),
        ("all", Some(&["*"])),
        ("broken", Some(&["[", "example.com"])),
    ];
    let mut told = String::new();
    for (name, hosts) in patterns {
        let mut manifest = guest();
        manifest.allowed_hosts = hosts.map(|hosts| hosts.iter().map(|&host| host.to_owned()).collect());
        for url in requests {
            let answer = match fetch(&manifest, url) {
                Ok(page) => page,
                Err(Error::HostFailed { message, .. }) if message.contains(" is not allowed: ") => "denied".to_owned(),
                Err(error) => error.to_string(),
            };
            told.push_str(&format!("{name}: {url} -> {answer}\n"));
        }
    }
    insta::assert_snapshot!(told);
}

fn fetch(manifest: &Manifest, url: &str) -> Result<String, Error> {
    let host = Host::new().http("GET *", HttpResponse::new(200, "page"));
    extism::load(manifest, host).unwrap().call("fetch", format!(r#"{{"url":"{url}"}}"#)).result
}

#[test]
fn a_denied_host_is_named() {
    let manifest = guest().with_allowed_host("*.github.com");
    insta::assert_snapshot!(fetch(&manifest, "https://github.com/").unwrap_err(), @r#"host function `http_request` failed: HTTP request to https://github.com/ is not allowed: `github.com` is none of allowed_hosts ["*.github.com"]"#);
}

#[test]
fn a_pattern_that_is_a_url_is_pointed_at() {
    let manifest = guest().with_allowed_host("https://github.com");
    insta::assert_snapshot!(fetch(&manifest, "https://github.com/").unwrap_err(), @r#"host function `http_request` failed: HTTP request to https://github.com/ is not allowed: `github.com` is none of allowed_hosts ["https://github.com"]; "https://github.com" is a URL, and a pattern is a host's name alone: write "github.com""#);
}

/// The runtime itself, without the harness.
#[test]
fn the_runtime_reads_the_same_texts() {
    let manifest = guest().with_config_key("user", "Ada").with_memory_max(20).with_allowed_host("*");
    let no_source = r#"{"wasm": [{"path": "a.wasm"}, {"file": "b.wasm"}]}"#.to_owned();
    for text in [extism::to_json(&manifest), extism::to_toml(&manifest), no_source, "wasm = 7".to_owned()] {
        let real = ::extism::Plugin::new(text.as_bytes(), [], true);
        let real = real.ok().map(|mut plugin| plugin.call::<&str, String>("config", "user").unwrap());
        let ours = extism::parse(&text).ok().map(|manifest| load(&manifest).call::<String>("config", "user").unwrap());
        assert_eq!(real, ours, "{text}");
    }
}

/// The runtime itself: how many bytes of variables and pages of memory it gives.
#[test]
fn the_runtime_has_the_same_limits() {
    for bytes in 40..80 {
        let manifest = guest().with_memory_options(MemoryOptions::new().with_max_var_bytes(bytes).with_max_pages(20));
        let mut real = ::extism::Plugin::new(&manifest, [], true).unwrap();
        let mut ours = load(&manifest);
        for input in ["", "one", "a longer one"] {
            let real = real.call::<&str, &str>("remember", input).is_ok();
            assert_eq!(real, ours.call::<String>("remember", input).result.is_ok(), "{bytes} bytes, {input:?}");
        }
        let pages = "x".repeat(usize::try_from(bytes).unwrap() - 40);
        let real = ::extism::Plugin::new(&manifest, [], true).unwrap().call::<&str, &str>("grow", &pages).is_ok();
        assert_eq!(
            real,
            load(&manifest).call::<String>("grow", pages.as_str()).result.is_ok(),
            "{} more pages",
            pages.len()
        );
    }
}

#[test]
fn a_response_that_is_too_large_ends_the_call() {
    let options = MemoryOptions::new().with_max_http_response_bytes(3);
    let manifest = guest().with_allowed_host("*").with_memory_options(options);
    let host = Host::new().http("GET *", HttpResponse::new(200, "page"));
    let outcome = extism::load(&manifest, host).unwrap().call::<String>("fetch", r#"{"url":"https://a.com/"}"#);
    assert!(matches!(outcome.unwrap_err(), Error::HostFailed { message, .. } if message.ends_with("bytes: 3")));
}

#[test]
fn variables_have_their_limit() {
    let manifest = guest().with_memory_options(MemoryOptions::new().with_max_var_bytes(60));
    let mut plugin = load(&manifest);
    assert_eq!(plugin.call::<String>("remember", "one").unwrap(), "");
    assert!(matches!(plugin.call::<String>("remember", "a longer one").unwrap_err(), Error::HostFailed { .. }));
}

#[test]
fn memory_has_its_limit() {
    let manifest = guest().with_memory_max(20);
    assert_eq!(load(&manifest).call::<String>("grow", "12345").unwrap(), "");
    let outcome = load(&manifest).call::<String>("grow", "x".repeat(30));
    assert_eq!(outcome.unwrap_err(), Error::OutOfMemory { pages: 20 });
}

#[test]
fn a_call_ends_at_the_timeout() {
    let manifest = guest().with_timeout(std::time::Duration::from_millis(50));
    assert_eq!(load(&manifest).call::<String>("spin", "").unwrap_err(), Error::TimedOut { milliseconds: 50 });
}

#[test]
fn an_allowed_folder_can_be_read_and_nothing_beside_it() {
    let root = folder("paths");
    let data = root.join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("hello.txt"), "from disk").unwrap();
    std::fs::write(root.join("secret.txt"), "secret").unwrap();
    let read_only = guest().with_allowed_path(format!("ro:{}", data.display()), "/mnt");
    let writable = guest().with_allowed_path(data.display().to_string(), "/mnt");
    let mut told = String::new();
    for (name, manifest) in [("no folder", guest()), ("read only", read_only), ("writable", writable)] {
        for (function, file) in [
            ("read_file", "hello.txt"),
            ("read_file", "../secret.txt"),
            ("read_file", "/etc/hostname"),
            ("make_file", "new.txt"),
        ] {
            let outcome = load(&manifest).call::<String>(function, file);
            let result = outcome.result.unwrap_or_else(|error| error.to_string());
            told.push_str(&format!("{name}: {function} {file} -> {result:?}\n"));
        }
    }
    insta::assert_snapshot!(told);
    assert!(data.join("new.txt").is_file());
}

#[test]
fn an_allowed_folder_must_exist() {
    let manifest = guest().with_allowed_path("ro:/no/such/folder".to_owned(), "/mnt");
    insta::assert_snapshot!(extism::load(&manifest, Host::new()).unwrap_err(), @"/no/such/folder: no such folder, which allowed_paths names: make it, or leave it out");
}

#[test]
fn one_compilation_serves_many_threads() {
    let compiled = extism::compile(&guest().with_config_key("user", "Ada"), &Host::new()).unwrap();
    let answers = std::thread::scope(|scope| {
        let calls = (0..10).map(|thread| {
            let compiled = &compiled;
            scope.spawn(move || {
                let mut plugin = compiled.instance(Host::new().config("thread", &thread.to_string())).unwrap();
                // Each instance has variables and configuration of its own.
                let mut answers = vec![plugin.call::<String>("config", "user").unwrap()];
                for round in 0..50 {
                    answers.push(plugin.call::<String>("remember", format!("{thread}.{round}")).unwrap());
                }
                answers.push(plugin.call::<String>("config", "thread").unwrap());
                answers
            })
        });
        calls.collect::<Vec<_>>().into_iter().map(|call| call.join().unwrap()).collect::<Vec<_>>()
    });
    for (thread, answers) in answers.iter().enumerate() {
        let mut expected = vec!["Ada".to_owned(), String::new()];
        expected.extend((0..49).map(|round| format!("{thread}.{round}")));
        expected.push(thread.to_string());
        assert_eq!(*answers, expected);
    }
}

#[test]
fn a_timeout_in_one_thread_leaves_the_others_alone() {
    let compiled = extism::compile(&guest().with_timeout(std::time::Duration::from_millis(100)), &Host::new()).unwrap();
    std::thread::scope(|scope| {
        let spins = scope.spawn(|| compiled.instance(Host::new()).unwrap().call::<String>("spin", "").unwrap_err());
        let echoes = scope.spawn(|| {
            let mut plugin = compiled.instance(Host::new()).unwrap();
            (0..2000).all(|_| plugin.call::<String>("echo", "hello").unwrap() == "hello")
        });
        assert_eq!(spins.join().unwrap(), Error::TimedOut { milliseconds: 100 });
        assert!(echoes.join().unwrap());
    });
}
