//! A plugin's state: JSON by key, which survives calls, and in a file also the process.
//!
//! The real host writes its file at each change. Here it is written once after a call, since thousands
//! of changes would take minutes; what it holds then is the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::artifact::file;
use crate::error::{Error, Result};

#[derive(Debug, Default)]
pub(super) struct State {
    values: BTreeMap<String, Json>,
    /// The bytes that the plugin's values take, and all of them together.
    sizes: BTreeMap<String, usize>,
    bytes: usize,
    file: Option<PathBuf>,
    /// Whether they have changed since the file was written.
    changed: bool,
}

impl State {
    /// What the file holds, and over it `values`.
    pub(super) fn new(values: BTreeMap<String, Json>, file: Option<PathBuf>) -> Result<State> {
        let mut state = State { file, ..State::default() };
        if let Some(folder) = state.file.as_deref().and_then(Path::parent) {
            let told = |error: std::io::Error| format!("the folder of the state cannot be made: {error}");
            let fail = |error| Error::File { path: folder.to_owned(), reason: told(error) };
            std::fs::create_dir_all(folder).map_err(fail)?;
        }
        if let Some(path) = state.file.as_ref().filter(|path| path.exists()) {
            let fail = |reason: String| Error::File { path: path.clone(), reason };
            let text = file::read_long_text(path).map_err(|error| fail(error.to_string()))?;
            state.values = serde_json::from_str(&text)
                .map_err(|error| fail(format!("no state: {error}; move the file away to start anew")))?;
        }
        state.values.extend(values);
        Ok(state)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Json> {
        self.values.get(key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Json)> {
        self.values.iter()
    }

    /// Sets a key to a value that takes so many bytes, unless all would take more than `limit`.
    pub(super) fn set(&mut self, key: String, value: Json, bytes: usize, limit: usize) -> Result<(), ()> {
        let old = self.sizes.get(&key).copied().unwrap_or_default();
        if self.bytes - old + bytes > limit {
            return Err(());
        }
        self.bytes = self.bytes - old + bytes;
        self.sizes.insert(key.clone(), bytes);
        self.values.insert(key, value);
        self.changed = true;
        Ok(())
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.values.remove(key);
        self.bytes -= self.sizes.remove(key).unwrap_or_default();
        self.changed = true;
    }

    pub(super) fn clear(&mut self) {
        self.values.clear();
        self.sizes.clear();
        self.bytes = 0;
        self.changed = true;
    }

    /// Writes the file, if there is one and something to write.
    pub(super) fn save(&mut self) -> Result<(), String> {
        let Some(path) = self.file.as_ref().filter(|_| self.changed) else { return Ok(()) };
        // Renamed into place: whoever is killed meanwhile leaves the old state.
        let half = path.with_extension("half");
        let text = serde_json::to_string_pretty(&self.values).map_err(|error| error.to_string())?;
        std::fs::write(&half, text)
            .and_then(|()| std::fs::rename(&half, path))
            .map_err(|error| format!("{}: {error}", path.display()))?;
        self.changed = false;
        Ok(())
    }
}
