//! The folder that a case allows its plugin.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::table::Case;

/// A folder with the case's files, which is removed when this is dropped.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Writes the case's files into a folder of their own; `None` if the case allows no folder.
    ///
    /// # Panics
    /// They cannot be written.
    pub fn of(case: &Case) -> Option<Folder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let files = case.files.as_ref()?;
        let name = format!("conformance-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        for (name, contents) in files {
            let path = folder.join(name);
            std::fs::write(&path, contents).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        Some(Folder(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
