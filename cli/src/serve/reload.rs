//! Hot reload: a thread that looks at the sources, builds, and puts the new plugin in place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use plugsmith_harness::{Source, build_again, sources_of};

use super::{Served, Server, how, migrations};
use crate::artifact::Named;
use crate::error::Error;
use crate::options::Serve;
use crate::terminal::{self, Progress};

/// How often the sources are looked at.
const EVERY: Duration = Duration::from_millis(300);

/// What the watched files were like when they were looked at last.
type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Watches the sources of what was loaded from `artifact`.
pub(super) fn watch(server: Arc<Server>, plugin: Served, mut artifact: Source, options: Serve) {
    let mut seen = look(&plugin, &artifact, &options);
    // It ends with the program.
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            let now = look(&plugin, &artifact, &options);
            if now == seen {
                continue;
            }
            match again(&server, &plugin, &options) {
                Ok(source) => artifact = source,
                Err(error) => {
                    terminal::error(&error);
                    terminal::note("the plugin is served as it was");
                }
            }
            // What changed during the build is looked at again.
            let built = look(&plugin, &artifact, &options);
            seen = built
                .into_iter()
                .map(|(file, state)| (file.clone(), now.get(&file).copied().unwrap_or(state)))
                .collect();
        }
    });
}

fn again(server: &Server, plugin: &Served, options: &Serve) -> Result<Source, Error> {
    let source = match plugin {
        Served::Plugin(Named::Crate(folder)) => {
            let mut progress = Progress::new(options.quiet);
            Source::Path(build_again(folder, how(options), &mut |line| progress.show(line))?)
        }
        _ => plugin.load(options)?.0,
    };
    let manifest = plugin.manifest(options, source.clone())?;
    let mut app = server.app();
    let before = app.manifest().parsed().name.clone();
    app.reload(source.clone(), manifest)?;
    let name = &app.manifest().parsed().name;
    if *name != before {
        terminal::note(&format!("the new plugin is in place, and has another name: /api/plugins/{name}"));
    } else if !options.quiet {
        terminal::note("the new plugin is in place");
    }
    Ok(source)
}

/// The files that a change of which makes another plugin.
fn look(plugin: &Served, artifact: &Source, options: &Serve) -> Seen {
    let mut files: Vec<PathBuf> = options.manifest.iter().cloned().collect();
    match (plugin, artifact) {
        (Served::Plugin(Named::Crate(folder)), Source::Path(artifact)) => {
            files.extend(sources_of(artifact));
            files.extend(["Cargo.toml", "manifest.json", "pages.json"].map(|name| folder.join(name)));
        }
        (Served::Plugin(Named::Artifact(file)), _) => files.push(file.clone()),
        (Served::Package(path), _) if path.is_dir() => {
            let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
            files.extend(entries.map(|entry| entry.path()));
        }
        (Served::Package(path), _) => files.push(path.clone()),
        _ => {}
    }
    if let Some(folder) = migrations(options, plugin.folder()) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files.extend(entries.map(|entry| entry.path()));
    }
    files.into_iter().map(|file| (file.clone(), state(&file))).collect()
}

fn state(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
