//! `xtp`: runs test plugins of the xtp-test libraries against a plugin.

use std::path::{Path, PathBuf};

use clap::Args;
use plugsmith_harness::Profile;
use plugsmith_harness::xtp::{Report, Suite, Tests};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::artifact;
use crate::error::{Error, FAILED};
use crate::host::HostOptions;
use crate::terminal::{self, BOLD, styled};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith xtp plugin.wasm --with test.wasm
  cargo plugsmith xtp plugin.wasm --with test.wasm --mock-host host.wasm --mock-input 'some text'
  cargo plugsmith xtp                          # the tests of ./xtp.toml
  cargo plugsmith xtp my-plugin --with test.wasm --junit report.xml";

#[derive(Args, Debug)]
pub(crate) struct Xtp {
    /// The tested plugins: crates' folders, packages, or .wasm or .wat files [default: `bin` of xtp.toml]
    #[arg(value_name = "PLUGIN")]
    plugins: Vec<String>,
    /// The test plugin [default: the tests of xtp.toml]
    #[arg(long, value_name = "TEST")]
    with: Option<String>,
    /// A plugin whose exports answer the tested plugin's imports
    #[arg(long, visible_alias = "host", value_name = "HOST", requires = "with")]
    mock_host: Option<String>,
    /// What `mock_input` answers
    #[arg(long, visible_alias = "mock-input-data", value_name = "TEXT", requires = "with", allow_hyphen_values = true)]
    mock_input: Option<String>,
    /// The file that `mock_input` answers with
    #[arg(long, value_name = "FILE", requires = "with", conflicts_with = "mock_input")]
    mock_input_file: Option<PathBuf>,
    /// The folder with the xtp.toml
    #[arg(long, value_name = "FOLDER", default_value = ".", conflicts_with = "with")]
    path: PathBuf,
    /// Do not run the `build` commands of xtp.toml
    #[arg(long, conflicts_with = "with")]
    no_build: bool,
    /// Write a report for continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Print no progress
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    host: HostOptions,
}

/// A suite that is to be run, and what it is called.
struct Named {
    name: String,
    suite: Suite,
}

pub(crate) fn xtp(options: &Xtp) -> Result<u8, Error> {
    let suites = match &options.with {
        Some(with) => given(options, with)?,
        None => listed(options)?,
    };
    let (mut junit, mut failed) = (quick_junit::Report::new("xtp"), false);
    for Named { name, suite } in suites {
        let report = suite.run()?;
        failed |= !report.passed();
        terminal::output_styled(&shown(&name, &report))?;
        junit.add_test_suite(cases(&name, &report));
    }
    if let Some(path) = &options.junit {
        let file = |reason| Error::File { path: path.clone(), reason };
        let text = junit.to_string().map_err(|error| file(std::io::Error::other(error)))?;
        std::fs::write(path, text).map_err(file)?;
    }
    Ok(if failed { FAILED } else { 0 })
}

/// The test plugin of the command line, for every plugin.
fn given(options: &Xtp, with: &str) -> Result<Vec<Named>, Error> {
    if options.plugins.is_empty() {
        return Err(Error::Input(format!("no plugin to test: cargo plugsmith xtp plugin.wasm --with {with}")));
    }
    let input = match &options.mock_input_file {
        Some(path) => Some(std::fs::read(path).map_err(|reason| Error::File { path: path.clone(), reason })?),
        None => options.mock_input.clone().map(String::into_bytes),
    };
    let find = |named: &str| artifact::find(named, Profile::Test, options.quiet);
    let test = find(with)?;
    let mock = options.mock_host.as_deref().map(find).transpose()?;
    let suite = |plugin: &String| {
        let mut host = options.host.clone().host(options.quiet)?;
        if let Some(mock) = &mock {
            host = host.link(mock.clone());
        }
        let mut suite = Suite::new(find(plugin)?, test.clone()).host(host);
        if let Some(input) = &input {
            suite = suite.mock_input(input.clone());
        }
        Ok(Named { name: format!("{plugin} with {with}"), suite })
    };
    options.plugins.iter().map(suite).collect()
}

/// The tests of the `xtp.toml`, for the plugin that it names, or those that the user names.
fn listed(options: &Xtp) -> Result<Vec<Named>, Error> {
    let file = options.path.join("xtp.toml");
    if !file.is_file() {
        return Err(Error::Input(format!("no {}: name a test plugin, --with test.wasm", file.display())));
    }
    let tests = Tests::read(&file)?;
    if tests.tests.is_empty() {
        return Err(Error::Input(format!("{} has no [[test]]: name a test plugin, --with test.wasm", file.display())));
    }
    let mut plugins = Vec::new();
    for plugin in &options.plugins {
        plugins.push(artifact::find(plugin, Profile::Test, options.quiet)?);
    }
    if plugins.is_empty() {
        plugins.push(tests.plugin()?);
    }
    let mut suites = Vec::new();
    for test in &tests.tests {
        if !options.no_build {
            if let Some(command) = test.build.as_ref().filter(|_| !options.quiet) {
                terminal::note(&format!("running {command}"));
            }
            test.build()?;
        }
        for plugin in &plugins {
            let suite = test.suite(plugin, options.host.clone().host(options.quiet)?)?;
            let name =
                if plugins.len() == 1 { test.name.clone() } else { format!("{}, {}", test.name, file_name(plugin)) };
            suites.push(Named { name, suite });
        }
    }
    Ok(suites)
}

fn file_name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}

/// The report as `cargo test` prints one.
fn shown(name: &str, report: &Report) -> String {
    let (passed, failed) = report.counts();
    let verdict = if report.passed() { "ok" } else { "FAILED" };
    format!(
        "{}\n{report}\ntest result: {verdict}. {passed} passed; {failed} failed; finished in {:.2}s\n\n",
        styled(BOLD, format!("suite {name}")),
        report.duration.as_secs_f64(),
    )
}

/// The report as JUnit has one: a group is a class.
fn cases(name: &str, report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.set_time(report.duration);
    for (group, assertion) in report.assertions() {
        let status = if assertion.passed {
            TestCaseStatus::success()
        } else {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(assertion.reason.as_str()).set_description(assertion.notes.join("\n"));
            status
        };
        let mut case = TestCase::new(assertion.name.as_str(), status);
        case.set_classname(group.name.as_deref().unwrap_or(name)).set_time(assertion.duration);
        suite.add_test_case(case);
    }
    if let Some(error) = &report.error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(error.to_string()).set_description(report.details.as_str());
        suite.add_test_case(TestCase::new("the suite ends", status));
    }
    suite
}
