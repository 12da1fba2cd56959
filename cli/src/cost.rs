//! `cost`: what each export costs, from the last test run, and whether it costs more than a baseline says.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use plugsmith_harness::powers::cost::{Comparison, Summary, last_run};
use plugsmith_harness::{Profile, file};
use serde::Serialize;

use crate::artifact::{self, CrateOptions, Named};
use crate::error::{Error, FAILED};
use crate::terminal;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith test && cargo plugsmith cost
  cargo plugsmith cost --save
  cargo plugsmith cost --check --tolerance 5%
  cargo plugsmith cost --check --format md >> $GITHUB_STEP_SUMMARY
  cargo plugsmith cost plugin.wasm --format json | jq .exports

Tests record the cost of every call that they make; this verb reads what the last run recorded of the artifact that
the sources make now, built with the profile for tests, so run the tests first. A call with a fault, such as of a fault
sweep, is no cost of the plugin's, and is left out.
FILE is costs.json beside the crate's Cargo.toml, or beside the artifact, unless it is named: commit it.
--check ends with 1 if the median or the highest fuel, the pages, the bytes of output or the host calls of an export,
or the artifact's size, rose by more than the tolerance, or if an export of FILE was not called. Where the compiler,
Extism or the profile is another one than in FILE, nothing is compared, and it says that FILE needs to be saved anew.";

#[derive(Args, Debug)]
pub(crate) struct Cost {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN", default_value = ".")]
    plugin: String,
    /// Write what the last test run cost to FILE, the baseline
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "check")]
    save: Option<Option<PathBuf>>,
    /// Say what has changed since FILE was saved, and fail where something costs more
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    check: Option<Option<PathBuf>>,
    /// By how much a cost may rise, in percent
    #[arg(long, value_name = "PERCENT", default_value = "0%", value_parser = percent, requires = "check")]
    tolerance: f64,
    /// How to print
    #[arg(long, default_value = "text")]
    format: Format,
    /// Print no progress
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    krate: CrateOptions,
}

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table for a terminal
    Text,
    /// A table in Markdown, such as for a pull request
    Md,
    /// One JSON object
    Json,
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text).trim().parse::<f64>();
    number.ok().filter(|number| number.is_finite() && *number >= 0.0).ok_or("write a percentage such as 5%".to_owned())
}

/// A comparison, as `--format json` prints it.
#[derive(Serialize)]
struct Compared<'a> {
    ok: bool,
    comparable: bool,
    #[serde(flatten)]
    comparison: &'a Comparison,
}

pub(crate) fn cost(options: &Cost) -> Result<u8, Error> {
    let plugin = artifact::locate(&options.plugin)?;
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Test), options.quiet)?;
    let recorded = last_run(&artifact)?.ok_or_else(|| untested(&plugin))?;
    let now = Summary::of(&recorded);
    if let Some(file) = &options.save {
        let file = file.clone().unwrap_or_else(|| beside(&plugin));
        std::fs::write(&file, json(&now)).map_err(|reason| Error::Unwritten { path: file.clone(), reason })?;
        if !options.quiet {
            terminal::note(&format!("saved the costs of {} exports in {}", now.exports.len(), file.display()));
        }
        return Ok(0);
    }
    let Some(file) = &options.check else {
        print(options.format, || now.to_string(), || now.markdown(), || json(&now))?;
        return Ok(0);
    };
    let file = file.clone().unwrap_or_else(|| beside(&plugin));
    let comparison = now.compare(&read(&file)?, options.tolerance);
    let compared = Compared { ok: comparison.is_ok(), comparable: comparison.is_comparable(), comparison: &comparison };
    print(options.format, || comparison.to_string(), || comparison.markdown(), || json(&compared))?;
    if !comparison.is_comparable() && !options.quiet {
        terminal::note(&format!("to save {} anew: cargo plugsmith cost --save", file.display()));
    }
    Ok(if comparison.is_ok() { 0 } else { FAILED })
}

fn print(
    format: Format,
    text: impl FnOnce() -> String,
    markdown: impl FnOnce() -> String,
    json: impl FnOnce() -> Vec<u8>,
) -> Result<(), Error> {
    match format {
        Format::Text => terminal::output_styled(&(text() + "\n")),
        Format::Md => terminal::output(markdown().as_bytes()),
        Format::Json => terminal::output(&json()),
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    let mut json = serde_json::to_vec_pretty(value).expect("costs have a JSON form");
    json.push(b'\n');
    json
}

fn read(file: &Path) -> Result<Summary, Error> {
    let text = file::read_to_string(file).map_err(|reason| match reason.kind() {
        std::io::ErrorKind::NotFound => Error::Input(format!(
            "no baseline {}: save one with cargo plugsmith cost --save, and commit it",
            file.display()
        )),
        _ => Error::File { path: file.to_owned(), reason },
    })?;
    serde_json::from_str(&text).map_err(|error| {
        Error::Input(format!(
            "{} is no baseline ({error}): save it anew with cargo plugsmith cost --save",
            file.display()
        ))
    })
}

/// The baseline of a plugin, unless another is named.
fn beside(plugin: &Named) -> PathBuf {
    match plugin {
        Named::Crate(folder) => folder.join("costs.json"),
        Named::Artifact(artifact) => artifact.with_file_name("costs.json"),
    }
}

/// Why there is nothing to read.
pub(crate) fn untested(plugin: &Named) -> Error {
    Error::Input(match plugin {
        Named::Crate(_) => {
            "no test has run this plugin as its sources are now: run cargo plugsmith test first, with the \
                            same --features, --profile and --target-dir"
                .to_owned()
        }
        Named::Artifact(path) => format!(
            "no test has run {}: load it in a test with Plugin::load, run cargo plugsmith test, and call this in the same \
             workspace",
            path.display()
        ),
    })
}
