//! `xtp`: runs test plugins of the xtp-test libraries against a plugin.

use std::path::{Path, PathBuf};

use clap::Args;
use plugsmith_harness::xtp::{Report, Suite, Test, Tests};
use plugsmith_harness::{Host, Module, Profile, Source};
use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::artifact;
use crate::error::{Error, FAILED};
use crate::host::HostOptions;
use crate::terminal::{self, BOLD, styled};
use crate::values;

/// The test that a suite which cannot be loaded has failed.
const LOADS: &str = "the suite loads";

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo plugsmith xtp plugin.wasm --with test.wasm
  cargo plugsmith xtp plugin.wasm --with test.wasm --mock-host host.wasm --mock-input 'some text'
  cargo plugsmith xtp                          # the tests of ./xtp.toml
  cargo plugsmith xtp my-plugin --with test.wasm --junit report.xml

The options of the host are for the tested plugin.
Every KEY=VALUE, BODY and --mock-input is text; @FILE is a file's contents; @@ starts text with one @.
A suite that cannot be loaded is reported, and the others run; the exit code is then that of the first such suite.";

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
    /// What `mock_input` answers, or @FILE
    #[arg(long, visible_alias = "mock-input-data", value_name = "TEXT", requires = "with", allow_hyphen_values = true)]
    mock_input: Option<String>,
    /// The file that `mock_input` answers with
    #[arg(long, value_name = "FILE", requires = "with", conflicts_with = "mock_input")]
    mock_input_file: Option<PathBuf>,
    /// The folder with the xtp.toml
    #[arg(long, value_name = "FOLDER", default_value = ".", conflicts_with = "with")]
    path: PathBuf,
    /// Run the `build` commands of xtp.toml, which are whatever its author wrote
    #[arg(long, conflicts_with = "with")]
    build: bool,
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
    /// The tested plugin and the test plugin, as the user named them.
    plugin: String,
    with: String,
    suite: Result<Suite, Unloaded>,
}

/// Why a suite, or a part of several, cannot be loaded.
#[derive(Clone, Debug)]
struct Unloaded {
    reason: String,
    code: u8,
}

impl From<Error> for Unloaded {
    fn from(error: Error) -> Unloaded {
        Unloaded { reason: error.to_string(), code: error.code() }
    }
}

impl From<plugsmith_harness::Error> for Unloaded {
    fn from(error: plugsmith_harness::Error) -> Unloaded {
        Error::from(error).into()
    }
}

pub(crate) fn xtp(options: &Xtp) -> Result<u8, Error> {
    if let Some(path) = &options.junit {
        make_room(path).map_err(|reason| Error::Unwritten { path: path.clone(), reason })?;
    }
    let suites = match &options.with {
        Some(with) => given(options, with)?,
        None => listed(options)?,
    };
    let (mut junit, mut failed, mut unloaded) = (quick_junit::Report::new("xtp"), false, None);
    for Named { name, plugin, with, suite } in suites {
        // Before it runs, which may take a while.
        terminal::output_styled(&format!("{}\n", styled(BOLD, format!("suite {name}"))))?;
        match suite.and_then(|suite| Ok(suite.run()?)) {
            Ok(report) => {
                failed |= !report.passed();
                terminal::output_styled(&shown(&report))?;
                junit.add_test_suite(cases(&name, &report));
            }
            Err(Unloaded { reason, code }) => {
                unloaded.get_or_insert(code);
                let reason = format!("{}\n  tested: {plugin}\n  with: {with}", reason.trim_end());
                terminal::output_styled(&shown_unloaded(&reason))?;
                junit.add_test_suite(case_unloaded(&name, &reason));
            }
        }
    }
    if let Some(path) = &options.junit {
        let file = |reason| Error::Unwritten { path: path.clone(), reason };
        let text = junit.to_string().map_err(|error| file(std::io::Error::other(error)))?;
        std::fs::write(path, text).map_err(file)?;
    }
    Ok(unloaded.unwrap_or(if failed { FAILED } else { 0 }))
}

/// Makes sure that a file can be written, before there is much to write.
fn make_room(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::OpenOptions::new().create(true).append(true).open(path).map(|_| ())
}

