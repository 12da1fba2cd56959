//! The replay file of a failing test.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use plugsmith::protocol::resp;
use plugsmith::testing::Stored;

use super::recorder::Recorder;
use super::redact::Redact;
use super::session::Facts;
use super::value::Value;
use crate::engine::guest::Guest;
use crate::engine::plugin::Plugin;
use crate::engine::watch::{Answered, Passing, Watch};
use crate::error::Error;
use crate::text::{quote, sha256};

/// The variable that switches these files off, with the value `off`.
const SWITCH: &str = "PLUGSMITH_REPLAY";

/// The crate that an artifact was built from.
pub(crate) struct Origin<'a> {
    /// Its folder.
    pub(crate) folder: &'a Path,
    /// The features that were named.
    pub(crate) features: Vec<String>,
    /// Whether the default features are off.
    pub(crate) no_default_features: bool,
}

/// A recorder that writes a file if its test fails: if it ends while the test panics.
struct Failing {
    recorder: Recorder,
    file: PathBuf,
}

/// Records the calls of a test's plugin, and writes them to a file if the test fails.
pub(crate) fn write_if_test_fails(plugin: &mut Plugin, origin: Origin<'_>, test: &str) {
    let folder = target_folder(plugin.artifact(), origin.folder);
    let facts = Facts { artifact: Some(sha256(plugin.wasm())), ..of_host(plugin) };
    if let Some(recorder) = failing(facts, origin, &folder, test) {
        plugin.record(recorder);
    }
}

/// As [`write_if_test_fails`], for a guest of any host.
pub(crate) fn failing(facts: Facts, origin: Origin<'_>, folder: &Path, test: &str) -> Option<Arc<dyn Watch>> {
    if std::env::var_os(SWITCH).is_some_and(|value| value == "off") {
        return None;
    }
    let facts = Facts {
        plugin: Some(origin.folder.display().to_string()),
        features: origin.features,
        no_default_features: origin.no_default_features,
        ..facts
    };
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '_' };
    let package = origin.folder.file_name().unwrap_or_default().to_string_lossy();
    let name: String = format!("{package}-{test}").replace("::", "-").chars().map(plain).take(150).collect();
    let file = folder.join("plugsmith").join("replays").join(format!("{name}.jsonl"));
    Some(Arc::new(Failing { recorder: Recorder::with(facts), file }))
}

/// The target folder that an artifact lies in, else that of its crate.
pub(crate) fn target_folder(artifact: Option<&Path>, folder: &Path) -> PathBuf {
    let marked = |folder: &&Path| folder.join(".rustc_info.json").is_file() || folder.join("CACHEDIR.TAG").is_file();
    let target = artifact.and_then(|artifact| artifact.ancestors().skip(1).find(marked));
    target.map_or_else(|| folder.join("target"), Path::to_owned)
}

/// What a plugin finds in its host at the start.
fn of_host(plugin: &Plugin) -> Facts {
    let limits = &plugin.running().host.limits;
    let milliseconds = limits.timeout.and_then(|timeout| u64::try_from(timeout.as_millis()).ok());
    let counted =
        [("fuel", Some(limits.fuel)), ("memory_pages", Some(limits.memory_pages.into())), ("timeout_ms", milliseconds)];
    let state = plugin.state();
    let block = |bytes: &Vec<u8>| Value::Block(Some(bytes.clone()));
    let (config, clock) = plugin.host(|host| (host.config.clone(), host.clock.now()));
    Facts {
        limits: counted.into_iter().filter_map(|(name, limit)| Some((name.to_owned(), limit?))).collect(),
        clock_ms: u64::try_from(clock.as_millis()).ok(),
        config: config.into_iter().collect(),
        storage: state
            .storage
            .iter()
            .filter_map(|(key, stored)| match stored {
                Stored::Value(value) => Some((key.clone(), block(&resp::encode(value)))),
                // Only its plugin can read it; the session has the answers.
                Stored::Typed(..) => None,
            })
            .collect(),
        kv: state.kv.iter().map(|(key, bytes)| (key.clone(), block(bytes))).collect(),
        variables: state.variables.iter().map(|(key, bytes)| (key.clone(), block(bytes))).collect(),
        ..Facts::default()
    }
}

impl Drop for Failing {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let session = self.recorder.session(&Redact::new());
        if session.steps.is_empty() {
            return;
        }
        match session.write(&self.file) {
            Ok(()) => {
                let file = quote(&self.file.display().to_string());
                eprintln!("replay it with:\n    cargo plugsmith replay {file}");
            }
            Err(error) => eprintln!("the replay file cannot be written: {error}"),
        }
    }
}

impl Watch for Failing {
    fn after(&self, call: &Passing<'_>, answer: &Answered<'_>) {
        self.recorder.after(call, answer);
    }

    fn enters(&self, entry: &str, input: &[u8], depth: usize) {
        self.recorder.enters(entry, input, depth);
    }

    fn leaves(&self, result: Result<&[u8], &Error>, depth: usize) {
        self.recorder.leaves(result, depth);
    }

    fn restarts(&self) {
        self.recorder.restarts();
    }
}
