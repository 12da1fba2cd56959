//! How an artifact is built.

use std::path::PathBuf;

/// What an artifact is built for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Profile {
    /// Tests: quick to build and to load, with line tables and overflow checks.
    #[default]
    Test,
    /// Users: what ships, as small as it can be made.
    Release,
}

/// The features of a crate that an artifact is built with, as cargo's options say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Features {
    /// `--features`.
    pub named: Vec<String>,
    /// `--all-features`.
    pub all: bool,
    /// `--no-default-features`.
    pub no_default: bool,
}

/// How an artifact is built.
///
/// ```
/// use plugsmith_harness::{BuildOptions, Features, Profile};
///
/// let features = Features { named: vec!["extra".to_owned()], ..Features::default() };
/// let options = BuildOptions { features, ..Profile::Release.into() };
/// assert_eq!(options.profile, Profile::Release);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct BuildOptions {
    /// What for.
    pub profile: Profile,
    /// With which features.
    pub features: Features,
    /// The author's profile (`--profile`), whose settings take the place of ours.
    pub cargo_profile: Option<String>,
    /// Another target folder than the workspace's (`--target-dir`).
    pub target_dir: Option<PathBuf>,
}

/// The settings that guests under test are built with: optimised enough that Cranelift has little to
/// compile, with line tables for the frames of a trap, and with overflow checks.
const TEST: &[(&str, &str)] = &[
    ("inherits", "\"release\""),
    ("opt-level", "\"s\""),
    ("debug", "\"line-tables-only\""),
    ("strip", "\"none\""),
    ("overflow-checks", "true"),
    ("debug-assertions", "true"),
    ("lto", "false"),
    ("codegen-units", "16"),
    ("incremental", "true"),
    ("panic", "\"abort\""),
];

/// What ships, whatever the author's release profile is for. Names are kept until it is complete,
/// which changes no instruction.
const RELEASE: &[(&str, &str)] = &[
    ("inherits", "\"release\""),
    ("opt-level", "\"z\""),
    ("debug", "false"),
    ("strip", "\"debuginfo\""),
    ("lto", "\"fat\""),
    ("codegen-units", "1"),
    ("incremental", "false"),
    ("panic", "\"abort\""),
];

impl From<Profile> for BuildOptions {
    fn from(profile: Profile) -> BuildOptions {
        BuildOptions { profile, ..BuildOptions::default() }
    }
}

impl Features {
    /// As options for cargo.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if self.all {
            arguments.push("--all-features".to_owned());
        }
        if self.no_default {
            arguments.push("--no-default-features".to_owned());
        }
        if !self.named.is_empty() {
            arguments.extend(["--features".to_owned(), self.named.join(",")]);
        }
        arguments
    }
}

impl BuildOptions {
    /// Its name for cargo.
    pub(super) fn profile_name(&self) -> String {
        match (self.profile, &self.cargo_profile) {
            (Profile::Test, None) => "plugsmith".to_owned(),
            (Profile::Release, None) => "plugsmith-release".to_owned(),
            (Profile::Test, Some(own)) => format!("plugsmith-test-{own}"),
            (Profile::Release, Some(own)) => format!("plugsmith-release-{own}"),
        }
    }

    /// Its settings: ours, or the author's with what traces need. `declares` says whether the author's
    /// workspace has a profile of this name: it stays as the author wrote it.
    pub(super) fn settings(&self, declares: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
        let owned = |settings: &[(&'static str, &str)]| {
            settings.iter().map(|(key, value)| (*key, (*value).to_owned())).collect::<Vec<_>>()
        };
        match (self.profile, &self.cargo_profile) {
            (Profile::Test, None) if declares(&self.profile_name()) => Vec::new(),
            (Profile::Release, None) if declares(&self.profile_name()) => owned(&[("strip", "\"debuginfo\"")]),
            (Profile::Test, None) => owned(TEST),
            (Profile::Release, None) => owned(RELEASE),
            (Profile::Test, Some(own)) => {
                let mut settings = owned(&[("debug", "\"line-tables-only\""), ("strip", "\"none\"")]);
                settings.push(("inherits", format!("{own:?}")));
                settings
            }
            (Profile::Release, Some(own)) => {
                let mut settings = owned(&[("strip", "\"debuginfo\"")]);
                settings.push(("inherits", format!("{own:?}")));
                settings
            }
        }
    }
}
