//! `xtp.toml`: which test plugins there are for a plugin, and what they are given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::Suite;
use crate::artifact::file;
use crate::engine::host::Host;
use crate::error::{Error, Result};

/// The tests of an `xtp.toml`. Keys that are not about tests are ignored.
///
/// ```no_run
/// // Needs a folder with an xtp.toml.
/// use plugsmith_harness::{Host, xtp::Tests};
///
/// let tests = Tests::read("xtp.toml")?;
/// for test in &tests.tests {
///     test.build()?;
///     test.suite(tests.plugin()?, Host::new())?.run()?.assert_passed();
/// }
/// # Ok::<(), plugsmith_harness::Error>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
pub struct Tests {
    /// The tested plugin: a file, relative to the `xtp.toml`.
    pub bin: Option<String>,
    /// The tests.
    #[serde(default, rename = "test")]
    pub tests: Vec<Test>,
    #[serde(skip)]
    file: PathBuf,
}

/// A `[[test]]`.
#[derive(Clone, Debug, Deserialize)]
pub struct Test {
    /// What people call it.
    pub name: String,
    /// A shell command that makes the test plugin.
    pub build: Option<String>,
    /// The test plugin: a file, relative to the `xtp.toml`.
    pub with: String,
    /// A plugin whose exports answer the tested plugin's imports.
    pub mock_host: Option<String>,
    /// What `mock_input` answers.
    pub mock_input: Option<Input>,
    #[serde(skip)]
    folder: PathBuf,
    /// Keys that are none of these.
    #[serde(flatten)]
    others: BTreeMap<String, IgnoredAny>,
}

/// A `mock_input`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// The text itself.
    Data(String),
    /// A file, relative to the `xtp.toml`.
    File(String),
}

impl Tests {
    /// Reads a file of this form.
    ///
    /// # Errors
    /// [`Error::File`] for one that is not there, or has another form, and for a misspelt key of a test.
    pub fn read(file: impl AsRef<Path>) -> Result<Tests> {
        let file = file.as_ref();
        let failed = |reason: String| Error::File { path: file.to_owned(), reason };
        let text = file::read_to_string(file).map_err(|error| failed(error.to_string()))?;
        let mut tests: Tests = ::toml::from_str(&text).map_err(|error| failed(error.to_string()))?;
        file.clone_into(&mut tests.file);
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        for test in &mut tests.tests {
            if let Some((misspelt, meant)) = test.misspelt() {
                return Err(failed(format!("the test `{}` has no key `{misspelt}`: write `{meant}`", test.name)));
            }
            test.folder.clone_from(&folder);
        }
        Ok(tests)
    }

    /// The tested plugin.
    ///
    /// # Errors
    /// [`Error::File`] without `bin`, and for a URL.
    pub fn plugin(&self) -> Result<PathBuf> {
        match &self.bin {
            Some(bin) => local(self.file.parent().unwrap_or(Path::new("")), bin),
            None => Err(Error::File {
                path: self.file.clone(),
                reason: "it names no plugin: add `bin = \"plugin.wasm\"`".to_owned(),
            }),
        }
    }
}

impl Test {
    /// A key that is near one of a test's, and that one: a suite would run without what it says.
    fn misspelt(&self) -> Option<(&str, &'static str)> {
        let meant = |key: &str| KEYS.into_iter().find(|known| are_near(&letters(key), &letters(known)));
        self.others.keys().find_map(|key| Some((key.as_str(), meant(key)?)))
    }

    /// Runs the command that makes the test plugin, if there is one.
    ///
    /// # Errors
    /// [`Error::BuildFailed`] with what it printed.
    pub fn build(&self) -> Result<()> {
        let Some(command) = &self.build else { return Ok(()) };
        let here = if self.folder.as_os_str().is_empty() { Path::new(".") } else { &self.folder };
        let failed = |output: String| Error::BuildFailed { output: format!("{command}\n{output}") };
        let output = Command::new("sh").arg("-c").arg(command).current_dir(here).output();
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            return Ok(());
        }
        let printed = [output.stdout, output.stderr].concat();
        Err(failed(String::from_utf8_lossy(&printed).into_owned()))
    }

    /// The suite, for this plugin in this host.
    ///
    /// # Errors
    /// [`Error::File`] for an input that cannot be read, and for a URL.
    pub fn suite(&self, plugin: impl Into<PathBuf>, host: Host) -> Result<Suite> {
        let host = match &self.mock_host {
            Some(mock) => host.link(local(&self.folder, mock)?),
            None => host,
        };
        let suite = Suite::new(plugin.into(), local(&self.folder, &self.with)?).host(host);
        Ok(match &self.mock_input {
            None => suite,
            Some(Input::Data(data)) => suite.mock_input(data.as_str()),
            Some(Input::File(file)) => {
                let path = local(&self.folder, file)?;
                let input = file::read(&path).map_err(|error| Error::File { path, reason: error.to_string() })?;
                suite.mock_input(input)
            }
        })
    }
}

/// The keys of a `[[test]]`.
const KEYS: [&str; 5] = ["name", "build", "with", "mock_host", "mock_input"];

fn letters(key: &str) -> String {
    key.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether one letter too many, too few or wrong makes the difference, if there is one.
fn are_near(one: &str, other: &str) -> bool {
    let same = one.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let rest = |text: &str| text.chars().skip(same).collect::<Vec<_>>();
    let (one, other) = (rest(one), rest(other));
    let same = one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count();
    one.len() - same <= 1 && other.len() - same <= 1
}

/// A file of this folder. A test reaches for no network.
fn local(folder: &Path, named: &str) -> Result<PathBuf> {
    if named.starts_with("http://") || named.starts_with("https://") {
        let reason = "a test fetches nothing: download it, and name the file".to_owned();
        return Err(Error::File { path: named.into(), reason });
    }
    Ok(folder.join(named))
}
