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
mod wasi;

use std::path::PathBuf;

use serde::Serialize;
use wasmparser::{Parser, Payload, WasmFeatures};

use crate::artifact::module::{Invalid, Module, NO_WASM};
use crate::artifact::source::Source;
use crate::error::{Error, Result};
use crate::hosts::extism::Manifest;
use crate::hosts::{Abi, Profile};

/// What a host has to say of an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The host's word.
    pub host: String,
    /// The breaches, then the notes.
    pub findings: Vec<Finding>,
}

/// One thing that a host has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found in the artifact: `imports ..`, `exports no ..`.
    pub what: String,
    /// What to do.
    pub fix: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// It does not load, or cannot work.
    Breach,
    /// It may surprise; some hosts of the kind refuse it.
    Note,
}

/// What the host of this profile has to say of an artifact.
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
/// A missing file. What is no module is a breach.
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

fn report(source: Source, profile: &Profile, first: impl FnOnce(&mut Artifact, &mut Report)) -> Result<Report> {
    let path = match &source {
        Source::Path(path) => Some(path.clone()),
        Source::Bytes(_) => None,
    };
    let mut report = Report { host: profile.word.to_owned(), findings: Vec::new() };
    match source.read() {
        Ok(wasm) => match Module::read(&wasm) {
            Ok(module) => {
                let mut artifact = Artifact { module, wasm, path };
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
    lints::judge(artifact, report);
    fuel::judge(artifact, profile, report);
    (profile.judge)(artifact, report);
}

/// What Orbis' page has every plugin export, which Extism could call.
fn is_of_the_life_cycle(export: &str) -> bool {
    ["init", "execute", "cleanup"].contains(&export)
}

impl Report {
    /// The findings that keep the artifact from loading or working.
    pub fn breaches(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.level == Level::Breach)
    }

    /// The findings that may surprise.
    pub fn notes(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.level == Level::Note)
    }

    /// Adds a breach.
    pub(crate) fn breach(&mut self, what: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding { level: Level::Breach, what: what.into(), fix: fix.into() });
    }

    /// Adds a note.
    pub(crate) fn note(&mut self, what: impl Into<String>, fix: impl Into<String>) {
        self.findings.push(Finding { level: Level::Note, what: what.into(), fix: fix.into() });
    }
}

/// A report prints a line for each finding, breaches first.
impl std::fmt::Display for Report {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for finding in &self.findings {
            let level = match finding.level {
                Level::Breach => "breach",
                Level::Note => "note",
            };
            writeln!(f, "{level}: {}; fix: {}", finding.what, finding.fix)?;
        }
        Ok(())
    }
}

/// An artifact to be judged.
pub(crate) struct Artifact {
    pub(crate) module: Module,
    pub(crate) wasm: Vec<u8>,
    /// Its file, if it came from one.
    pub(crate) path: Option<PathBuf>,
}

impl Artifact {
    /// The contents of the custom section of this name.
    pub(crate) fn custom_section(&self, name: &str) -> Option<&[u8]> {
        Parser::new(0).parse_all(&self.wasm).find_map(|payload| match payload {
            Ok(Payload::CustomSection(section)) if section.name() == name => Some(section.data()),
            _ => None,
        })
    }

    /// The wasm proposals that it needs besides these.
    pub(crate) fn needs_beyond(&self, known: WasmFeatures) -> Vec<&'static str> {
        features::needs_beyond(&self.wasm, known)
    }

    /// Whether it is for Ferrite's `FCALL`, which calls exports with parameters.
    fn is_fcall(&self) -> bool {
        self.module.imports.iter().any(|import| import.module == "ferrite")
    }
}
