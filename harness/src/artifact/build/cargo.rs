//! Builds: cargo does them, and says what it did.

use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::{Message, TargetKind};

use super::command::{cannot_run, cargo, is_of_coverage, run, text};
use super::options::{BuildOptions, Profile};
use super::package::Package;
use super::{linker, progress, sources};
use crate::error::{Error, Result};

/// The target of every plugin.
pub(super) const TARGET: &str = "wasm32-unknown-unknown";

/// Flags for the target of every plugin, which cargo adds to those of its configuration.
const FLAGS: &str = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS";

/// Every address and every index that the linker fills in takes five bytes unless it is asked to write
/// as few as it needs, a tenth of a small artifact. It does so only where there is no debug information.
const SHORT_ADDRESSES: &str = "-Clink-arg=--compress-relocations";

/// What a build came to.
#[derive(Debug)]
pub(super) struct Build {
    pub(super) artifact: PathBuf,
    /// What was built of path packages on the way.
    pub(super) units: Vec<Unit>,
}

/// A library or a build script of a path package.
#[derive(Debug)]
pub(super) struct Unit {
    /// As cargo names it.
    pub(super) package: String,
    pub(super) folder: PathBuf,
    pub(super) is_script: bool,
    /// Whether cargo found nothing to do.
    pub(super) fresh: bool,
    pub(super) files: Vec<PathBuf>,
}

/// Builds the artifact, if cargo finds that it must; alone, because cargo gives a library that is an
/// `rlib`, too, no link-time optimisation.
pub(super) fn build(package: &Package, options: &BuildOptions, progress: &mut dyn FnMut(&str)) -> Result<Build> {
    let mut command = cargo(&package.folder);
    command.args(["rustc", "--lib", "--crate-type", "cdylib"]);
    with_options(&mut command, package, options);
    place(&mut command, &package.guests(options));
    let flags: &[&str] = match options.profile {
        Profile::Release => &[SHORT_ADDRESSES],
        Profile::Test => &[],
    };
    run_build(command, package, flags, progress)
}

/// Builds the artifact once more with line tables and not stripped, in a target folder of its own:
/// the one that ships, or that of `cargo build` with the author's `profile`.
///
/// By flags, not by settings of the profile: those are part of every symbol's hash, by which LLVM
/// orders functions, and the code would be another one.
pub(super) fn build_with_lines(package: &Package, options: &BuildOptions, profile: Option<&str>) -> Result<Build> {
    let mut command = cargo(&package.folder);
    match profile {
        Some(profile) => {
            command.args(["build", "--lib", &format!("--profile={profile}")]);
            command.args(options.features.arguments());
        }
        None => {
            command.args(["rustc", "--lib", "--crate-type", "cdylib"]);
            with_options(&mut command, package, options);
        }
    }
    place(&mut command, &package.guests(options).join("lines"));
    run_build(command, package, &["-Cdebuginfo=line-tables-only", "-Cstrip=none"], &mut |_| {})
}

/// Makes cargo forget that it has built these packages.
pub(super) fn forget(package: &Package, options: &BuildOptions, packages: &[&str]) -> Result<()> {
    let mut command = cargo(&package.folder);
    command.arg("clean");
    with_profile(&mut command, package, options);
    place(&mut command, &package.guests(options));
    for package in packages {
        command.args(["--package", package]);
    }
    run(&mut command).map(|_| ())
}

fn with_options(command: &mut Command, package: &Package, options: &BuildOptions) {
    with_profile(command, package, options);
    command.args(options.features.arguments());
}

fn with_profile(command: &mut Command, package: &Package, options: &BuildOptions) {
    let name = options.profile_name();
    for (key, value) in options.settings(|name| package.declares(name)) {
        command.arg("--config").arg(format!("profile.{name}.{key}={value}"));
    }
    command.args(["--profile", &name]);
}

/// For plugins' target, in this target folder, whatever any configuration says.
fn place(command: &mut Command, folder: &Path) {
    command.args(["--target", TARGET, "--target-dir"]).arg(folder);
    let folder = toml::Value::String(folder.display().to_string());
    command.arg("--config").arg(format!("build.build-dir={folder}"));
    command.arg("--config").arg(format!("build.dep-info-basedir={:?}", sources::BASE));
}

