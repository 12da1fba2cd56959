//! A host whose plugins call each other, as the demo extism/plugpluginin has it.

use super::{Functions, Profile, function};
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
    let functions = Functions::These(functions.collect());
    Profile { functions, ..Profile::unlimited("peers", "the demo extism/plugpluginin", judge) }
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
