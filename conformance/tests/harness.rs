//! The harness as one more host: it must pass the same cases, or it is kinder than the real ones.

use std::path::Path;
use std::time::Duration;

use conformance::{Case, Folder, Loaded, Reply, artifacts, drive, judge, table};
use plugsmith_harness::hosts::peers::{Failures, Registry};
use plugsmith_harness::plugsmith::protocol::resp;
use plugsmith_harness::plugsmith::testing::{HttpAnswer, HttpFailure};
use plugsmith_harness::plugsmith::{HttpRequest, HttpResponse, Value};
use plugsmith_harness::{Error, Host, Module, Plugin};

/// Nobody listens there: the mocks answer.
const HTTP: &str = "http://127.0.0.1:8080";

struct Harnessed {
    plugin: Plugin,
    #[expect(dead_code, reason = "it is removed with the plugin that reads it")]
    folder: Option<Folder>,
}

impl Loaded for Harnessed {
    fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        self.plugin.call::<Vec<u8>>(function, input).result.map_err(bare)
    }
}

/// A real host's words for what the harness says more clearly.
fn bare(error: Error) -> String {
    match error {
        Error::Trapped { panic: Some(text), .. } => text,
        Error::OutOfMemory { .. } | Error::StartsTooLarge { .. } => "oom".to_owned(),
        Error::TimedOut { .. } => "timeout".to_owned(),
        error => error.to_string(),
    }
}

fn load(case: &Case, folder: &Path) -> Result<Harnessed, String> {
    let path = folder.join(format!("{}.wasm", case.artifact));
    let wasm = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let module = Module::parse(&wasm).map_err(|error| error.to_string())?;
    let mut host = Host::new();
    for (key, value) in &case.config {
        host = host.config(key, value);
    }
    for (key, value) in &case.kv {
        host = host.kv(key, value);
    }
    for (key, value) in &case.storage {
        host = host.storage(key, resp::decode(value.as_bytes()).map_err(|error| error.to_string())?);
    }
    if let Some(refusal) = &case.refusal {
        host = refuse(host, &module, refusal);
    }
    if !case.peers.is_empty() {
        host = peers(host, case, folder);
    }
    if let Some(pages) = case.memory.get("max_pages") {
        host = host.memory_pages(*pages);
    }
    if let Some(bytes) = case.memory.get("max_var_bytes") {
        host = host.var_bytes(*bytes as usize);
    }
    if let Some(milliseconds) = case.timeout_ms {
        host = host.timeout(Duration::from_millis(milliseconds));
    }
    if !case.wasi {
        host = host.without_wasi();
    }
    let folder = Folder::of(case);
    if let Some(folder) = &folder {
        let access = if case.read_only { "ro:" } else { "" };
        host = host.allowed_path(format!("{access}{}", folder.path().display()), "/data");
    }
    let plugin = Plugin::load_in(wasm, http(host, case)).map_err(bare)?;
    Ok(Harnessed { plugin, folder })
}

/// A host whose mocks answer as the table's server does.
fn http(mut host: Host, case: &Case) -> Host {
    host = host.allowed_hosts(case.allowed_hosts.iter().map(String::as_str));
    host = if case.response_headers { host.response_headers() } else { host.without_response_headers() };
    if let Some(bytes) = case.memory.get("max_http_response_bytes") {
        host = host.http_response_bytes(*bytes as usize);
    }
    // The address of no server, in the table.
    host = host.http("* http://127.0.0.1:2/*", HttpFailure::connection_refused());
    for (request, reply) in &case.http {
        let reply = reply.clone();
        host = host.http(request.replacen(' ', &format!(" {HTTP}"), 1).as_str(), move |request: &HttpRequest| {
            answer(&reply, request)
        });
    }
    host
}

fn answer(reply: &Reply, request: &HttpRequest) -> HttpAnswer {
    if reply.holds {
        return HttpFailure::Timeout.into();
    }
    let token = request.headers.get("x-token").map_or("", String::as_str);
    // A response to HEAD has no body.
    let body = if request.method == "HEAD" { Vec::new() } else { reply.body(&request.method, token, &request.body) };
    let response = HttpResponse::new(reply.status, body);
    reply.headers.iter().fold(response, |response, (name, value)| response.header(name, value)).into()
}

/// A host of the case's peers, which ends the caller's call where one fails, as the real ones here do.
fn peers(host: Host, case: &Case, folder: &Path) -> Host {
    let registry = Registry::new().failures(Failures::EndTheCall);
    host.peers(
        case.peers.iter().fold(registry, |registry, (name, artifact)| {
            registry.plugin(name, folder.join(format!("{artifact}.wasm")))
        }),
    )
}

/// A host whose storage functions all answer with the refusal.
fn refuse(mut host: Host, module: &Module, refusal: &str) -> Host {
    for import in module.imports.iter().filter(|import| import.name.starts_with("storage_")) {
        let error = Value::Error(refusal.to_owned());
        host = match import.signature.parameters.len() {
            1 => host.host(&import.name, move |_: i64| error.clone()),
            2 => host.host(&import.name, move |_: i64, _: i64| error.clone()),
            3 => host.host(&import.name, move |_: i64, _: i64, _: i64| error.clone()),
            _ => host.host(&import.name, move |_: i64, _: i64, _: i32, _: i64| error.clone()),
        };
    }
    host
}

#[test]
fn every_case_passes_in_the_harness() {
    let table = table();
    let folder = artifacts(&table);
    let report = drive(&table, env!("CARGO_PKG_VERSION"), HTTP, |case| load(case, &folder));
    report.keep("harness");
    let verdict = judge(&table, table.host("harness"), &report);
    assert!(verdict.failures.is_empty(), "{}", verdict.failures.join("\n"));
}
