//! The two files that Query installs, and a project to install them in.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::extism::sha256;
use plugsmith_harness::hosts::profile;
use plugsmith_harness::hosts::query::{Entry, Plugins, file_name};
use plugsmith_harness::{Profile, check, strip};

use crate::artifact;
use crate::error::{Error, FAILED};
use crate::options::Pack;
use crate::terminal;

pub(super) fn pack(options: &Pack) -> Result<u8, Error> {
    if let Some(project) = options.project.as_ref().filter(|project| !project.is_dir()) {
        return Err(Error::Input(format!("no folder {}: name the folder of a Query project", project.display())));
    }
    let artifact = artifact::find(&options.plugin, Profile::Release, options.quiet)?;
    let report = check(artifact.clone(), &profile("query")?)?;
    let breaches = report.breaches().map(|finding| format!("\n  {}; fix: {}", finding.what, finding.fix));
    let breaches = breaches.collect::<String>();
    if !breaches.is_empty() {
        terminal::error(&format!("this plugin cannot work in {}:{breaches}", report.host));
        return Ok(FAILED);
    }
    let out = options.out.as_deref().unwrap_or(Path::new(""));
    let wasm = std::fs::read(&artifact).map_err(|reason| Error::File { path: artifact.clone(), reason })?;
    let wasm = strip(&wasm)?;
    let stem = artifact.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = file_name(&stem);
    let hash = sha256(&wasm);
    write(&out.join(&name), &wasm)?;
    // The digits alone: Query takes the whole file for the hash.
    write(&out.join(format!("{name}.sha256")), hash.as_bytes())?;
    if let Some(project) = &options.project {
        install(project, options, &name, &wasm, hash)?;
    }
    Ok(0)
}

/// Does what `query plugin install` does after its download.
fn install(project: &Path, options: &Pack, name: &str, wasm: &[u8], sha256: String) -> Result<(), Error> {
    write(&project.join("plugins").join(name), wasm)?;
    let repo_url = options.repo_url.trim_end_matches('/').to_owned();
    let url = match (repo_url.is_empty(), options.tag.is_empty()) {
        (false, false) => format!("{repo_url}/releases/download/{}/{name}", options.tag),
        _ => String::new(),
    };
    let path = project.join(".query/plugins.toml");
    let mut plugins = Plugins::read(&path)?;
    plugins.put(Entry {
        name: name.to_owned(),
        tag: options.tag.clone(),
        url,
        sha256,
        repo_url,
        published_at: String::new(),
    });
    plugins.write(&path)?;
    terminal::output(format!("{}\n", path.display()).as_bytes())
}

fn write(path: &PathBuf, contents: &[u8]) -> Result<(), Error> {
    let fail = |reason| Error::File { path: path.clone(), reason };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    std::fs::write(path, contents).map_err(fail)?;
    terminal::output(format!("{}\n", path.display()).as_bytes())
}
