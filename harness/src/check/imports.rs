//! What an artifact imports, held against what a host has.

use std::collections::BTreeMap;

use super::{Artifact, Report};
use crate::artifact::callers;
use crate::engine::compiled::MAIN;
use crate::engine::door::val_type;
use crate::error::called_by;
use crate::hosts::{Abi, Functions, Profile, Wasi};
use crate::import::{Import, KERNEL, Signature, Stranger, WASI, is_abort, kernel_signature, stranger, wasi};

pub(super) fn judge(artifact: &Artifact, profile: &Profile, report: &mut Report) {
    let imports = &artifact.module.imports;
    let of = |module: &'static str| imports.iter().filter(move |import| import.module == module);
    let fcall = artifact.is_fcall();
    match profile.abi {
        Abi::Extism if !fcall => of(KERNEL).for_each(|import| kernel(import, report)),
        Abi::Orbis if of(KERNEL).next().is_some() => report.breach(
            format!("imports {} functions of Extism, and {} has another ABI", of(KERNEL).count(), profile.word),
            "write the entry points with #[route], and take services from the request",
        ),
        _ => {}
    }
    let wasi = of(WASI).collect::<Vec<_>>();
    if !wasi.is_empty() && !fcall {
        judge_wasi(&wasi, profile, report);
    }
    if profile.abi == Abi::Extism {
        judge_memory(artifact, &wasi, report);
    }
    let own = imports.iter().filter(|import| import.module != KERNEL && import.module != WASI);
    let (strangers, own): (Vec<_>, Vec<_>) = own.partition(|import| !fcall && stranger(import, &[]).is_some());
    judge_strangers(artifact, &strangers, report);
    match &profile.functions {
        Functions::None => {
            for import in own {
                let what = format!("{}, and {} has no functions of its own", shown(import), profile.word);
                report.breach(what, without(import));
            }
        }
        Functions::Own => own.into_iter().for_each(|import| of_the_host(import, report)),
        Functions::These(known) => own.into_iter().for_each(|import| listed(import, known, profile, report)),
    }
}

fn shown(import: &Import) -> String {
    format!("imports `{}` from `{}`", import.signature.render(&import.name), import.module)
}

/// The imports that no host has, those of one origin together.
fn judge_strangers(artifact: &Artifact, imports: &[&Import], report: &mut Report) {
    let mut found: BTreeMap<String, (Vec<String>, String)> = BTreeMap::new();
    for import in imports {
        let crates = callers::crates(artifact.with_names(), import);
        let Some(Stranger { what, cure, .. }) = stranger(import, &crates) else { continue };
        let what = format!("{what}{}", called_by(&crates));
        let (names, _) = found.entry(what).or_insert_with(|| (Vec::new(), cure));
        names.push(format!("`{}`", import.name));
    }
    for (what, (names, cure)) in found {
        report.breach(format!("imports {}, {what}, which no host has", names.join(", ")), cure);
    }
}

fn kernel(import: &Import, report: &mut Report) {
    match kernel_signature(&import.name) {
        None => report.breach(
            format!("{}, which no version of Extism that Plugsmith knows has", shown(import)),
            "build it with a PDK for Extism 1.x",
        ),
        Some(real) => same(import, &real, report),
    }
}

fn same(import: &Import, real: &Signature, report: &mut Report) {
    if *real != import.signature {
        let what = format!("{}, where the host has `{}`", shown(import), real.render(&import.name));
        report.breach(what, "declare it with the host's types");
    }
}

