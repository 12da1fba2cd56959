//! Whether a host can load and run an artifact: findings, and the artifact they are about.

use std::path::PathBuf;

use serde::Serialize;
use wasmparser::{Parser, Payload, WasmFeatures};

use crate::artifact::file;
use crate::artifact::module::Module;
use crate::artifact::names::Named;
use crate::artifact::{proposals, stand_in};
use crate::error::Result;

/// What a check of an artifact for a host has found.
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
    /// The same code with names, where the file beside it has them.
    pub(crate) named: Option<Named>,
    /// Its file, if it came from one.
    pub(crate) path: Option<PathBuf>,
    /// The folder whose other files are about it.
    pub(crate) folder: Option<PathBuf>,
}

impl Artifact {
    /// The text of the file of this name beside it, if there is one.
    pub(crate) fn beside(&self, name: &str) -> Option<String> {
        file::read_to_string(&self.folder.as_ref()?.join(name)).ok()
    }

    /// Takes over the records of the file that stands in for them.
    pub(crate) fn adopt(&mut self, report: &mut Report) -> Result<()> {
        let Some(text) = self.beside(stand_in::FILE) else { return Ok(()) };
        match stand_in::adopt_text(self.wasm.clone(), &text) {
            Ok(wasm) if wasm.len() != self.wasm.len() => {
                (self.module, self.wasm) = (Module::parse(&wasm)?, wasm);
            }
            Ok(_) => {}
            Err(error) => report.breach(format!("cannot be registered: {error}"), "correct the file"),
        }
        Ok(())
    }

    /// The code, with names if they are known.
    pub(crate) fn with_names(&self) -> &[u8] {
        self.named.as_ref().map_or(&self.wasm, |named| &named.wasm)
    }

    /// The contents of the custom section of this name.
    pub(crate) fn custom_section(&self, name: &str) -> Option<&[u8]> {
        Parser::new(0).parse_all(&self.wasm).find_map(|payload| match payload {
            Ok(Payload::CustomSection(section)) if section.name() == name => Some(section.data()),
            _ => None,
        })
    }

    /// The wasm proposals that it needs besides these.
    pub(crate) fn needs_beyond(&self, known: WasmFeatures) -> Vec<&'static str> {
        proposals::needed_beyond(&self.wasm, known)
    }

    /// Whether it is for Ferrite's `FCALL`, which calls exports with parameters.
    pub(crate) fn is_fcall(&self) -> bool {
        self.module.is_fcall()
    }
}
