//! A Ferrite host: plugins over the Extism ABI, and `FCALL`'s own.

use std::time::Duration;

use plugsmith::protocol::metadata::Record;

use super::{ALL, Abi, Functions, Profile, Wasi};
use crate::artifact::inspect;
use crate::engine::host::Host;
use crate::hosts::ferrite::{self, Clash, clash, fcall};
use crate::hosts::report::{Artifact, Report};
use crate::import::{Import, Signature};

pub(super) fn profile() -> Profile {
    Profile {
        word: "ferrite",
        real: "Ferrite's plugin page, as Plugsmith implements it",
        abi: Abi::Extism,
        functions: Functions::These(functions()),
        wasi: Wasi::On,
        // 128 MB.
        memory_pages: Some(2048),
        fuel: None,
        // The page's default.
        timeout: Some(Duration::from_secs(5)),
        features: ALL,
        fcall_fuel: Some(ferrite::fcall::FUEL),
        reads_plugin_toml: true,
        habits: |host| host,
        judge,
    }
}

/// Storage and kv, as the harness has them, and the functions of `FCALL`.
fn functions() -> Vec<Import> {
    let served = Host::new().functions;
    let owned = |ty: &str| ty.to_owned();
    let services = served.iter().map(|function| Import {
        module: function.namespace.clone(),
        name: function.name.clone(),
        signature: Signature {
            parameters: function.parameters.iter().filter_map(|ty| ty.wasm().map(owned)).collect(),
            results: function.result.wasm().map(owned).into_iter().collect(),
        },
    });
    services.chain(fcall::imports()).collect()
}

fn judge(artifact: &Artifact, report: &mut Report) {
    let module = &artifact.module;
    if artifact.is_fcall() {
        return judge_fcall(artifact, report);
    }
    if !module.records.iter().any(|record| !matches!(record, Record::Function(_))) {
        report.note(
            "declares no command, hook or data type: there is nothing that PLUGIN.LOAD could register",
            "mark a function with #[command], or write a plugin.toml beside it",
        );
    }
    for command in module.commands() {
        match clash(&command.name) {
            Some(Clash::Host) => report.breach(
                format!("has a command called {}, which is the host's own", command.name),
                format!("put the plugin's word before it: `name = \"MY.{}\"`", command.name),
            ),
            Some(Clash::Redis) => report.note(
                format!("has a command called {0}, which Redis has, too: here the plugin's answers", command.name),
                format!("if that is not meant, put the plugin's word before it: `name = \"MY.{}\"`", command.name),
            ),
            None => {}
        }
    }
    let kept = match artifact.beside(ferrite::manifest::FILE).map(|text| ferrite::manifest::Manifest::read(&text)) {
        Some(Ok(kept)) => Some(kept),
        Some(Err(error)) => {
            let what = format!("cannot be registered: {error}");
            // What stands in for records was read before.
            if !report.breaches().any(|breach| breach.what == what) {
                report.breach(what, "correct the file");
            }
            return;
        }
        None => None,
    };
    let missing = ferrite::manifest::ungranted(&inspect::permissions(module), kept.as_ref());
    if !missing.is_empty() {
        report.note(
            format!("needs the permissions {}", missing.join(", ")),
            "ask for them in [[permissions]] of plugin.toml: `cargo plugsmith manifest --host ferrite --write` writes it",
        );
    }
}

/// The one path of the shipped server that runs wasm: no Extism, numbers only.
fn judge_fcall(artifact: &Artifact, report: &mut Report) {
    let module = &artifact.module;
    let foreign = module
        .imports
        .iter()
        .filter(|import| import.module != fcall::MODULE)
        .map(|import| format!("`{}`", import.name));
    let foreign = foreign.collect::<Vec<_>>().join(", ");
    if !foreign.is_empty() {
        report.breach(
            format!("is for FCALL, and imports {foreign}, which FCALL does not have: its functions are those of the module `{}`", fcall::MODULE),
            "keep the #[fcall] function in a crate of its own, and use plugsmith::fcall there",
        );
    }
    if module.records.iter().any(|record| !matches!(record, Record::Fcall(_) | Record::List(_))) {
        report.breach(
            "is for FCALL, and has entry points of another kind, which FCALL never calls",
            "keep the #[fcall] function in a crate of its own",
        );
    }
    if module.memory.is_none() {
        report.breach("exports no `memory`, which FCALL's pointers lead into", "export the memory under this name");
    }
    let entry = fcall::entry(&artifact.wasm);
    match entry.as_ref().and_then(|entry| Some((entry, module.exports.get(entry)?))) {
        None => report.breach("exports no function that FCALL can call", "mark one with #[fcall]"),
        Some((entry, signature)) => judge_entry(entry, signature, report),
    }
    report.note(
        format!(
            "is for FUNCTION LOAD and FCALL: {} units of fuel, numbers in and out, a store that is not connected",
            fcall::FUEL
        ),
        "use #[command] for anything else, which needs a host that runs plugins over Extism",
    );
}

/// What of its signature FCALL cannot serve.
fn judge_entry(entry: &str, signature: &Signature, report: &mut Report) {
    let numbers = ["i32", "i64", "f32", "f64"];
    if let Some(ty) = signature.parameters.iter().find(|ty| !["i32", "i64", "f64"].contains(&ty.as_str())) {
        report.breach(
            format!(
                "has `{}` as what FCALL runs, and no argument of a client becomes an {ty}",
                signature.render(entry)
            ),
            "take i32, or f64 for numbers that are not whole",
        );
    } else if signature.parameters.iter().any(|ty| ty == "i64" || ty == "f64") {
        report.note(
            format!(
                "has `{}` as what FCALL runs: an i64 gets whole numbers beyond 32 bits only, an f64 only numbers that are not written as whole ones",
                signature.render(entry)
            ),
            "take i32 where 32 bits are enough; a client sends `2.0` to an f64",
        );
    }
    if let Some(ty) = signature.results.iter().find(|ty| !numbers.contains(&ty.as_str())) {
        report.breach(format!("answers an {ty} to FCALL, which answers numbers only"), "return a number");
    }
}
