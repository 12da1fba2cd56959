//! The test that asks for its plugin: which package it belongs to, and how cargo has built it.

use std::path::PathBuf;

use super::options::Features;

/// What the macros know of the package that they stand in.
#[derive(Clone, Copy, Debug)]
pub struct Author<'a> {
    /// Its folder when it was compiled.
    pub folder: &'a str,
    /// Its name.
    pub package: &'a str,
    /// Its features, whether it was compiled with each, and whether it is by default.
    pub features: &'a [(&'a str, bool, bool)],
}

impl Author<'_> {
    /// The folder of the package.
    ///
    /// cargo and nextest name it at run time, too, and only that is right for a project that was moved
    /// or copied with its target folder: cargo does not compile the test again. A macro in a crate of
    /// helpers belongs to that crate.
    pub(crate) fn folder(&self) -> PathBuf {
        let name = std::env::var_os("CARGO_PKG_NAME");
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").filter(|_| name.is_some_and(|name| name == self.package));
        folder.map_or_else(|| self.folder.into(), PathBuf::from)
    }

    /// Exactly the features that the test was compiled with.
    pub(crate) fn features(&self) -> Features {
        let no_default = self.features.iter().any(|(_, is_on, is_default)| *is_default && !is_on);
        let named = self.features.iter().filter(|(_, is_on, is_default)| *is_on && (no_default || !is_default));
        Features { named: named.map(|(name, ..)| (*name).to_owned()).collect(), all: false, no_default }
    }
}

/// The folder of a profile's name, and the target folder, that a test's executable lies in:
/// `<target>/[triple/]<profile>/deps/<test>`.
pub(crate) fn layout(executable: PathBuf) -> Option<(String, PathBuf)> {
    let deps = executable.parent().filter(|folder| folder.ends_with("deps"))?;
    let profile = deps.parent()?;
    // cargo keeps this file in the root of a target folder.
    let target = profile.ancestors().skip(1).take(2).find(|folder| folder.join(".rustc_info.json").is_file())?;
    Some((profile.file_name()?.to_str()?.to_owned(), target.to_owned()))
}
