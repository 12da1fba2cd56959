//! Every session of a folder as a test.

use std::path::{Path, PathBuf};

use super::{Session, replay};
use crate::engine::guest::Guest;
use crate::error::{Error, Result};
use crate::text::printable;

/// Replays all sessions of a folder, `*.jsonl`, each with a guest that `make` makes.
///
/// # Errors
/// A folder that cannot be read.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |error: std::io::Error| Error::File { path: folder.to_owned(), reason: error.to_string() };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// What [`sessions!`](crate::sessions!) does.
///
/// # Panics
/// With the report of each session that is not as recorded, and where there is no session.
#[track_caller]
pub fn sessions<G: Guest>(folder: &Path, mut make: impl FnMut(&Session) -> G) {
    let files = files(folder).unwrap_or_else(|error| panic!("{error}"));
    assert!(
        !files.is_empty(),
        "no sessions (*.jsonl) in {}: record one with `cargo plugsmith tap`, `serve --record`, or a `Recorder`",
        folder.display()
    );
    let mut failures = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let replayed = Session::read(file).map(|session| {
            let mut guest = make(&session);
            replay(session).check(&mut guest)
        });
        match replayed {
            Ok(report) if report.is_same() => println!("session {name} ... ok"),
            Ok(report) => {
                println!("session {name} ... FAILED");
                failures.push(format!(
                    "session {name}\n{report}\nreplay it with:\n    cargo plugsmith replay {}",
                    file.display()
                ));
            }
            Err(error) => {
                println!("session {name} ... FAILED");
                failures.push(format!("session {name}\n{error}"));
            }
        }
    }
    let text = failures.join("\n\n");
    assert!(failures.is_empty(), "{} of {} sessions differ\n\n{}", failures.len(), files.len(), printable(&text));
}