/// What works through the guest's memory: all that WASI does, and Ferrite's functions for `FCALL`.
fn judge_memory(artifact: &Artifact, wasi: &[&Import], report: &mut Report) {
    const EXPORT: &str = "export it: `(memory (export \"memory\") ..)`; Rust does, C and Zig need `--export-memory` of \
                          the linker, or none of its `--no-export-memory`";
    let module = &artifact.module;
    if module.memory.is_some() {
        return;
    }
    let through_memory = wasi.iter().map(|import| import.name.as_str());
    let through_memory =
        through_memory.filter(|name| wasi::signature(name).is_some() && !["proc_exit", "sched_yield"].contains(name));
    let through_memory = match artifact.is_fcall() {
        true => module
            .imports
            .iter()
            .filter(|import| import.signature.parameters.len() > 1)
            .map(|import| import.name.as_str())
            .collect(),
        false => through_memory.collect::<Vec<_>>(),
    };
    if !through_memory.is_empty() {
        let names = through_memory.join("`, `");
        report.note(format!("exports no memory called `memory`, which `{names}` works on: calls of it fail"), EXPORT);
    } else if module.memories > 0 {
        report.note("exports no memory called `memory`, so that a host or a debugger cannot look into it", EXPORT);
    }
}

fn judge_wasi(imports: &[&Import], profile: &Profile, report: &mut Report) {
    let names = imports.iter().map(|import| format!("`{}`", import.name)).collect::<Vec<_>>().join(", ");
    let modest = imports.iter().all(|import| ["clock_time_get", "random_get"].contains(&import.name.as_str()));
    match profile.wasi {
        Wasi::Off => {
            let fix = if modest {
                "do without a clock, and take randomness from the request's `crypto_random`"
            } else {
                "build it for wasm32-unknown-unknown"
            };
            report.breach(format!("imports {names} of WASI, which {} does not have", profile.word), fix);
            return;
        }
        Wasi::Optional => report.note(
            format!("imports {names} of WASI, which is off by default in the Python, Node and Go SDKs"),
            if modest {
                "say in your documentation that the host must switch WASI on; or do without time and randomness"
            } else {
                "build it for wasm32-unknown-unknown, or say in your documentation that the host must switch WASI on"
            },
        ),
        Wasi::On => {}
    }
    for import in imports {
        match wasi::signature(&import.name) {
            Some(real) => same(import, &real, report),
            None => report.breach(format!("{}, and WASI preview 1 has no such function", shown(import)), "remove it"),
        }
    }
}

/// A function that the host's author must register.
fn of_the_host(import: &Import, report: &mut Report) {
    if import.module == MAIN {
        let what = format!("{}, which Extism takes for the plugin itself, until its stack overflows", shown(import));
        return report.breach(what, "import it from `extism:host/user`");
    }
    if is_abort(import) {
        let what = format!("{}, which no SDK has unless the host's author registers it", shown(import));
        return report.note(what, without(import));
    }
    let types = import.signature.parameters.iter().chain(&import.signature.results);
    if let Some(other) = types.into_iter().find(|ty| val_type(ty).is_none()) {
        report.breach(
            format!("{}, and a host function has no {other}", shown(import)),
            "take and give i32, i64, f32 and f64 only",
        );
    } else {
        report.note(
            format!("{}, which the host's author must register", shown(import)),
            "say so in your documentation, with the signature",
        );
    }
}

/// What to do about a function that there is none of.
fn without(import: &Import) -> &'static str {
    if is_abort(import) {
        "write a function `myAbort` of your own and build with `asc --use abort=FILE/myAbort`"
    } else {
        "do without it: pass what it gives in the input"
    }
}

fn listed(import: &Import, known: &[Import], profile: &Profile, report: &mut Report) {
    let named = |known: &&Import| known.name == import.name;
    // A function of the same name and other types is another one.
    let same_types = |known: &&Import| named(known) && known.signature == import.signature;
    match known.iter().find(|known| known.module == import.module && named(known)) {
        Some(real) => same(import, &real.signature, report),
        None => {
            let what = format!("{}, and {} has no such function", shown(import), profile.word);
            match known.iter().find(same_types) {
                Some(elsewhere) => report.breach(what, format!("import it from `{}`", elsewhere.module)),
                None => report.breach(what, without(import)),
            }
        }
    }
}
