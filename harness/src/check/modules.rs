//! The modules of an Extism manifest, and the artifact's place among them.

use std::collections::HashSet;
use std::path::Path;

use super::{Artifact, Report};
use crate::artifact::file;
use crate::artifact::module::Module;
use crate::engine::compiled::link_with;
use crate::engine::host::Host;
use crate::error::Error;
use crate::hosts::extism::{self, Manifest, Wasm, sha256};
use crate::import::Import;

/// Holds the artifact against its own entry and the others, and takes from its imports what they
/// answer.
pub(super) fn judge(artifact: &mut Artifact, manifest: &Manifest, report: &mut Report) {
    let Some(main) = extism::main(&manifest.wasm) else {
        return report.breach("the manifest names no artifact", "add one to `wasm`: {\"path\": \"plugin.wasm\"}");
    };
    // The hash is the file's, which may be text.
    let file = artifact.path.as_ref().and_then(|path| file::read(path).ok());
    let hash = sha256(file.as_deref().unwrap_or(&artifact.wasm));
    let own = manifest.wasm.iter().position(|source| is_of(source, artifact, &hash)).unwrap_or(main);
    if let (Wasm::File { path, .. }, Some(checked)) = (&manifest.wasm[own], &artifact.path)
        && !is_of(&manifest.wasm[own], artifact, &hash)
    {
        if !path.is_file() {
            report.breach(
                format!("cannot load: the manifest names {}, which is not there", path.display()),
                "build it, or correct its path, which starts at the current directory",
            );
        } else if file::read(path).ok() != file {
            report.note(
                format!("the manifest names {}, which is another file than {}", path.display(), checked.display()),
                "check the file that the manifest names",
            );
        }
    }
    if let Some(other) = manifest.wasm[own].meta().hash.as_ref().filter(|wanted| **wanted != hash) {
        report.breach(
            format!("has the SHA-256 {hash}, and the manifest wants {other}"),
            format!("write \"hash\": \"{hash}\" into the manifest, if this is the file that it is for"),
        );
    }
    if manifest.wasm.len() > 1 {
        judge_others(artifact, own, main, manifest, report);
        // A host has nothing to do with these, whatever became of them.
        let others = names(manifest);
        artifact.module.imports.retain(|import| !others.contains(import.module.as_str()));
    }
}

/// The names that an import of another module of the manifest is from.
fn names(manifest: &Manifest) -> HashSet<&str> {
    manifest.wasm.iter().filter_map(|source| source.meta().name.as_deref()).collect()
}

/// Whether an entry of the manifest is this artifact, by its file or its hash.
fn is_of(source: &Wasm, artifact: &Artifact, hash: &str) -> bool {
    let same =
        |path: &Path, own: &Path| path.canonicalize().is_ok_and(|path| own.canonicalize().is_ok_and(|own| own == path));
    match (source, &artifact.path) {
        (Wasm::File { path, .. }, Some(own)) if same(path, own) => true,
        _ => source.meta().hash.as_deref() == Some(hash),
    }
}

fn judge_others(artifact: &mut Artifact, own: usize, main: usize, manifest: &Manifest, report: &mut Report) {
    let mut is_whole = true;
    for source in manifest.wasm.iter().enumerate().filter(|(index, _)| *index != own).map(|(_, source)| source) {
        match source {
            Wasm::File { path, .. } if !path.is_file() => report.breach(
                format!("cannot load: the manifest's module {} is not there", path.display()),
                "build it, or correct its path, which starts at the current directory",
            ),
            Wasm::Url { req, .. } => report.note(
                format!("the manifest's module at {} is not looked at", req.url),
                "download it, and name the file with `path` for this check",
            ),
            _ => continue,
        }
        is_whole = false;
    }
    if !is_whole {
        return;
    }
    let mut manifest = manifest.clone();
    let name = manifest.wasm[own].meta().name.clone();
    let data = Wasm::data(artifact.wasm.clone());
    manifest.wasm[own] = match name {
        Some(name) => data.with_name(name),
        None => data,
    };
    let linked = extism::artifact(&manifest, &Host::new()).and_then(|found| {
        let mut module = Module::parse(&found.wasm)?;
        link_with(&mut module, &found.modules)?;
        Ok(module.imports)
    });
    let others = names(&manifest);
    if let Some(import) = linked.iter().flatten().find(|import| others.contains(import.module.as_str())) {
        report.breach(
            format!(
                "cannot load with the manifest's modules: `{}` is imported from `{}`, which does not export it",
                import.name, import.module
            ),
            "correct the name, or export it there",
        );
    }
    match linked {
        Ok(imports) if own == main => artifact.module.imports = imports,
        // What the others answer it is no more to ask the host for.
        Ok(imports) => {
            let left: HashSet<Import> = imports.into_iter().collect();
            artifact.module.imports.retain(|import| left.contains(import));
        }
        Err(error) => {
            // What a manifest's own error says last is what to do.
            let text = error.to_string();
            let (what, fix) = match &error {
                Error::BadManifest { reason, .. } => reason.rsplit_once(": ").unwrap_or((reason, "correct it")),
                Error::HashMismatch { .. } => (text.as_str(), "write down the hash of the file that is meant"),
                Error::BadSignature { .. } => (text.as_str(), "build both for the same signature"),
                Error::InvalidModule { .. } => (text.as_str(), "build it again, or leave it out"),
                _ => (text.as_str(), "correct the manifest"),
            };
            report.breach(format!("cannot load with the manifest's modules: {what}"), fix);
        }
    }
}
