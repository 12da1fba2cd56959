//! What cargo knows and does: the package, its build, the target.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

use super::{Profile, linker, progress};
use crate::error::{Error, Result};

/// The target of every plugin.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// The profile that guests under test are built with: optimised enough that Cranelift has little
/// to compile, with line tables for the frames of a trap, and with overflow checks.
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

/// The author's release profile; names are kept, which changes no instruction.
const RELEASE: &[(&str, &str)] = &[("inherits", "\"release\""), ("strip", "\"debuginfo\"")];

impl Profile {
    /// Its name for cargo.
    fn name(self) -> &'static str {
        match self {
            Profile::Test => "plugsmith",
            Profile::Release => "plugsmith-release",
        }
    }

    fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Profile::Test => TEST,
            Profile::Release => RELEASE,
        }
    }
}

/// A package of a workspace that builds a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginPackage {
    /// Its name.
    pub name: String,
    /// The folder of its manifest.
    pub folder: PathBuf,
}

/// The packages that build plugins, in the workspace that `folder` lies in.
///
/// # Errors
/// There is no workspace, or cargo cannot read it; cargo's own words.
pub fn plugin_packages(folder: &Path) -> Result<Vec<PluginPackage>> {
    let metadata = metadata(cargo(folder).args(["metadata", "--format-version=1", "--no-deps"]))?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(packages
        .iter()
        .filter(|package| builds_plugin(package))
        .filter_map(|package| {
            Some(PluginPackage {
                name: package["name"].as_str()?.to_owned(),
                folder: Path::new(package["manifest_path"].as_str()?).parent()?.to_owned(),
            })
        })
        .collect())
}

/// A plugin's package.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: PathBuf,
    pub(super) target_folder: PathBuf,
    pub(super) workspace: PathBuf,
}

/// A library, or a build script, of a path package that went into a build.
pub(super) struct Local {
    /// The package, as cargo names it.
    pub(super) package: String,
    /// The folder of the package for a library, the file for a build script.
    pub(super) source: PathBuf,
    /// What was built of it.
    pub(super) built: Vec<PathBuf>,
    /// Whether cargo found nothing to do for it.
    pub(super) fresh: bool,
}

/// What a build came to.
pub(super) struct Build {
    pub(super) artifact: PathBuf,
    /// Whether cargo found nothing to do for the artifact.
    pub(super) fresh: bool,
    /// What was built of path packages on the way.
    pub(super) local: Vec<Local>,
    /// The build scripts that were run for it: the folder of each one's `output` file, and the
    /// folder of its package if that is a path package.
    pub(super) scripts: Vec<(PathBuf, Option<PathBuf>)>,
}

/// What `cargo metadata` says of the package in `folder`.
pub(crate) fn describe(folder: &Path) -> Result<Json> {
    Ok(package_in(folder)?.1)
}

/// The metadata of the workspace that `folder` lies in, and in it that of the package there.
fn package_in(folder: &Path) -> Result<(Json, Json)> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(Error::BuildFailed { output: format!("there is no {}", manifest.display()) });
    }
    let metadata = metadata(
        cargo(folder).args(["metadata", "--format-version=1", "--no-deps"]).arg("--manifest-path").arg(&manifest),
    )?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let package = packages
        .iter()
        .find(|package| package["manifest_path"].as_str().is_some_and(|path| is_same(Path::new(path), &manifest)))
        .cloned()
        .ok_or_else(|| Error::BuildFailed { output: format!("{} is no package's manifest", manifest.display()) })?;
    Ok((metadata, package))
}

impl Package {
    /// Asks cargo about the package in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Package> {
        let (metadata, package) = package_in(folder)?;
        if !builds_plugin(&package) {
            return Err(Error::BuildFailed {
                output: format!(
                    "{} builds no plugin: add to it\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]",
                    folder.join("Cargo.toml").display()
                ),
            });
        }
        let field = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        Ok(Package {
            name: field(&package["name"]),
            target_folder: field(&metadata["target_directory"]).into(),
            workspace: field(&metadata["workspace_root"]).into(),
            // As cargo spells it, so that its messages can be told apart by it.
            manifest: field(&package["manifest_path"]).into(),
        })
    }
}

