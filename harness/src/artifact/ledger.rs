//! The fuel that tests have seen each call use, kept beside the artifact that they tested.
//!
//! `cargo plugsmith check` holds it against what a host gives. A record belongs to the very bytes of
//! one artifact: another build starts anew.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::text::sha256;

/// The most fuel of a call of each function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// The SHA-256 of the artifact.
    artifact: String,
    fuel: BTreeMap<String, u64>,
}

/// What this process has seen, by artifact.
static SEEN: LazyLock<Mutex<HashMap<PathBuf, Record>>> = LazyLock::new(Mutex::default);

/// Notes the fuel of a call. What cannot be written is not kept: no test fails for it.
pub(crate) fn note(artifact: &Path, wasm: &[u8], function: &str, fuel: u64) {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    let record =
        seen.entry(artifact.to_owned()).or_insert_with(|| Record { artifact: sha256(wasm), fuel: BTreeMap::new() });
    if record.fuel.get(function).is_none_or(|known| *known < fuel) {
        record.fuel.insert(function.to_owned(), fuel);
        let _ = merge(&file_of(artifact), record);
    }
}

/// The most fuel of a call of each function of this artifact, in tests of these very bytes, or in
/// tests of another build of the same crate.
pub(crate) fn read(artifact: &Path, wasm: &[u8]) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let load =
        |artifact: &Path| -> Option<Record> { serde_json::from_slice(&std::fs::read(file_of(artifact)).ok()?).ok() };
    let hash = sha256(wasm);
    let own = load(artifact).filter(|record| record.artifact == hash).map(|record| record.fuel).unwrap_or_default();
    (
        own,
        others(artifact).filter_map(|other| load(&other).filter(|record| is_current(record, &other))).fold(
            BTreeMap::new(),
            |mut all, record| {
                for (function, fuel) in record.fuel {
                    let most = all.entry(function).or_default();
                    *most = fuel.max(*most);
                }
                all
            },
        ),
    )
}

/// The same file in the folders of cargo's other profiles; and of what ships, those that were tested.
fn others(artifact: &Path) -> impl Iterator<Item = PathBuf> {
    let own = artifact.parent().map(Path::to_owned).unwrap_or_default();
    let name = artifact.file_name().map(ToOwned::to_owned).unwrap_or_default();
    let places = own.parent().map(Path::to_owned).into_iter().chain([own.join("tests")]);
    let folders = places.filter_map(|place| std::fs::read_dir(place).ok()).flatten().flatten();
    folders.map(|entry| entry.path()).filter(move |folder| *folder != own).map(move |folder| folder.join(&name))
}

fn is_current(record: &Record, artifact: &Path) -> bool {
    std::fs::read(artifact).is_ok_and(|wasm| sha256(&wasm) == record.artifact)
}

fn file_of(artifact: &Path) -> PathBuf {
    artifact.with_extension("fuel.json")
}

/// Adds to what other processes have written of the same artifact.
fn merge(path: &Path, record: &Record) -> std::io::Result<()> {
    let lock = File::create(path.with_extension("lock"))?;
    lock.lock()?;
    let mut all = std::fs::read(path)
        .ok()
        .and_then(|text| serde_json::from_slice::<Record>(&text).ok())
        .filter(|known| known.artifact == record.artifact)
        .unwrap_or_else(|| Record { artifact: record.artifact.clone(), fuel: BTreeMap::new() });
    for (function, fuel) in &record.fuel {
        let most = all.fuel.entry(function.clone()).or_default();
        *most = (*most).max(*fuel);
    }
    std::fs::write(path, serde_json::to_vec(&all)?)
}
