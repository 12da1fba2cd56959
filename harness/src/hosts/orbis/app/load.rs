//! How a host loads a plugin, which is an [`App`] from then on.

use std::path::Path;

use super::App;
use crate::artifact::build::{self, Features};
use crate::artifact::source::Source;
use crate::error::Result;
use crate::hosts::orbis::host::Orbis;
use crate::hosts::orbis::manifest::Manifest;

impl Orbis {
    /// Loads a plugin: a `.wasm` or `.wat` file, a folder or `.zip` with a `manifest.json`, or bytes.
    ///
    /// # Errors
    /// A missing file, an invalid module or one that Orbis cannot call, no manifest or one that
    /// Orbis refuses, SQL of the test's own that fails, and [`IgnoredOption`](crate::Error::IgnoredOption) for a
    /// database, HTTP or permissions in the shipped host.
    pub fn load(self, source: impl Into<Source>) -> Result<App> {
        App::load(source.into(), self)
    }

    /// Loads the plugin of the crate in `folder`, built by cargo; see [`orbis!`](crate::orbis!).
    ///
    /// # Errors
    /// As [`crate::build`] and [`Orbis::load`].
    pub fn load_crate(self, folder: &Path) -> Result<App> {
        self.load_crate_with(folder, &Features::default())
    }

    /// As [`load_crate`](Orbis::load_crate), with these features.
    pub(crate) fn load_crate_with(mut self, folder: &Path, features: &Features) -> Result<App> {
        let artifact = build::build_for_test(folder, features.clone())?;
        if self.manifest.is_none() {
            self.manifest = Manifest::of_crate(folder, &Source::Path(artifact.clone()).read()?)?;
        }
        let mut app = self.load(artifact)?;
        app.belongs_to(folder, features);
        Ok(app)
    }
}
