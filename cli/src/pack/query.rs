//! The two files that Query installs, and a project to install them in.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::extism::sha256;
use plugsmith_harness::hosts::profile;
use plugsmith_harness::hosts::query::{Entry, Plugins, file_name};
use plugsmith_harness::{Profile, Source, check, file, strip};

use crate::artifact;
use crate::error::{Error, FAILED};
use crate::options::Pack;
use crate::terminal;

pub(super) fn pack(options: &Pack) -> Result<u8, Error> {
    if let Some(project) = options.project.as_ref().filter(|project| !project.is_dir()) {
        return Err(Error::Input(format!("no folder {}: name the folder of a Query project", project.display())));
    }
    for (option, given) in [("--form", options.form.is_some()), ("--manifest", options.manifest.is_some())] {
        if given {
            return Err(Error::Input(format!("{option} is for Orbis: leave it out, a plugin for Query is one .wasm")));
        }
    }
    let release = release(options)?;
    let artifact = artifact::find(&options.plugin, options.krate.of(Profile::Release), options.quiet)?;
    let report = check(artifact.clone(), &profile("query")?)?;
    let breaches = report.breaches().map(|finding| format!("\n  {}; fix: {}", finding.what, finding.fix));
    let breaches = breaches.collect::<String>();
    if !breaches.is_empty() {
        terminal::error(&format!("this plugin cannot work in {}:{breaches}", report.host));
        return Ok(FAILED);
    }
    let out = options.out.as_deref().unwrap_or(Path::new(""));
    let wasm = strip(&Source::from(artifact.clone()).read()?)?;
    let name = name(&artifact)?;
    let hash = sha256(&wasm);
    // Whatever may be wrong is found before there is a file.
    let list = options.project.as_deref().map(|project| list(project, &release, &name, &hash)).transpose()?;
    // The digits alone: Query takes the whole file for the hash.
    let files = [(out.join(&name), wasm.clone()), (out.join(format!("{name}.sha256")), hash.into_bytes())];
    refuse_others(&files[0].0, &files[1].0)?;
    write(&files)?;
    // What `query plugin install` does after its download.
    if let (Some(project), Some((path, plugins))) = (&options.project, list) {
        write(&[(project.join("plugins").join(&name), wasm)])?;
        plugins.write(&path)?;
        terminal::output(format!("{}\n", path.display()).as_bytes())?;
    }
    Ok(0)
}

/// The file's name, which is a part of URLs, too.
fn name(artifact: &Path) -> Result<String, Error> {
    let stem = artifact.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    if stem.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(letter)) {
        return Ok(file_name(&stem));
    }
    let reason = "Query downloads it by this name, so it has letters, digits, `-`, `_` and `.` only: rename it";
    Err(Error::Input(format!("{}: {reason}", artifact.display())))
}

/// Where the plugin is released; without a tag and a URL where there is no release.
#[derive(Default)]
struct Release {
    tag: String,
    repo_url: String,
    /// The folder of its files.
    files: String,
}

fn release(options: &Pack) -> Result<Release, Error> {
    let (tag, repo_url) = (options.tag.trim(), options.repo_url.trim().trim_end_matches('/'));
    match (tag.is_empty(), repo_url.is_empty()) {
        (true, true) => return Ok(Release::default()),
        (true, false) => return Err(Error::Input("--repo-url without --tag: name the release, too".to_owned())),
        (false, true) => return Err(Error::Input("--tag without --repo-url: name the repository, too".to_owned())),
        (false, false) => {}
    }
    let rest = repo_url.strip_prefix("https://").or_else(|| repo_url.strip_prefix("http://"));
    // Query asks GitHub for the last two parts.
    let is_repository = |rest: &str| {
        let parts = rest.split('/').collect::<Vec<_>>();
        parts.len() >= 3 && parts.iter().all(|part| !part.is_empty()) && !rest.contains(char::is_whitespace)
    };
    if !rest.is_some_and(is_repository) {
        return Err(Error::Input(format!(
            "--repo-url {}: write the repository's URL, such as https://github.com/me/query-plugin-argon2",
            options.repo_url
        )));
    }
    let files = format!("{repo_url}/releases/download/{tag}");
    Ok(Release { tag: tag.to_owned(), repo_url: repo_url.to_owned(), files })
}

/// The project's list of plugins with this one, and where it is.
fn list(project: &Path, release: &Release, name: &str, sha256: &str) -> Result<(PathBuf, Plugins), Error> {
    let url = match release.files.as_str() {
        "" => String::new(),
        files => format!("{files}/{name}"),
    };
    let path = project.join(".query/plugins.toml");
    let mut plugins = Plugins::read(&path)?;
    plugins.put(Entry {
        name: name.to_owned(),
        tag: release.tag.clone(),
        url,
        sha256: sha256.to_owned(),
        repo_url: release.repo_url.clone(),
        published_at: String::new(),
    });
    Ok((path, plugins))
}

/// Refuses to replace a plugin that no earlier `pack` has put there: that has its hash beside it.
fn refuse_others(wasm: &Path, hash: &Path) -> Result<(), Error> {
    for path in [wasm, hash] {
        file::refuse_link(path).map_err(|reason| Error::File { path: path.to_owned(), reason })?;
    }
    let (found, digits) = (file::read(wasm), file::read_to_string(hash));
    match (&found, &digits) {
        (Err(one), Err(other)) if [one, other].iter().all(|error| error.kind() == ErrorKind::NotFound) => Ok(()),
        (Ok(found), Ok(digits)) if sha256(found) == *digits => Ok(()),
        _ => Err(Error::Input(format!(
            "{} or {} is there, and no earlier package: choose another place (`--out`)",
            wasm.display(),
            hash.display()
        ))),
    }
}

fn write(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
    for (path, _) in files {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|reason| Error::File { path: path.clone(), reason })?;
        }
    }
    file::replace(files).map_err(|reason| Error::Unwritten { path: files[0].0.clone(), reason })?;
    files.iter().try_for_each(|(path, _)| terminal::output(format!("{}\n", path.display()).as_bytes()))
}
