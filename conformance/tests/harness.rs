//! The harness as one more host: it must pass the same cases, or it is kinder than the real ones.

use conformance::{Case, Loaded, cases, judge};
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::plugsmith::protocol::resp;
use plugsmith_harness::{Error, Host, Module, Plugin};

struct Harnessed(Plugin);

impl Loaded for Harnessed {
    fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        self.0.call::<Vec<u8>>(function, input).result.map_err(bare)
    }
}

/// A real host's words for what the harness says more clearly.
fn bare(error: Error) -> String {
    match error {
        Error::Trapped { panic: Some(text), .. } => text,
        Error::OutOfMemory { .. } => "oom".to_owned(),
        error => error.to_string(),
    }
}

fn load(case: &Case, wasm: &[u8]) -> Result<Harnessed, String> {
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
        host = refuse(host, &Module::parse(wasm).map_err(|error| error.to_string())?, refusal);
    }
    if let Some(pages) = case.memory.get("max_pages") {
        host = host.memory_pages(*pages);
    }
    if let Some(bytes) = case.memory.get("max_var_bytes") {
        host = host.var_bytes(*bytes as usize);
    }
    if !case.wasi {
        host = host.without_wasi();
    }
    Plugin::load_in(wasm, host).map(Harnessed).map_err(bare)
}

/// A host whose storage functions all answer with the refusal.
fn refuse(mut host: Host, module: &Module, refusal: &str) -> Host {
    for import in module.imports.iter().filter(|import| import.name.starts_with("storage_")) {
        let error = Value::Error(refusal.to_owned());
        host = match import.signature.parameters.len() {
            1 => host.host(&import.name, move |_: i64| error.clone()),
            2 => host.host(&import.name, move |_: i64, _: i64| error.clone()),
            _ => host.host(&import.name, move |_: i64, _: i64, _: i64| error.clone()),
        };
    }
    host
}

#[test]
fn every_case_passes_in_the_harness() {
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.real_hosts_only.is_none()).collect();
    judge("plugsmith-harness", &cases, load);
}
