//! A Query server (gc-victor/query 0.12.49, extism 1.11.1).

use super::{Functions, Profile, Wasi};
use crate::hosts::report::{Artifact, Report};
use crate::import::KERNEL;

pub(super) fn profile() -> Profile {
    Profile {
        functions: Functions::None,
        wasi: Wasi::On,
        habits: |host| host.fresh_instances().without_response_headers().text_only(),
        ..Profile::unlimited("query", "gc-victor/query 0.12.49 on extism 1.11.1", judge)
    }
}

fn judge(artifact: &Artifact, report: &mut Report) {
    let imports = |name| artifact.module.imports_named(KERNEL, name);
    if imports("error_set") {
        report.note(
            "sets errors: an error is a 500 that JavaScript cannot catch",
            "put whatever can be expected to go wrong in the output; what only a panic sets is as it should be",
        );
    }
    let codes = artifact.may_give_codes().into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if !imports("error_set") && !codes.is_empty() {
        report.note(
            format!("gives a code from {codes}: any but 0 is a 500 that JavaScript cannot catch"),
            "return 0, and put whatever can be expected to go wrong in the output",
        );
    }
    if imports("var_set") {
        report.note("sets variables, which are gone after the call", "give the state back in the output");
    }
    if imports("http_request") {
        report.note(
            "makes HTTP requests, and every host is denied by default",
            "say in your documentation which `allowed_hosts` the caller's options need",
        );
    }
    if imports("http_headers") {
        report.note("asks for the headers of HTTP responses, which Query keeps back", "do without them: `http().send`");
    }
    let name = artifact.path.as_ref().and_then(|path| path.file_name()).map(|name| name.to_string_lossy());
    if let Some(name) = name
        && !(name.starts_with("query-plugin-") && name.ends_with(".wasm"))
    {
        report.note(
            format!("the file is called {name}, and `query plugin install` wants query-plugin-*.wasm"),
            "release what `cargo plugsmith pack --host query` makes",
        );
    }
}
