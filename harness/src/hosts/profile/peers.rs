//! A host whose plugins call each other, as the demo extism/plugpluginin has it.

use super::{ALL, Abi, Functions, Profile, Wasi, function};
use crate::hosts::report::{Artifact, Report};
use crate::import::{KERNEL, WASI};

pub(super) fn profile() -> Profile {
    // The page declares them bare, which is module `env`; today's Extism hosts have them in `user`.
    let functions = ["env", "extism:host/user"].into_iter().flat_map(|module| {
        [
            function(module, "register_plugin", &["i64"], &["i64"]),
            function(module, "call_plugin", &["i64", "i64", "i64"], &["i64"]),
        ]
    });
    Profile {
        word: "peers",
        real: "the demo extism/plugpluginin",
        abi: Abi::Extism,
        functions: Functions::These(functions.collect()),
        wasi: Wasi::Optional,
        memory_pages: None,
        fuel: None,
        timeout: None,
        features: ALL,
        fcall_fuel: None,
        reads_plugin_toml: false,
        habits: |host| host,
        judge,
    }
}

fn judge(artifact: &Artifact, report: &mut Report) {
    if artifact.module.imports.iter().any(|import| import.module != KERNEL && import.name == "register_plugin") {
        report.note(
            "registers plugins, which a plugin that is itself registered cannot: nested ones get no host functions",
            "load this one from the host itself",
        );
    }
    if artifact.module.imports.iter().any(|import| import.module == WASI) {
        report.note(
            "imports WASI, which a plugin that is itself registered does not get: the host refuses to load it",
            "do without time and randomness, or take them in the input; or load this one from the host itself",
        );
    }
}
