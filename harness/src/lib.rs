#![doc = include_str!("../README.md")]

pub use plugsmith;
pub use plugsmith::{Event, HookResult};

mod abi;
mod arguments;
mod artifact;
mod call;
mod compiled;
mod dispatch;
mod error;
mod failure;
mod hooks;
mod host;
pub mod hosts;
mod inspect;
mod kind;
mod module;
mod outcome;
mod plugin;
mod snapshot;
mod source;
mod symbols;
mod trace;

pub use arguments::Arguments;
pub use artifact::{PluginPackage, Profile, build, build_again, build_with, plugin_packages, sources_of};
pub use error::{Error, Result};
pub use host::{Host, Limits};
pub use inspect::{
    CommandInfo, CrateSize, Export, FunctionInfo, ImportModule, Inspection, Memory, Permission, Section,
};
pub use module::{Import, Module, Signature};
pub use outcome::Outcome;
pub use plugin::Plugin;
pub use source::Source;
pub use trace::{Event as TraceEvent, HostCall, render_bytes, render_value};

/// The plugin of the crate that this stands in: built from its sources as they are, never stale,
/// in a host of its own.
///
/// `plugin!()` has the host of [`Host::new`], `plugin!(host)` the given one. The artifact is built by a
/// nested `cargo build` with a profile for tests, once for all tests, and only when something has
/// changed. `PLUGSMITH_WASM=file.wasm cargo test` tests that file instead, if it is no older than
/// the sources.
///
/// # Panics
/// The plugin does not build (with cargo's own words), or does not load.
#[macro_export]
macro_rules! plugin {
    () => {
        $crate::plugin!($crate::Host::new())
    };
    ($host:expr) => {
        $crate::__private::plugin(env!("CARGO_MANIFEST_DIR"), $host)
    };
}

/// The Orbis plugin of the crate that this stands in, in the given host: built as [`plugin!`] builds.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// use plugsmith_harness::hosts::orbis::Orbis;
///
/// let mut app = plugsmith_harness::orbis!(Orbis::as_documented().migrations("migrations"));
/// let items = app.get("/api/items").user("ada").send().unwrap();
/// assert_eq!(items.status, 200);
/// ```
///
/// The manifest is the artifact's section, or the crate's `manifest.json` where it has none.
///
/// # Panics
/// The plugin does not build (with cargo's own words), or does not load.
#[cfg(feature = "orbis")]
#[macro_export]
macro_rules! orbis {
    ($host:expr) => {
        $crate::__private::orbis(env!("CARGO_MANIFEST_DIR"), $host)
    };
}

/// What the macros' output uses. Not for people.
#[doc(hidden)]
pub mod __private {
    pub use insta;

    use crate::{Host, Plugin};

    /// The plugin of the crate in `folder`.
    #[track_caller]
    pub fn plugin(folder: &str, host: Host) -> Plugin {
        match crate::build(folder.as_ref()).and_then(|artifact| Plugin::load_in(artifact, host)) {
            Ok(mut plugin) => {
                plugin.belongs_to(folder.as_ref());
                plugin
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// The Orbis plugin of the crate in `folder`.
    #[cfg(feature = "orbis")]
    #[track_caller]
    pub fn orbis(folder: &str, host: crate::hosts::orbis::Orbis) -> crate::hosts::orbis::App {
        match host.load_crate(folder.as_ref()) {
            Ok(app) => app,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The code in the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The code in the page about Orbis' host.
#[cfg(all(doctest, feature = "orbis"))]
#[doc = include_str!("../../docs/orbis-host.md")]
struct OrbisHost;

/// The code in the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
struct Guide;
