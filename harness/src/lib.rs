#![doc = include_str!("../README.md")]

pub use plugsmith;
pub use plugsmith::{Event, HookResult};

mod error;
mod import;
mod text;

mod artifact;
mod trace;

mod engine;

mod check;
#[doc(hidden)]
pub mod fuzzed;
pub mod hosts;
#[cfg(doctest)]
mod pages;
pub mod powers;
#[cfg(feature = "serve")]
pub mod serve;
pub mod xtp;

pub use artifact::build::{
    BuildOptions, Features, PluginPackage, Profile, build, build_again, build_with, named, plugin_packages, sources_of,
};
pub use artifact::file;
pub use artifact::inspect::{
    CommandInfo, CrateSize, Export, FunctionInfo, ImportModule, Inspection, Memory, Permission, Section,
};
pub use artifact::module::Module;
pub use artifact::source::Source;
pub use artifact::strip::strip;
pub use check::{check, check_crate, check_with};
pub use engine::arguments::Arguments;
pub use engine::compiled::cache_folder;
pub use engine::guest::{Block, Guest, State};
pub use engine::host::Host;
pub use engine::limits::Limits;
pub use engine::plugin::Plugin;
pub use engine::watch::{Answered, Passing, Verdict, Watch};
pub use error::{Error, Missing, Result};
pub use hosts::report::{Finding, Level, Report};
pub use import::{Import, Signature};
pub use text::{grouped, printable};
pub use trace::event::{Event as TraceEvent, HostCall, Typed};
pub use trace::outcome::Outcome;
pub use trace::render::{render_bytes, render_value};

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
        $crate::__private::plugin(&$crate::__author!(), $host)
    };
}

/// One test in several hosts: each gets the plugin of the crate that this stands in, with what that
/// host gives, and a test of its own in the report.
///
/// ```
/// use plugsmith_harness::{Plugin, hosts};
///
/// # fn main() {}
/// hosts!(hashes in extism, query);
/// fn hashes(plugin: &mut Plugin) {
///     assert!(plugin.call::<String>("hash", "password").unwrap().starts_with("$argon2id$"));
/// }
/// ```
///
/// The words are those of [`hosts::profile`](crate::hosts::profile), all but `orbis`, which has another ABI.
/// `hosts!(hashes in extism, query with Host::new().random_seed(7));` fills the hosts with mocks. Each is
/// as strict as the real one: it allows no request that [`Host::allowed_hosts`] does not name, gives no
/// headers of responses without [`Host::response_headers`], loads no import that nothing answers, and
/// Query passes text alone.
///
/// # Panics
/// Each test panics where [`check`](crate::check) finds a breach, and as [`plugin!`] does.
#[macro_export]
macro_rules! hosts {
    ($test:ident in $($word:ident),+ $(,)?) => {
        $crate::hosts!($test in $($word),+ with $crate::Host::new());
    };
    ($test:ident in $($word:ident),+ with $host:expr $(,)?) => {
        mod $test {
            #[allow(unused_imports, reason = "the hosts may name what is beside them")]
            use super::*;
            $(
                #[test]
                fn $word() {
                    $crate::__private::in_test(concat!(module_path!(), "::", stringify!($word)), || {
                        $crate::__private::in_host(&$crate::__author!(), stringify!($word), $host, super::$test);
                    });
                }
            )+
        }
    };
}

/// The `#[fcall]` function of the crate that this stands in, in `FCALL` of the shipped Ferrite server: built as
/// [`plugin!`] builds.
///
/// ```no_run
/// // Needs the plugin of the crate it stands in.
/// let mut function = plugsmith_harness::fcall!();
/// assert_eq!(function.call([2, 40]).unwrap(), 42);
/// ```
///
/// # Panics
/// The plugin does not build (with cargo's own words), or does not load.
#[macro_export]
macro_rules! fcall {
    () => {
        $crate::__private::fcall(&$crate::__author!())
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
        $crate::__private::orbis(&$crate::__author!(), $host)
    };
}

/// A test, `sessions`, which replays every recorded session of a folder of the crate that this stands in: each `*.jsonl`
/// file, reported by its name.
///
/// `sessions!("tests/sessions")` replays them with [`plugin!`], in a host with the configuration and the limits of
/// the session. `sessions!("tests/sessions", |session| ..)` makes another guest for each, such as an Orbis app, and
/// `sessions!(fn checkout in "tests/checkout")` gives the test another name.
///
/// ```
/// # fn main() {}
/// // Needs the plugin of the crate it stands in.
/// plugsmith_harness::sessions!("tests/sessions");
/// ```
///
/// # Panics
/// The test panics with the report of each session that is not as recorded, and where there is none.
#[macro_export]
macro_rules! sessions {
    ($folder:literal $(, $make:expr)? $(,)?) => {
        $crate::sessions!(fn sessions in $folder $(, $make)?);
    };
    (fn $test:ident in $folder:literal $(,)?) => {
        $crate::sessions!(fn $test in $folder, |session: &$crate::powers::replay::Session| {
            $crate::plugin!(session.host())
        });
    };
    (fn $test:ident in $folder:literal, $make:expr $(,)?) => {
        #[test]
        fn $test() {
            let folder = ::std::path::Path::new(::core::env!("CARGO_MANIFEST_DIR")).join($folder);
            $crate::__private::sessions(&folder, $make);
        }
    };
}

