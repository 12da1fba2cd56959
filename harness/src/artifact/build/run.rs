//! A run of cargo-nextest, which starts a process for each test: one of them builds for all.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::ship;
use crate::error::{Error, Result};

/// A run. Its processes have one parent: what a test starts itself, after an edit perhaps, is not of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Run {
    id: String,
    parent: u32,
}

/// What the first process of a run has noted.
#[derive(Serialize, Deserialize)]
struct Noted {
    run: Run,
    /// The artifact, or why there is none.
    outcome: Result<PathBuf, String>,
}

impl Run {
    /// The run that this process is of.
    pub(super) fn current() -> Option<Run> {
        let id = std::env::var("NEXTEST_RUN_ID").ok().filter(|id| !id.is_empty())?;
        Some(Run { id, parent: std::os::unix::process::parent_id() })
    }

    /// The outcome that a process of this run has noted in `folder`, else that of `work`. The lock is
    /// the caller's.
    pub(super) fn once(self, folder: &Path, work: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
        let note = folder.join("run.json");
        let noted = std::fs::read(&note).ok().and_then(|text| serde_json::from_slice::<Noted>(&text).ok());
        if let Some(noted) = noted.filter(|noted| noted.run == self) {
            return noted.outcome.map_err(|output| Error::BuildFailed { output });
        }
        let outcome = work();
        let noted = match &outcome {
            Ok(artifact) => Ok(artifact.clone()),
            Err(Error::BuildFailed { output }) => Err(output.clone()),
            // Another try may do better.
            Err(_) => return outcome,
        };
        let noted = Noted { run: self, outcome: noted };
        ship::put(&note, &serde_json::to_vec(&noted).expect("a note has a JSON form"))?;
        outcome
    }
}