fn run_build(mut command: Command, package: &Package, flags: &[&str], progress: &mut dyn FnMut(&str)) -> Result<Build> {
    command.args(["--message-format=json-render-diagnostics", "--package", &package.id]);
    command.arg("--manifest-path").arg(package.folder.join("Cargo.toml"));
    let own_flags = with_flags(&mut command, flags);
    let mut is_told = false;
    let mut heard = |line: &str| {
        if !is_told && line.starts_with("Compiling") {
            is_told = true;
            progress(&format!("building {}", package.name));
        }
        progress(line);
    };
    let mut attempt = || progress::run(&mut command, &mut heard).map_err(|error| cannot_run(&command, &error));
    let mut output = attempt()?;
    if !output.status.success() && text(&output.stderr).contains(&format!("`{TARGET}` target may not be installed")) {
        install_target(&package.folder)?;
        output = attempt()?;
    }
    if !output.status.success() {
        return Err(Error::BuildFailed { output: explain(text(&output.stderr), own_flags.as_deref()) });
    }
    let mut build = Build { artifact: PathBuf::new(), units: Vec::new() };
    for message in Message::parse_stream(output.stdout.as_slice()).filter_map(Result::ok) {
        let Message::CompilerArtifact(unit) = message else { continue };
        let files: Vec<PathBuf> = unit.filenames.into_iter().map(PathBuf::from).collect();
        let is_own = unit.package_id.repr == package.id && unit.target.kind.contains(&TargetKind::CDyLib);
        if let Some(artifact) = files.iter().find(|file| is_own && file.extension().is_some_and(|ext| ext == "wasm")) {
            artifact.clone_into(&mut build.artifact);
        }
        if unit.package_id.repr.starts_with("path+") {
            build.units.push(Unit {
                package: unit.package_id.repr,
                folder: unit.manifest_path.parent().map(Into::into).unwrap_or_default(),
                is_script: unit.target.kind.contains(&TargetKind::CustomBuild),
                fresh: unit.fresh,
                files,
            });
        }
    }
    if build.artifact.as_os_str().is_empty() {
        return Err(Error::BuildFailed { output: "cargo built no .wasm file".to_owned() });
    }
    Ok(build)
}

/// Gives the target these flags, and those of the environment, which otherwise take the place of the
/// configuration's: with `RUSTFLAGS="-D warnings"` a plugin would lose the `--cfg` that getrandom needs.
/// The environment's, if there are any.
fn with_flags(command: &mut Command, flags: &[&str]) -> Option<String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|flags| !is_of_coverage(flags));
    let (name, separator) = match variable("CARGO_ENCODED_RUSTFLAGS") {
        Some(_) => ("CARGO_ENCODED_RUSTFLAGS", "\u{1f}"),
        None => ("RUSTFLAGS", " "),
    };
    let own = variable(name).filter(|own| !own.trim().is_empty());
    if let Some(own) = own.as_ref().filter(|own| separator != " " && own.contains(' ')) {
        // A flag with a space cannot be said in any other variable.
        command.env(name, [&[own.as_str()], flags].concat().join(separator));
        return Some(own.replace(separator, " "));
    }
    let own = own.map(|own| own.replace(separator, " "));
    let configured = std::env::var(FLAGS).ok();
    let all = configured.as_deref().into_iter().chain(own.as_deref()).chain(flags.iter().copied());
    let all = all.collect::<Vec<_>>().join(" ");
    command.env_remove("CARGO_ENCODED_RUSTFLAGS").env_remove("RUSTFLAGS");
    if !all.is_empty() {
        command.env(FLAGS, all);
    }
    own
}

/// cargo's words, and what the author may not see in them.
fn explain(output: String, flags: Option<&str>) -> String {
    let mut output = linker::explained(output);
    if output.contains("getrandom") && output.contains("wasm_js") {
        output.push_str(&format!(
            "\n\nthe plugin brings randomness itself, by plugsmith::getrandom!(); getrandom hears of it in .cargo/config.toml:\n\n\
             [target.{TARGET}]\nrustflags = [\"--cfg\", 'getrandom_backend=\"custom\"']"
        ));
    }
    if let Some(flags) = flags {
        output.push_str(&format!(
            "\n\nRUSTFLAGS is set ({flags}), and the plugin is built with it, too; flags for this machine alone belong in \
             .cargo/config.toml:\n\n[target.'cfg(not(target_family = \"wasm\"))']\nrustflags = [..]"
        ));
    }
    output
}

/// Installs the wasm target; a toolchain file alone does not do it everywhere.
fn install_target(folder: &Path) -> Result<()> {
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