fn metadata(command: &mut Command) -> Result<Json> {
    let output = run(command)?;
    if !output.status.success() {
        return Err(Error::BuildFailed { output: text(&output.stderr) });
    }
    serde_json::from_slice(&output.stdout)
        .map_err(|error| Error::BuildFailed { output: format!("cargo metadata: {error}") })
}

fn builds_plugin(package: &Json) -> bool {
    package["targets"].as_array().is_some_and(|targets| {
        targets
            .iter()
            .any(|target| target["crate_types"].as_array().is_some_and(|types| types.iter().any(|ty| ty == "cdylib")))
    })
}

/// Whether both are the same file; a folder may be reached through a link.
fn is_same(a: &Path, b: &Path) -> bool {
    a == b || matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Builds the artifact, if cargo finds that it must.
pub(super) fn build(package: &Package, profile: Profile, progress: &mut dyn FnMut(&str)) -> Result<Build> {
    run_build(package, progress, profile == Profile::Release, |command| {
        command.args(["--profile", profile.name()]);
        with_profile(command, profile);
    })
}

/// Builds the artifact as `profile` does, but with line tables and not stripped, in a target
/// folder of its own, so that the author's is left alone.
///
/// By flags, not by settings of the profile: those are part of every symbol's hash, by which LLVM
/// orders functions, and the code would be another one.
pub(super) fn build_with_lines(package: &Package, profile: &str) -> Result<Build> {
    const FLAGS: [&str; 2] = ["-Cdebuginfo=line-tables-only", "-Cstrip=none"];
    run_build(package, &mut |_| {}, false, |command| {
        command.args(["--profile", profile]);
        command.arg("--target-dir").arg(package.target_folder.join("plugsmith/lines"));
        match std::env::var("RUSTFLAGS") {
            // The variable replaces what any configuration says.
            Ok(flags) => {
                command.env("RUSTFLAGS", format!("{flags} {}", FLAGS.join(" ")));
            }
            Err(_) => {
                command.arg("--config").arg(format!("target.{TARGET}.rustflags={FLAGS:?}"));
            }
        }
    })
}

/// Builds the library, as the author would, or the artifact alone: cargo gives a library that is
/// an `rlib`, too, no link-time optimisation.
fn run_build(
    package: &Package,
    progress: &mut dyn FnMut(&str),
    artifact_alone: bool,
    settings: impl FnOnce(&mut Command),
) -> Result<Build> {
    let folder = package.manifest.parent().unwrap_or(&package.workspace);
    let mut command = cargo(folder);
    match artifact_alone {
        true => command.args(["rustc", "--lib", "--crate-type", "cdylib"]),
        false => command.args(["build", "--lib"]),
    };
    command.args(["--message-format=json-render-diagnostics", "--target", TARGET]);
    command.args(["--package", &package.name]).arg("--manifest-path").arg(&package.manifest);
    settings(&mut command);
    let output = progress::run(&mut command, progress).map_err(|error| cannot_run(&command, &error))?;
    if !output.status.success() {
        return Err(Error::BuildFailed { output: linker::explained(text(&output.stderr)) });
    }
    let messages = output.stdout.split(|&b| b == b'\n').filter_map(|line| serde_json::from_slice::<Json>(line).ok());
    let mut build = None;
    let (mut local, mut scripts) = (Vec::new(), Vec::new());
    for message in messages {
        let id = message["package_id"].as_str().unwrap_or_default();
        let folder = id.strip_prefix("path+file://").and_then(|path| path.split('#').next());
        if message["reason"] == "compiler-artifact"
            && let Some(folder) = folder
            && let Some(files) = message["filenames"].as_array()
        {
            let is_script = message["target"]["kind"][0] == "custom-build";
            let script = message["target"]["src_path"].as_str().filter(|_| is_script);
            local.push(Local {
                package: id.to_owned(),
                source: script.unwrap_or(folder).into(),
                built: files.iter().filter_map(Json::as_str).map(PathBuf::from).collect(),
                fresh: message["fresh"] == true,
            });
        }
        if message["reason"] == "build-script-executed"
            && let Some(out) = message["out_dir"].as_str().and_then(|out| Path::new(out).parent())
        {
            scripts.push((out.to_owned(), folder.map(PathBuf::from)));
        }
        let is_own = message["manifest_path"].as_str().map(Path::new) == Some(&package.manifest);
        if message["reason"] == "compiler-artifact"
            && is_own
            && let Some(files) = message["filenames"].as_array()
            && let Some(artifact) = files.iter().filter_map(Json::as_str).find(|file| file.ends_with(".wasm"))
        {
            build = Some((PathBuf::from(artifact), message["fresh"] == true));
        }
    }
    let (artifact, fresh) =
        build.ok_or_else(|| Error::BuildFailed { output: "cargo built no .wasm file".to_owned() })?;
    Ok(Build { artifact, fresh, local, scripts })
}

/// Makes cargo forget that it has built these packages for this target and profile.
pub(super) fn forget(package: &Package, profile: Profile, local: &[Local]) -> Result<()> {
    let folder = package.manifest.parent().unwrap_or(&package.workspace);
    let mut command = cargo(folder);
    command.args(["clean", "--target", TARGET, "--profile", profile.name()]);
    command.arg("--manifest-path").arg(&package.manifest);
    for name in local.iter().map(|local| &local.package).collect::<BTreeSet<_>>() {
        command.args(["--package", name]);
    }
    with_profile(&mut command, profile);
    let output = run(&mut command)?;
    if output.status.success() { Ok(()) } else { Err(Error::BuildFailed { output: text(&output.stderr) }) }
}

/// Installs the wasm target if it is missing; a toolchain file alone does not do it everywhere.
pub(super) fn ensure_target(folder: &Path) -> Result<()> {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(folder).args(["--print", "target-libdir", "--target", TARGET]);
    let library = run(&mut rustc)?;
    if Path::new(text(&library.stdout).trim()).is_dir() {
        return Ok(());
    }
    eprintln!("plugsmith: installing the target {TARGET}");
    let mut rustup = Command::new("rustup");
    rustup.current_dir(folder).args(["target", "add", TARGET]);
    match rustup.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(Error::BuildFailed {
            output: format!(
                "the target {TARGET} is missing: run `rustup target add {TARGET}`\n{}",
                text(&output.stderr)
            ),
        }),
        Err(_) => Err(Error::BuildFailed {
            output: format!(
                "the target {TARGET} is missing: run `rustup target add {TARGET}`, or install your toolchain's package for it"
            ),
        }),
    }
}