/// The package that this stands in, with the features that it is compiled with.
#[doc(hidden)]
#[macro_export]
macro_rules! __author {
    () => {
        $crate::__private::Author {
            folder: ::core::env!("CARGO_MANIFEST_DIR"),
            package: ::core::env!("CARGO_PKG_NAME"),
            features: $crate::__private::features!(),
        }
    };
}

/// What the macros' output uses. Not for people.
#[doc(hidden)]
pub mod __private {
    pub use insta;
    pub use plugsmith_macros::package_features as features;

    pub use crate::artifact::build::Author;
    pub use crate::trace::snapshot::{SnapshotName, in_test, snapshot_name};

    use crate::artifact::build::build_for_test;
    use crate::hosts::Abi;
    use crate::powers::replay::failing::{Origin, write_if_test_fails};
    pub use crate::powers::replay::sessions;
    #[cfg(feature = "orbis")]
    use crate::powers::replay::{Facts, failing};
    use crate::trace::snapshot::running_test;
    use crate::{Features, Host, Plugin};

    /// Runs a test with the plugin of the crate in `folder`, as the host of this word has it.
    #[track_caller]
    pub fn in_host(author: &Author<'_>, word: &str, host: Host, test: impl FnOnce(&mut Plugin)) {
        let profile = crate::hosts::profile(word).unwrap_or_else(|error| panic!("{error}"));
        assert!(
            profile.abi == Abi::Extism,
            "{word} has another ABI than Extism's: test it with `plugsmith_harness::hosts::{word}`"
        );
        let artifact = build_for_test(&author.folder(), author.features());
        let report = artifact.and_then(|artifact| crate::check(artifact, &profile));
        let report = report.unwrap_or_else(|error| panic!("{error}"));
        assert!(report.breaches().next().is_none(), "the plugin cannot work in {word}:\n{report}");
        test(&mut plugin(author, profile.host(host)));
    }

    /// The plugin of the crate in `folder`.
    #[track_caller]
    pub fn plugin(author: &Author<'_>, host: Host) -> Plugin {
        let (folder, features) = (author.folder(), author.features());
        match build_for_test(&folder, features.clone()).and_then(|artifact| Plugin::load_in(artifact, host)) {
            Ok(mut plugin) => {
                plugin.belongs_to(&folder, &features);
                let Features { named, no_default, .. } = features;
                let origin = Origin { folder: &folder, features: named, no_default_features: no_default };
                write_if_test_fails(&mut plugin, origin, &running_test());
                plugin
            }
            Err(error) => panic!("{}", crate::printable(&error.to_string())),
        }
    }

    /// The `#[fcall]` function of the crate in `folder`.
    #[track_caller]
    pub fn fcall(author: &Author<'_>) -> crate::hosts::ferrite::Fcall {
        let (folder, features) = (author.folder(), author.features());
        match build_for_test(&folder, features.clone()).and_then(crate::hosts::ferrite::Fcall::load) {
            Ok(mut function) => {
                function.belongs_to(&folder, &features);
                function
            }
            Err(error) => panic!("{}", crate::printable(&error.to_string())),
        }
    }

    /// The Orbis plugin of the crate in `folder`.
    #[cfg(feature = "orbis")]
    #[track_caller]
    pub fn orbis(author: &Author<'_>, host: crate::hosts::orbis::Orbis) -> crate::hosts::orbis::App {
        let (folder, features) = (author.folder(), author.features());
        match host.load_crate_with(&folder, &features) {
            Ok(mut app) => {
                let (wasm, artifact) = app.wasm();
                let target = failing::target_folder(artifact, &folder);
                let facts = Facts::of(wasm);
                let Features { named, no_default, .. } = features;
                let origin = Origin { folder: &folder, features: named, no_default_features: no_default };
                if let Some(recorder) = failing::failing(facts, origin, &target, &running_test()) {
                    app.record(recorder);
                }
                app
            }
            Err(error) => panic!("{}", crate::printable(&error.to_string())),
        }
    }
}
