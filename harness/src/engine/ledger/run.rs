//! The files of the ledger: `<target>/plugsmith/ledger/<artifact>/<run>/<process>.jsonl`.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Costs, Identity, add};
use crate::artifact::{build, file};
use crate::text::sha256;

/// The artifacts, and the runs of each, that are kept.
const ARTIFACTS: usize = 64;
const RUNS: usize = 8;

/// What one plugin adds.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    artifact: Identity,
    costs: Costs,
}

/// What has been recorded of the calls of one artifact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recorded {
    /// The artifact.
    pub artifact: Identity,
    /// What its exports have cost.
    pub costs: Costs,
}

/// The file of this process for each artifact.
static FILES: LazyLock<Mutex<HashMap<PathBuf, File>>> = LazyLock::new(Mutex::default);

/// Adds the costs of a plugin's calls, if this process is a test that cargo has built.
pub(super) fn append(artifact: impl FnOnce() -> Identity, costs: &Costs) -> io::Result<()> {
    static ROOT: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let (_, target) = build::layout(std::env::current_exe().ok()?)?;
        Some(root(&target))
    });
    let Some(root) = &*ROOT else { return Ok(()) };
    append_in(root, &run_id(), artifact(), costs)
}

fn append_in(root: &Path, run: &str, artifact: Identity, costs: &Costs) -> io::Result<()> {
    let mut files = FILES.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = root.join(&artifact.sha256);
    if !files.contains_key(&folder) {
        keep_newest(root, ARTIFACTS);
        keep_newest(&folder, RUNS);
        let run = folder.join(run);
        fs::create_dir_all(&run)?;
        let path = run.join(format!("{}.jsonl", std::process::id()));
        let file = File::options().append(true).create(true).open(path)?;
        files.insert(folder.clone(), file);
    }
    let Some(file) = files.get_mut(&folder) else { return Ok(()) };
    let mut line = serde_json::to_vec(&Line { artifact, costs: costs.clone() })?;
    line.push(b'\n');
    file.write_all(&line)
}

/// Records a call of an artifact in this target folder.
#[cfg(test)]
pub(crate) fn record(target: &Path, wasm: &[u8], export: &str, fuel: u64) {
    let costs = super::ExportCosts { fuel: BTreeMap::from([(fuel, 1)]), ..super::ExportCosts::default() };
    let artifact = Identity { sha256: sha256(wasm), ..Identity::default() };
    append_in(&root(target), "a-run", artifact, &Costs::from([(export.to_owned(), costs)])).unwrap();
}

/// What the last run recorded of the artifact with this hash, in any of these folders.
pub(crate) fn last(roots: &[PathBuf], sha256: &str) -> Option<Recorded> {
    let runs = roots.iter().flat_map(|root| folders(&root.join(sha256)));
    let newest = runs.max_by_key(|run| modified(run))?;
    read(&newest)
}

/// The most fuel of a call of each export in the kept runs: in tests of this very artifact, and in tests of
/// another build of the same crate.
pub(crate) fn most_fuel(artifact: &Path, wasm: &[u8]) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let Some(root) = beside(artifact) else { return Default::default() };
    let own = sha256(wasm);
    let other = others(artifact).filter_map(|path| file::read(&path).ok()).map(|wasm| sha256(&wasm));
    let other: Vec<String> = other.filter(|hash| *hash != own).collect();
    let most = |hashes: &[String]| {
        let mut most: BTreeMap<String, u64> = BTreeMap::new();
        let runs = hashes.iter().flat_map(|hash| folders(&root.join(hash))).filter_map(|run| read(&run));
        for (export, costs) in runs.flat_map(|run| run.costs) {
            let known = most.entry(export).or_default();
            *known = costs.max().max(*known);
        }
        most
    };
    (most(&[own]), most(&other))
}

/// The ledger in the target folder that this file lies in.
pub(crate) fn beside(artifact: &Path) -> Option<PathBuf> {
    let absolute = std::path::absolute(artifact).ok()?;
    // A target folder for guests lies inside of the one that a test was built in.
    let targets = absolute
        .ancestors()
        .filter(|folder| folder.join(".rustc_info.json").is_file() || folder.join("CACHEDIR.TAG").is_file());
    targets.last().map(root)
}

fn root(target: &Path) -> PathBuf {
    target.join("plugsmith/ledger")
}

/// The same file in the folders of cargo's other profiles; and of what ships, those that were tested.
fn others(artifact: &Path) -> impl Iterator<Item = PathBuf> {
    let own = artifact.parent().map(Path::to_owned).unwrap_or_default();
    let name = artifact.file_name().map(ToOwned::to_owned).unwrap_or_default();
    let places = own.parent().map(Path::to_owned).into_iter().chain([own.join("tests")]);
    let found: Vec<PathBuf> = places.flat_map(|place| folders(&place)).collect();
    found.into_iter().filter(move |folder| *folder != own).map(move |folder| folder.join(&name))
}

/// The lines that are whole: a process that was ended may have written half of one.
fn read(run: &Path) -> Option<Recorded> {
    let mut found: Option<Recorded> = None;
    for entry in fs::read_dir(run).ok()?.flatten() {
        let Ok(text) = file::read_long_text(&entry.path()) else { continue };
        for line in text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
            let run = found.get_or_insert_with(|| Recorded { artifact: line.artifact, costs: Costs::new() });
            add(&mut run.costs, line.costs);
        }
    }
    found
}

/// The test run that this process belongs to: nextest names it. cargo starts a process for each test binary, so
/// they share a parent; whatever else starts a test, such as a shell, starts many runs.
fn run_id() -> String {
    if let Some(id) = std::env::var("NEXTEST_RUN_ID").ok().filter(|id| is_plain(id)) {
        return id;
    }
    let parent = std::os::unix::process::parent_id();
    let name = fs::read_to_string(format!("/proc/{parent}/comm"));
    let process = match name {
        Ok(name) if !name.starts_with("cargo") => std::process::id(),
        // A system without /proc leaves it open.
        _ => parent,
    };
    format!("{process}-{}", started(process))
}

/// A name that cannot lead out of a folder.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// When a process has started, in the system's ticks: process ids come again.
fn started(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    fields.split_whitespace().nth(19).and_then(|ticks| ticks.parse().ok()).unwrap_or(0)
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(of).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

/// When a folder, or what lies in it, was last written to.
fn modified(folder: &Path) -> SystemTime {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let times = entries.chain([folder.to_owned()]).filter_map(|path| path.metadata().ok()?.modified().ok());
    times.max().unwrap_or(SystemTime::UNIX_EPOCH)
}

/// Makes room for another folder.
fn keep_newest(of: &Path, most: usize) {
    let mut all = folders(of);
    if all.len() < most {
        return;
    }
    all.sort_by_cached_key(|folder| std::cmp::Reverse(modified(folder)));
    for old in all.drain(most - 1..) {
        // What another process removes at the same time is gone, too.
        let _ = fs::remove_dir_all(old);
    }
}
