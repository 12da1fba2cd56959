//! What ships: stripped, through `wasm-opt` where that is installed, in one place.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::artifact::file;
use crate::artifact::module::Module;
use crate::artifact::origin::refuse_leaks;
use crate::artifact::strip::strip;
use crate::error::{Error, Result};

/// The environment variable that names another `wasm-opt`; empty, none is used.
const TOOL: &str = "PLUGSMITH_WASM_OPT";

/// The file beside an artifact that ships with the same code, which has the names of its functions.
pub fn named(artifact: &Path) -> PathBuf {
    artifact.with_extension("named.wasm")
}

/// Makes what ships of what cargo has built, at `path`.
pub(super) fn place(built: &Path, path: &Path) -> Result<()> {
    let wasm = match optimised(built, path)? {
        Some(wasm) => wasm,
        None => read(built)?,
    };
    refuse_leaks(&Module::parse(&wasm)?, Some(path))?;
    put(&named(path), &wasm)?;
    put(path, &strip(&wasm)?)
}

/// The same module, made smaller by `wasm-opt`; `None` where there is no such program.
fn optimised(built: &Path, path: &Path) -> Result<Option<Vec<u8>>> {
    let tool = std::env::var_os(TOOL);
    let program = tool.clone().unwrap_or_else(|| "wasm-opt".into());
    if program.is_empty() {
        return Ok(None);
    }
    let out = path.with_extension("opt.half");
    // `-g` keeps the names; sections that it does not know are kept anyhow.
    let output = Command::new(&program).args(["-Oz", "-g"]).arg(built).arg("-o").arg(&out).output();
    let failed = |reason: String| Error::BuildFailed {
        output: format!(
            "{} {reason}\nset {TOOL} to another wasm-opt, or to nothing to ship without it",
            program.display()
        ),
    };
    let output = match output {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && tool.is_none() => return Ok(None),
        output => output.map_err(|error| failed(format!("cannot be run: {error}")))?,
    };
    if !output.status.success() {
        let _ = std::fs::remove_file(&out);
        return Err(failed(format!("failed:\n{}", String::from_utf8_lossy(&output.stderr).trim_end())));
    }
    let wasm = read(&out)?;
    let _ = std::fs::remove_file(&out);
    Module::parse(&wasm).map_err(|error| failed(format!("made a module that no host loads: {error}")))?;
    Ok(Some(wasm))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>> {
    file::read(path).map_err(|error| Error::File { path: path.to_owned(), reason: error.to_string() })
}

/// Puts a file in place at once, for processes that read it without the lock.
pub(super) fn put(path: &Path, contents: &[u8]) -> Result<()> {
    if file::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    let fail = |error: std::io::Error| Error::File { path: path.to_owned(), reason: error.to_string() };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    file::replace(&[(path.to_owned(), contents.to_vec())]).map_err(fail)
}
