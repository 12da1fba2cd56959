//! Orbis (cyberpath-HQ/orbis 3b5a6e6, wasmtime 39): its own ABI, nothing of Extism.

use std::time::Duration;

use serde_json::Value;
use wasmparser::WasmFeatures;

use super::{Abi, Functions, Profile, Wasi, function};
use crate::hosts::orbis_rules::{Caution, Reserved, Route, cautions};
use crate::hosts::report::{Artifact, Report};
use crate::import::Signature;

pub(super) fn profile() -> Profile {
    let p = |count: usize| ["i32"; 8][..count].to_vec();
    let functions = [
        ("allocate", 1, 1),
        ("deallocate", 2, 0),
        ("state_get", 2, 1),
        ("state_set", 4, 1),
        ("state_remove", 2, 1),
        ("log", 3, 0),
        ("get_config", 2, 1),
        ("crypto_hash", 3, 1),
        ("crypto_random", 1, 1),
        ("db_query", 4, 1),
        ("db_execute", 4, 1),
        ("http_request", 8, 1),
        ("emit_event", 4, 1),
    ]
    .map(|(name, parameters, results)| function("env", name, &p(parameters), &p(results)));
    Profile {
        word: "orbis",
        real: "cyberpath-HQ/orbis 3b5a6e6",
        abi: Abi::Orbis,
        functions: Functions::These(functions.into()),
        wasi: Wasi::Off,
        // 16 MiB.
        memory_pages: Some(256),
        fuel: Some(5_000_000),
        timeout: Some(Duration::from_secs(5)),
        features: FEATURES,
        fcall_fuel: None,
        reads_plugin_toml: false,
        habits: |host| host,
        judge,
    }
}

/// The wasm proposals that its wasmtime 39 runs (measured).
pub(crate) const FEATURES: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::MULTI_MEMORY)
    .union(WasmFeatures::RELAXED_SIMD)
    .union(WasmFeatures::MEMORY64)
    .union(WasmFeatures::THREADS);

/// What the shipped host denies to everyone: it asks for a permission that its sandbox does not know.
const ALWAYS_DENIED: &[&str] = &["db_query", "db_execute", "http_request", "emit_event"];

fn judge(artifact: &Artifact, report: &mut Report) {
    let module = &artifact.module;
    if module.memory.is_none() {
        report.breach("exports no `memory`", "export the memory under this name, as Rust does");
    }
    has(artifact, report, "allocate", &["i32"], &["i32"], "write the entry points with #[route], which adds it");
    if module.exports.contains_key("deallocate") {
        has(artifact, report, "deallocate", &["i32", "i32"], &[], "give it these parameters, or leave it out");
    }
    for name in ALWAYS_DENIED {
        if module.imports_named("env", name) {
            report.note(format!("calls `{name}`, which the shipped host denies to every plugin"), "do without it");
        }
    }
    match artifact.custom_section("manifest") {
        Some(section) => judge_manifest(artifact, section, report),
        None => report.note(
            "has no `manifest` section: a single .wasm needs one, a folder or .zip needs manifest.json beside it",
            "ship it with its manifest.json",
        ),
    }
}

fn has(artifact: &Artifact, report: &mut Report, name: &str, parameters: &[&str], results: &[&str], fix: &str) {
    let wanted = function("env", name, parameters, results).signature;
    match artifact.module.exports.get(name) {
        Some(signature) if *signature == wanted => {}
        Some(signature) => report
            .breach(format!("exports `{}`, where Orbis calls `{}`", signature.render(name), wanted.render(name)), fix),
        None => report.breach(format!("exports no `{}`", wanted.render(name)), fix),
    }
}

/// The manifest in the artifact: what Orbis's own parser requires, and whether the handlers are there.
fn judge_manifest(artifact: &Artifact, section: &[u8], report: &mut Report) {
    let before = report.breaches().count();
    let manifest: Value = match serde_json::from_slice(section) {
        Ok(manifest) => manifest,
        Err(error) => return report.breach(format!("its manifest is no JSON: {error}"), "write a JSON object"),
    };
    for key in ["name", "version"] {
        if manifest.get(key).and_then(Value::as_str).is_none_or(str::is_empty) {
            report.breach(format!("its manifest has no `{key}`"), format!("add \"{key}\": \"..\""));
        }
    }
    let handler = Signature { parameters: vec!["i32".into(), "i32".into()], results: vec!["i32".into()] };
    let mut routes = Vec::new();
    for route in manifest.get("routes").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| route.get(key).and_then(Value::as_str);
        let [Some(method), Some(path), Some(name)] = ["method", "path", "handler"].map(text) else {
            report.breach(format!("the route {route} is incomplete"), "give it `method`, `path` and `handler`");
            continue;
        };
        match artifact.module.exports.get(name) {
            Some(signature) if *signature == handler => {}
            Some(signature) => report.breach(
                format!(
                    "the handler of {method} {path} is `{}`, where Orbis calls `{}`",
                    signature.render(name),
                    handler.render(name)
                ),
                "write it with #[route]",
            ),
            None => report.breach(
                format!("the handler `{name}` of {method} {path} is not exported"),
                "export it under this name, or correct the route",
            ),
        }
        if let Some((what, fix)) = Reserved::of(path).and_then(|reserved| reserved.reason().rsplit_once(": ")) {
            report.breach(format!("the route {method} {path} is never called: {what}"), fix);
        }
        routes.push(Route {
            method,
            path,
            requires_auth: route.get("requires_auth").and_then(Value::as_bool).unwrap_or(true),
        });
    }
    for Caution { what, fix } in cautions(routes.into_iter()) {
        report.note(what, fix);
    }
    for permission in manifest.get("permissions").and_then(Value::as_array).into_iter().flatten() {
        if permission.as_str().is_some_and(|name| name.contains(':')) {
            report.breach(
                format!("the permission {permission} is not of the parser's form"),
                "write it with an underscore, such as \"database_read\"",
            );
        }
    }
    // Orbis' own parser has the last word on what the rest looks like, its pages above all.
    #[cfg(feature = "orbis")]
    if report.breaches().count() == before {
        match crate::hosts::orbis::Manifest::embedded(&artifact.wasm) {
            Err(crate::Error::InvalidManifest { problems }) => {
                for problem in problems {
                    report.breach(format!("its manifest is refused: {problem}"), "correct it, and build again");
                }
            }
            // What `pack` does not ship.
            Ok(Some(manifest)) => {
                for remark in manifest.remarks(&artifact.module) {
                    report.breach(format!("its manifest does not fit: {remark}"), "correct it, and build again");
                }
            }
            _ => {}
        }
    }
    #[cfg(not(feature = "orbis"))]
    let _ = before;
}
