//! Whether an artifact can load and work in a host, and why not: judged from outside, without
//! running it.

mod codes;
mod features;
mod fuel;
mod imports;
mod invalid;
mod lints;
mod manifest;
mod modules;

use std::path::{Path, PathBuf};

use crate::artifact::module::{Invalid, Module, NO_WASM};
use crate::artifact::source::Source;
use crate::artifact::{names, origin};
use crate::error::{Error, LEAK_CURE, Result, owned};
use crate::hosts::extism::Manifest;
use crate::hosts::report::{Artifact, Report};
use crate::hosts::{Abi, Profile};

/// Checks an artifact for the host with this profile.
///
/// ```
/// use plugsmith_harness::{check, hosts::profile};
///
/// let wat = br#"(module
///   (import "extism:host/user" "kv_read" (func (param i64) (result i64)))
///   (func (export "run")))"#;
/// let report = check(&wat[..], &profile("query")?)?;
/// let breach = report.breaches().next().unwrap();
/// assert_eq!(breach.what, "imports `kv_read(i64) -> i64` from `extism:host/user`, and query has no functions of its own");
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
///
/// # Errors
/// A missing file. A file that is not a module is a breach, not an error.
pub fn check(source: impl Into<Source>, profile: &Profile) -> Result<Report> {
    report(source.into(), profile, |_, _| {})
}

/// As [`check`], for an Extism host that loads the artifact with this manifest: its memory, its
/// hash, its hosts and folders.
///
/// # Errors
/// As [`check`].
pub fn check_with(source: impl Into<Source>, profile: &Profile, manifest: &Manifest) -> Result<Report> {
    report(source.into(), profile, |artifact, report| {
        modules::judge(artifact, manifest, report);
        manifest::judge(artifact, manifest, report);
    })
}

/// As [`check`], for the artifact of the crate in `folder`: what its author keeps beside Cargo.toml counts.
///
/// # Errors
/// As [`check`].
pub fn check_crate(source: impl Into<Source>, profile: &Profile, folder: &Path) -> Result<Report> {
    report_in(source.into(), profile, Some(folder.to_owned()), |_, _| {})
}

fn report(source: Source, profile: &Profile, first: impl FnOnce(&mut Artifact, &mut Report)) -> Result<Report> {
    let folder = match &source {
        Source::Path(path) => Some(path.parent().map(Path::to_owned).unwrap_or_default()),
        Source::Bytes(_) => None,
    };
    report_in(source, profile, folder, first)
}

fn report_in(
    source: Source,
    profile: &Profile,
    folder: Option<PathBuf>,
    first: impl FnOnce(&mut Artifact, &mut Report),
) -> Result<Report> {
    let path = match &source {
        Source::Path(path) => Some(path.clone()),
        Source::Bytes(_) => None,
    };
    let mut report = Report { host: profile.word.to_owned(), findings: Vec::new() };
    match source.read() {
        Ok(wasm) => match Module::read(&wasm) {
            Ok(module) => {
                let named = names::beside(path.as_deref(), &module);
                let mut artifact = Artifact { module, wasm, named, path, folder };
                if profile.reads_plugin_toml {
                    artifact.adopt(&mut report)?;
                }
                first(&mut artifact, &mut report);
                judge(&artifact, profile, &mut report);
            }
            Err(invalid) => invalid::judge(&wasm, invalid, profile, &mut report),
        },
        Err(Error::InvalidModule { reason }) => {
            let fix = (reason != NO_WASM).then_some("correct the text");
            invalid::judge(&[], Invalid { what: reason, fix }, profile, &mut report);
        }
        Err(error) => return Err(error),
    }
    report.findings.sort_by_key(|finding| finding.level);
    Ok(report)
}

fn judge(artifact: &Artifact, profile: &Profile, report: &mut Report) {
    if profile.abi == Abi::Extism && artifact.module.is_orbis() && artifact.module.callable().all(is_of_the_life_cycle)
    {
        return report.breach(
            "is made for Orbis, and Extism cannot call it",
            "serve it with `cargo plugsmith serve`, or write #[function] or #[command] in the place of #[route]",
        );
    }
    imports::judge(artifact, profile, report);
    features::judge(&artifact.wasm, profile, report);
    let pages = artifact.module.initial_pages;
    if let Some(limit) = profile.memory_pages.filter(|limit| pages > *limit) {
        report.breach(
            format!("starts with {pages} pages of memory, and {} gives {limit} ({} MiB)", profile.word, limit / 16),
            "use less static data, or a smaller stack (`-C link-arg=-zstack-size=65536`)",
        );
    }
    if profile.abi == Abi::Extism && artifact.module.callable().next().is_none() && !artifact.is_fcall() {
        report.breach(
            "exports no function that Extism can call: `() -> i32` or `()`",
            "mark one with #[function] or #[command], and build a cdylib",
        );
    }
    if let Some(Invalid { what, fix }) = artifact.module.without_records() {
        report.breach(what, fix.unwrap_or_default());
    }
    let leaked = origin::leaked(&artifact.module, artifact.path.as_deref());
    if !leaked.is_empty() {
        let what = format!("exports entry points of crates that it depends on: {}", owned(&leaked));
        report.breach(what, LEAK_CURE);
    }
    lints::judge(artifact, report);
    fuel::judge(artifact, profile, report);
    (profile.judge)(artifact, report);
}

/// What Orbis' page has every plugin export, which Extism could call.
fn is_of_the_life_cycle(export: &str) -> bool {
    ["init", "execute", "cleanup"].contains(&export)
}
