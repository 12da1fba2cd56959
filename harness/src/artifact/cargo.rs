//! What cargo knows and does: the package, its build, the target.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

use crate::error::{Error, Result};

/// The target of every plugin.
const TARGET: &str = "wasm32-unknown-unknown";

/// The profile that guests under test are built with: optimised enough that Cranelift has little
/// to compile, with line tables for the frames of a trap, and with overflow checks.
const PROFILE: &[(&str, &str)] = &[
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

/// A plugin's package.
pub(super) struct Package {
    pub(super) name: String,
    pub(super) manifest: PathBuf,
    pub(super) target_folder: PathBuf,
    pub(super) workspace: PathBuf,
    /// The names of the path packages that it may depend on, itself included.
    local: Vec<String>,
}

/// What a build came to.
pub(super) struct Build {
    pub(super) artifact: PathBuf,
    /// Whether cargo found nothing to do for the artifact.
    pub(super) fresh: bool,
}

impl Package {
    /// Asks cargo about the package in `folder`.
    pub(super) fn read(folder: &Path) -> Result<Package> {
        let manifest = folder.join("Cargo.toml");
        let output = run(cargo(folder)
            .args(["metadata", "--format-version=1", "--no-deps"])
            .arg("--manifest-path")
            .arg(&manifest))?;
        if !output.status.success() {
            return Err(Error::BuildFailed { output: text(&output.stderr) });
        }
        let metadata: Json = serde_json::from_slice(&output.stdout)
            .map_err(|error| Error::BuildFailed { output: format!("cargo metadata: {error}") })?;
        let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
        let package = packages
            .iter()
            .find(|package| package["manifest_path"].as_str().map(Path::new) == Some(&manifest))
            .ok_or_else(|| Error::BuildFailed { output: format!("{} is no package's manifest", manifest.display()) })?;
        let is_plugin = package["targets"].as_array().is_some_and(|targets| {
            targets.iter().any(|target| {
                target["crate_types"].as_array().is_some_and(|types| types.iter().any(|ty| ty == "cdylib"))
            })
        });
        if !is_plugin {
            return Err(Error::BuildFailed {
                output: format!(
                    "{} builds no plugin: add to it\n\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]",
                    manifest.display()
                ),
            });
        }
        let field = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        Ok(Package {
            name: field(&package["name"]),
            target_folder: field(&metadata["target_directory"]).into(),
            workspace: field(&metadata["workspace_root"]).into(),
            local: packages.iter().map(|package| field(&package["name"])).collect(),
            manifest,
        })
    }
}

/// Builds the artifact, if cargo finds that it must.
pub(super) fn build(package: &Package) -> Result<Build> {
    let folder = package.manifest.parent().unwrap_or(&package.workspace);
    let mut command = cargo(folder);
    command.args(["build", "--lib", "--message-format=json-render-diagnostics", "--target", TARGET]);
    command.args(["--profile", "plugsmith", "--package", &package.name]);
    command.arg("--manifest-path").arg(&package.manifest);
    with_profile(&mut command);
    let output = run(&mut command)?;
    if !output.status.success() {
        return Err(Error::BuildFailed { output: text(&output.stderr) });
    }
    let is_own = |message: &Json| message["manifest_path"].as_str().map(Path::new) == Some(&package.manifest);
    output
        .stdout
        .split(|&b| b == b'\n')
        .filter_map(|line| serde_json::from_slice::<Json>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact" && is_own(message))
        .find_map(|message| {
            let files = message["filenames"].as_array()?;
            let artifact = files.iter().filter_map(Json::as_str).find(|file| file.ends_with(".wasm"))?;
            Some(Build { artifact: artifact.into(), fresh: message["fresh"] == true })
        })
        .ok_or_else(|| Error::BuildFailed { output: "cargo built no .wasm file".to_owned() })
}

/// Makes cargo forget that it has built the local packages for this target and profile.
pub(super) fn forget(package: &Package) -> Result<()> {
    let folder = package.manifest.parent().unwrap_or(&package.workspace);
    let mut command = cargo(folder);
    command.args(["clean", "--target", TARGET, "--profile", "plugsmith"]);
    command.arg("--manifest-path").arg(&package.manifest);
    for name in &package.local {
        command.args(["--package", name]);
    }
    with_profile(&mut command);
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

fn with_profile(command: &mut Command) {
    for (key, value) in PROFILE {
        command.arg("--config").arg(format!("profile.plugsmith.{key}={value}"));
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
    command.output().map_err(|error| Error::BuildFailed {
        output: format!("cannot run {}: {error}", command.get_program().display()),
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}
