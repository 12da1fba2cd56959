//! The table of cases that every host must pass, and what the Rust drivers share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// What a plugin finds in its host, the calls made, and what must come of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A sentence.
    pub name: String,
    /// The file's name, without `.wasm`.
    pub artifact: String,
    /// The configuration.
    #[serde(default)]
    pub config: BTreeMap<String, String>,
    /// What `kv_read` finds.
    #[serde(default)]
    pub kv: BTreeMap<String, String>,
    /// What `storage_get` finds: RESP.
    #[serde(default)]
    pub storage: BTreeMap<String, String>,
    /// The error that every storage function answers with.
    pub refusal: Option<String>,
    /// Why the harness differs from the real hosts here, on purpose.
    pub real_hosts_only: Option<String>,
    /// Whether the host offers WASI.
    #[serde(default)]
    pub wasi: bool,
    /// Limits of the manifest, under Extism's names: `max_pages`, `max_var_bytes`.
    #[serde(default)]
    pub memory: BTreeMap<String, u32>,
    /// What the host's refusal to load must name; a case with this has no calls.
    #[serde(default)]
    pub refused: Vec<String>,
    /// Calls of one instance, in order.
    #[serde(default)]
    pub calls: Vec<Call>,
}

/// One call. In the input, `{0}` is the output of the first call, `{1}` of the second ..
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The export.
    pub function: String,
    /// The input.
    pub input: String,
    /// The output, exactly.
    pub output: Option<String>,
    /// What the output starts with.
    pub output_starts: Option<String>,
    /// The bytes of an output that is not the same in every run.
    pub output_length: Option<usize>,
    /// The error's text, exactly.
    pub error: Option<String>,
    /// What the error's text starts with.
    pub error_starts: Option<String>,
    /// Whether the call fails in whatever words the host has for it.
    #[serde(default)]
    pub fails: bool,
}

/// A host under test, with one plugin in it.
pub trait Loaded {
    /// Calls an export: its output, or the error's text.
    ///
    /// # Errors
    /// The text that the host gives its user.
    fn call(&mut self, function: &str, input: &[u8]) -> Result<Vec<u8>, String>;
}

/// The cases of `cases.json`.
///
/// # Panics
/// The file is not what [`Case`] says.
pub fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../cases.json")).expect("cases.json is a list of cases")
}

/// Builds the artifacts that the cases name, as their author would ship them; the folder they are in.
///
/// # Panics
/// cargo does not build them.
pub fn release_artifacts() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let packages: std::collections::BTreeSet<String> =
        cases().into_iter().map(|case| case.artifact.replace('_', "-")).collect();
    let mut build = Command::new(cargo);
    build.current_dir(&root).args(["build", "--release", "--lib", "--target", "wasm32-unknown-unknown"]);
    build.args(["--message-format", "json-render-diagnostics"]);
    for package in packages {
        build.args(["--package", &package]);
    }
    let output = build.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // cargo alone knows where its target folder is.
    let artifact = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter_map(|message| {
            let files = message["filenames"].as_array()?.iter().filter_map(|file| file.as_str());
            files.filter(|file| file.ends_with(".wasm")).map(PathBuf::from).next()
        })
        .next();
    artifact.as_deref().and_then(Path::parent).expect("cargo names the artifacts it builds").to_owned()
}

/// Runs the cases in a host that `load` makes, prints a line about each that fails, and the sums.
///
/// # Panics
/// A case failed.
#[track_caller]
pub fn judge<L: Loaded>(host: &str, cases: &[Case], load: impl Fn(&Case, &[u8]) -> Result<L, String>) {
    let folder = release_artifacts();
    let (mut passed, mut failures) = (0, Vec::new());
    for case in cases {
        let path = folder.join(format!("{}.wasm", case.artifact));
        let wasm = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        match run(case, load(case, &wasm)) {
            Ok(()) => passed += 1,
            Err(why) => failures.push(format!("{host}: {}: {why}", case.name)),
        }
    }
    println!("{host}: {passed} passed, {} failed", failures.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn run<L: Loaded>(case: &Case, loaded: Result<L, String>) -> Result<(), String> {
    let mut plugin = match loaded {
        Err(message) if !case.refused.is_empty() => {
            return match case.refused.iter().find(|name| !message.contains(*name)) {
                Some(name) => Err(format!("the refusal does not name {name}: {message}")),
                None => Ok(()),
            };
        }
        // Some hosts instantiate when they load, others at the first call.
        Err(message) if case.calls.first().is_some_and(|call| call.error.as_ref() == Some(&message)) => return Ok(()),
        Err(message) => return Err(format!("it does not load: {message}")),
        Ok(_) if !case.refused.is_empty() => return Err("it loads, and should be refused".to_owned()),
        Ok(plugin) => plugin,
    };
    let mut outputs: Vec<String> = Vec::new();
    for (index, call) in case.calls.iter().enumerate() {
        let mut input = call.input.clone();
        for (index, output) in outputs.iter().enumerate() {
            input = input.replace(&format!("{{{index}}}"), output);
        }
        let result = plugin.call(&call.function, input.as_bytes());
        let came = match &result {
            Ok(output) => format!("gave {:?}", String::from_utf8_lossy(output)),
            Err(error) => format!("failed with {error:?}"),
        };
        if !call.accepts(&result) {
            return Err(format!("call {index}, {}, {came}, expected {}", call.function, call.expectation()));
        }
        outputs.push(String::from_utf8_lossy(&result.unwrap_or_default()).into_owned());
    }
    Ok(())
}

impl Call {
    fn accepts(&self, result: &Result<Vec<u8>, String>) -> bool {
        match (self, result) {
            (Call { output: Some(text), .. }, Ok(output)) => output == text.as_bytes(),
            (Call { output_starts: Some(text), .. }, Ok(output)) => output.starts_with(text.as_bytes()),
            (Call { output_length: Some(length), .. }, Ok(output)) => output.len() == *length,
            (Call { error: Some(text), .. }, Err(error)) => error == text,
            (Call { error_starts: Some(text), .. }, Err(error)) => error.starts_with(text),
            (Call { fails: true, .. }, Err(_)) => true,
            _ => false,
        }
    }

    fn expectation(&self) -> String {
        match self {
            Call { output: Some(text), .. } => format!("{text:?}"),
            Call { output_starts: Some(text), .. } => format!("{text:?}.."),
            Call { output_length: Some(length), .. } => format!("{length} bytes"),
            Call { error: Some(text), .. } => format!("the error {text:?}"),
            Call { error_starts: Some(text), .. } => format!("the error {text:?}.."),
            Call { fails: true, .. } => "an error".to_owned(),
            _ => "nothing, which is a mistake in the table".to_owned(),
        }
    }
}
