//! The edits that cargo cannot see: files that were put in place with an older time.
//!
//! cargo takes a file for changed if the time of its contents is newer than the last build. That time
//! can be set, and `mv lib.rs.orig lib.rs`, `cp -p`, `rsync -t` and `tar -x` do set it. On Unix the
//! time of a file's entry cannot be set: where it is newer than the build, and the time of the contents
//! is not, cargo is told to forget the package.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::cargo::{Build, Unit};
use super::package::Package;
use super::sources;

/// The packages that cargo calls fresh though a file of theirs was put in place since.
pub(super) fn packages<'a>(package: &'a Package, build: &'a Build) -> Vec<&'a str> {
    let mut files = sources::of(&build.artifact);
    for script in build.units.iter().filter(|unit| unit.is_script) {
        // One that names no inputs is run again when any file of its package changes.
        walk(&script.folder, package, &mut files);
    }
    let of = |unit: &Unit| files.iter().filter(|file| owner(file, package, build) == unit.folder).cloned().collect();
    let is_outdated = |unit: &&Unit| {
        let files: Vec<PathBuf> = of(unit);
        let built = unit.files.iter().filter_map(|file| file.metadata().ok()?.modified().ok()).min();
        unit.fresh && built.is_some_and(|built| files.iter().any(|file| is_hidden(file, built)))
    };
    let outdated: BTreeSet<&str> = build.units.iter().filter(is_outdated).map(|unit| unit.package.as_str()).collect();
    outdated.into_iter().collect()
}

/// The innermost package that a file lies in, else the plugin's, which includes it from elsewhere.
fn owner<'a>(file: &Path, package: &'a Package, build: &'a Build) -> &'a Path {
    let folders = build.units.iter().map(|unit| unit.folder.as_path()).filter(|folder| file.starts_with(folder));
    folders.max_by_key(|folder| folder.components().count()).unwrap_or(&package.folder)
}

fn is_hidden(file: &Path, built: SystemTime) -> bool {
    let Ok(metadata) = file.metadata() else { return false };
    // cargo goes by what manifests say, not by their times.
    !file.ends_with("Cargo.toml")
        && metadata.modified().is_ok_and(|modified| modified <= built)
        && changed(&metadata).is_some_and(|changed| changed > built)
}

/// When a file's entry was changed last: written, renamed, or given another time.
pub(super) fn changed(metadata: &std::fs::Metadata) -> Option<SystemTime> {
    let seconds = u64::try_from(metadata.ctime()).ok()?;
    let nanoseconds = u32::try_from(metadata.ctime_nsec()).ok()?;
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

/// The files of a folder, but hidden ones, target folders, and other packages.
pub(super) fn walk(folder: &Path, package: &Package, files: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_left_out =
            name.as_encoded_bytes().starts_with(b".") || name == "target" || path == package.target_folder;
        match entry.file_type() {
            _ if is_left_out => {}
            Ok(kind) if kind.is_dir() && !path.join("Cargo.toml").is_file() => walk(&path, package, files),
            Ok(kind) if kind.is_dir() => {}
            _ => {
                files.insert(path);
            }
        }
    }
}
