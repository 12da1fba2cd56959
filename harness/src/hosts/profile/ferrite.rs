//! A Ferrite host: plugins over the Extism ABI, and `FCALL`'s own.

use std::time::Duration;

use plugsmith::protocol::metadata::Record;

use super::{ALL, Abi, Functions, Profile, Wasi, function};
use crate::artifact::inspect;
use crate::engine::host::Host;
use crate::hosts::ferrite::{self, Clash, clash};
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
    services.chain(fcall()).collect()
}

/// What `FUNCTION LOAD` and `FCALL` of ferrite 0.3.0-dev give a module.
fn fcall() -> impl Iterator<Item = Import> {
    let i32s = |count: usize| ["i32"; 6][..count].to_vec();
    [
        ("log", i32s(3), None),
        ("time", i32s(0), Some("i64")),
        ("get", i32s(4), Some("i32")),
        ("set", i32s(4), Some("i32")),
        ("del", i32s(2), Some("i32")),
        ("exists", i32s(2), Some("i32")),
        ("incr", i32s(2), Some("i64")),
        ("hget", i32s(6), Some("i32")),
        ("hset", i32s(6), Some("i32")),
    ]
    .into_iter()
    .map(|(name, parameters, result)| function(FCALL, name, &parameters, result.as_slice()))
}

/// The module of `FCALL`'s functions.
const FCALL: &str = "ferrite";

/// The fuel of one `FCALL`.
pub(crate) const FCALL_FUEL: u64 = 10_000_000;

fn judge(artifact: &Artifact, report: &mut Report) {
    let module = &artifact.module;
    if module.imports.iter().any(|import| import.module == FCALL) {
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
    let foreign =
        module.imports.iter().filter(|import| import.module != FCALL).map(|import| format!("`{}`", import.name));
    let foreign = foreign.collect::<Vec<_>>().join(", ");
    if !foreign.is_empty() {
        report.breach(
            format!("imports from `{FCALL}`, and {foreign} from elsewhere: FCALL has functions of its own only"),
            "keep what FCALL calls in a crate of its own",
        );
    }
    if module.memory.is_none() {
        report.breach("exports no `memory`, which FCALL's pointers lead into", "export the memory under this name");
    }
    let numeric = |signature: &Signature| {
        signature
            .parameters
            .iter()
            .chain(&signature.results)
            .all(|ty| ["i32", "i64", "f32", "f64"].contains(&ty.as_str()))
    };
    if !module.exports.values().any(numeric) {
        report
            .breach("exports no function that FCALL can call", "export a function that takes and returns numbers only");
    }
    report.note(
        format!("is for FUNCTION LOAD and FCALL: {FCALL_FUEL} units of fuel, numbers in and out, a store that is not connected"),
        "use #[command] for anything else",
    );
}
