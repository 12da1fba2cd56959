//! `audit`: what a plugin may do, can do and does, and what an update of it newly asks for.

mod manifest;

use std::path::{Path, PathBuf};

use clap::Args;
use plugsmith_harness::powers::audit::{Audit, Difference};
use plugsmith_harness::powers::cost::last_run;
use plugsmith_harness::{Module, Profile, Source};
use serde::Serialize;

use crate::artifact::{self, CrateOptions, Named};
use crate::cost::untested;
use crate::error::{Error, FAILED};
use crate::terminal;
use manifest::Form;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith test && cargo plugsmith audit
  cargo plugsmith audit --check
  cargo plugsmith audit --manifest manifest.json
  cargo plugsmith audit new.wasm --diff old.wasm
  cargo plugsmith audit vendor/resize.wasm --json | jq .permissions

Declared is what the manifest grants: plugin.toml or manifest.json beside Cargo.toml or the artifact, the manifest in an
Orbis artifact, or --manifest, which may be Extism's, too. Linked is what the imports behind an entry point let it do.
Exercised is what the last test run did, so run the tests first; without them, the audit tells the rest.
--check ends with 1 if the plugin asks for more than the tests use, or for less than it imports.
--diff runs nothing and needs no tests: it tells what the update of someone else's plugin newly asks for, and with
--check ends with 1 if that is anything.";

#[derive(Args, Debug)]
pub(crate) struct AuditOptions {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN", default_value = ".")]
    plugin: String,
    /// The manifest [default: plugin.toml or manifest.json beside Cargo.toml or the artifact]
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    manifest: Option<PathBuf>,
    /// Fail where the plugin asks for more than it uses
    #[arg(long)]
    check: bool,
    /// Show what PLUGIN asks for and this artifact does not
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Print no progress
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    krate: CrateOptions,
}

/// An audit, as `--json` prints it.
#[derive(Serialize)]
struct Audited<'a> {
    ok: bool,
    #[serde(flatten)]
    audit: &'a Audit,
    /// The smallest manifest.
    manifest: &'a str,
}

/// A difference, as `--json` prints it.
#[derive(Serialize)]
struct Differs<'a> {
    ok: bool,
    #[serde(flatten)]
    difference: &'a Difference,
}

pub(crate) fn audit(options: &AuditOptions) -> Result<u8, Error> {
    let plugin = artifact::locate(&options.plugin)?;
    if let Some(old) = &options.diff {
        // What is reviewed is what ships.
        let artifact = artifact::build(&plugin, options.krate.of(Profile::Release), options.quiet)?;
        return diff(options, old, &artifact);
    }
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Test), options.quiet)?;
    let recorded = last_run(&artifact)?;
    if recorded.is_none() && options.check {
        return Err(untested(&plugin));
    }
    let declared = manifest::find(options.manifest.as_deref(), &plugin, &artifact)?;
    let form = declared.as_ref().map_or_else(|| form(&artifact), |(form, _)| Ok(*form))?;
    let audit = Audit::of(artifact, recorded.as_ref(), declared.map(|(_, grants)| grants))?;
    let smallest = form.smallest(&audit);
    if options.json {
        print_json(&Audited { ok: audit.is_ok(), audit: &audit, manifest: &smallest })?;
    } else {
        let known = if audit.is_tested { "what the tests used" } else { "what it imports" };
        let indented = smallest.lines().map(|line| format!("  {line}\n")).collect::<String>();
        terminal::output_styled(&format!(
            "{audit}\n\nthe smallest manifest, for {known} ({})\n{indented}",
            form.file()
        ))?;
    }
    Ok(if options.check && !audit.is_ok() { FAILED } else { 0 })
}

fn diff(options: &AuditOptions, old: &Path, artifact: &Path) -> Result<u8, Error> {
    let old = match artifact::locate(&old.to_string_lossy())? {
        Named::Artifact(old) => old,
        Named::Crate(_) => return Err(Error::Input("--diff takes a .wasm or .wat file".to_owned())),
    };
    let difference = Difference::between(old, artifact)?;
    if options.json {
        print_json(&Differs { ok: difference.is_ok(), difference: &difference })?;
    } else {
        terminal::output_styled(&format!("{difference}\n"))?;
    }
    Ok(if options.check && !difference.is_ok() { FAILED } else { 0 })
}

fn print_json(value: &impl Serialize) -> Result<(), Error> {
    let mut json = serde_json::to_vec_pretty(value).expect("an audit has a JSON form");
    json.push(b'\n');
    terminal::output(&json)
}

/// The manifest that a plugin without one would have.
fn form(artifact: &Path) -> Result<Form, Error> {
    let module = Module::parse(&Source::Path(artifact.to_owned()).read()?)?;
    Ok(match () {
        () if module.is_orbis() => Form::Orbis,
        () if module.commands().next().is_some() => Form::Ferrite,
        () => Form::Extism,
    })
}