fn with_profile(command: &mut Command, profile: Profile) {
    for (key, value) in profile.settings() {
        command.arg("--config").arg(format!("profile.{}.{key}={value}", profile.name()));
    }
}

/// cargo as the author would call it: what the running `cargo test` has set for the test's own
/// build and coverage does not concern the guest's.
fn cargo(folder: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(folder).stdin(Stdio::null());
    for (name, value) in std::env::vars_os() {
        let (Some(name), value) = (name.to_str(), value.to_string_lossy()) else { continue };
        let of_the_test = name.starts_with("CARGO_PKG_")
            || name.starts_with("CARGO_MANIFEST_")
            || name.starts_with("CARGO_BIN_")
            || matches!(
                name,
                "CARGO_CRATE_NAME"
                    | "CARGO_PRIMARY_PACKAGE"
                    | "CARGO_TARGET_TMPDIR"
                    | "OUT_DIR"
                    | "RUST_BACKTRACE"
                    | "CARGO_BUILD_TARGET"
            );
        let of_coverage =
            matches!(name, "RUSTFLAGS" | "CARGO_ENCODED_RUSTFLAGS" | "RUSTC_WRAPPER" | "RUSTC_WORKSPACE_WRAPPER")
                && (value.contains("instrument-coverage") || value.contains("llvm-cov"));
        if of_the_test || of_coverage {
            command.env_remove(name);
        }
    }
    command
}

fn run(command: &mut Command) -> Result<Output> {
    command.output().map_err(|error| cannot_run(command, &error))
}

fn cannot_run(command: &Command, error: &std::io::Error) -> Error {
    Error::BuildFailed { output: format!("cannot run {}: {error}", command.get_program().display()) }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
