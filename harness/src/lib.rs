#![doc = include_str!("../README.md")]

pub use plugsmith;
pub use plugsmith::{Event, HookResult};

mod abi;
mod arguments;
mod artifact;
mod call;
mod check;
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
mod shell;
mod snapshot;
mod source;
mod state;
mod strip;
mod symbols;
mod trace;

pub use arguments::Arguments;
pub use artifact::{PluginPackage, Profile, build, build_with, plugin_packages};
pub use check::{Finding, Level, Report, check, check_with};
pub use error::{Error, Result};
pub use host::{Host, Limits};
pub use inspect::{
    CommandInfo, CrateSize, Export, FunctionInfo, ImportModule, Inspection, Memory, Permission, Section,
};
pub use module::{Import, Module, Signature};
pub use outcome::Outcome;
pub use plugin::Plugin;
pub use source::Source;
pub use strip::strip;
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
}

/// The code in the project's README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The code in the guide.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide.md")]
struct Guide;