/// The test plugin of the command line, for every plugin.
fn given(options: &Xtp, with: &str) -> Result<Vec<Named>, Error> {
    if options.plugins.is_empty() {
        return Err(Error::Input(format!("no plugin to test: cargo plugsmith xtp plugin.wasm --with {with}")));
    }
    let input = match (&options.mock_input_file, &options.mock_input) {
        (Some(path), _) => Some(std::fs::read(path).map_err(|reason| Error::File { path: path.clone(), reason })?),
        (None, Some(text)) => {
            Some(values::bytes(text).map_err(|reason| Error::Input(format!("--mock-input: {reason}")))?)
        }
        (None, None) => None,
    };
    let test = find(options, with);
    let mock = options.mock_host.as_deref().map(|mock| find(options, mock)).transpose();
    let suite = |plugin: &str| {
        let file = find(options, plugin)?;
        let mut host = host(options, &file)?;
        if let Some(mock) = mock.clone()? {
            host = host.link(mock);
        }
        let mut suite = Suite::new(file, test.clone()?).host(host);
        if let Some(input) = &input {
            suite = suite.mock_input(input.clone());
        }
        Ok(suite)
    };
    let named = |plugin: &String| Named {
        name: format!("{plugin} with {with}"),
        plugin: plugin.clone(),
        with: with.to_owned(),
        suite: suite(plugin),
    };
    Ok(options.plugins.iter().map(named).collect())
}

/// The host of a tested plugin.
fn host(options: &Xtp, plugin: &Path) -> Result<Host, Unloaded> {
    let module = Source::from(plugin).read().and_then(|wasm| Module::parse(&wasm))?;
    Ok(options.host.clone().host(&module, options.quiet)?)
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
    let mut plugins: Vec<(String, Result<PathBuf, Unloaded>)> =
        options.plugins.iter().map(|plugin| (plugin.clone(), find(options, plugin))).collect();
    if plugins.is_empty() {
        let plugin = tests.plugin()?;
        plugins.push((plugin.display().to_string(), Ok(plugin)));
    }
    let mut suites = Vec::new();
    for test in &tests.tests {
        let built = make(options, test);
        for (named, plugin) in &plugins {
            let name = match (plugins.len(), plugin) {
                (1, _) => test.name.clone(),
                (_, Ok(file)) => format!("{}, {}", test.name, file_name(file)),
                (_, Err(_)) => format!("{}, {named}", test.name),
            };
            let suite = built.clone().and_then(|()| {
                let plugin = plugin.clone()?;
                let host = host(options, &plugin)?;
                Ok(test.suite(plugin, host)?)
            });
            suites.push(Named { name, plugin: named.clone(), with: test.with.clone(), suite });
        }
    }
    Ok(suites)
}

fn find(options: &Xtp, named: &str) -> Result<PathBuf, Unloaded> {
    Ok(artifact::find(named, Profile::Test, options.quiet)?)
}

/// Makes the test plugin, if there is a command for it.
fn make(options: &Xtp, test: &Test) -> Result<(), Unloaded> {
    let Some(command) = &test.build else { return Ok(()) };
    if !options.build {
        if !options.quiet {
            terminal::note(&format!("not running `{command}` of xtp.toml: --build runs it"));
        }
        return Ok(());
    }
    if !options.quiet {
        terminal::note(&format!("running {command}"));
    }
    Ok(test.build()?)
}

fn file_name(path: &Path) -> std::borrow::Cow<'_, str> {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy()
}

/// The report as `cargo test` prints one.
fn shown(report: &Report) -> String {
    let (passed, failed) = report.counts();
    let verdict = if report.passed() { "ok" } else { "FAILED" };
    format!(
        "{report}\ntest result: {verdict}. {passed} passed; {failed} failed; finished in {:.2}s\n\n",
        report.duration.as_secs_f64(),
    )
}

/// What cannot be loaded, in the same form.
fn shown_unloaded(reason: &str) -> String {
    format!(
        "test {LOADS} ... FAILED\n\nfailures:\n\n---- {LOADS} ----\n{reason}\n\n\
         test result: FAILED. 0 passed; 1 failed\n\n"
    )
}

/// The same as JUnit has it.
fn case_unloaded(name: &str, reason: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(reason.lines().next().unwrap_or_default()).set_description(reason);
    let mut case = TestCase::new(LOADS, status);
    case.set_classname(name);
    let mut suite = TestSuite::new(name);
    suite.add_test_case(case);
    suite
}

/// The report as JUnit has one: a group is a class, of its suite alone.
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
        let class = match &group.name {
            Some(group) => format!("{name} > {group}"),
            None => name.to_owned(),
        };
        case.set_classname(class).set_time(assertion.duration);
        suite.add_test_case(case);
    }
    if let Some(error) = &report.error {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(error.to_string()).set_description(report.details.as_str());
        let mut case = TestCase::new("the suite ends", status);
        case.set_classname(name);
        suite.add_test_case(case);
    }
    suite
}
