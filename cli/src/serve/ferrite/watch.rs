//! Plugins that are built again and put in place when their sources change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use plugsmith_harness::serve::ferrite::Owner;
use plugsmith_harness::{BuildOptions, build_again, sources_of};

use super::Plugin;
use crate::artifact::Named;
use crate::error::Error;
use crate::terminal::{self, Progress};

/// An editor saves in several steps: they are waited for.
const SETTLE: Duration = Duration::from_millis(100);

type Seen = BTreeMap<PathBuf, Option<(SystemTime, u64)>>;

/// Watches the plugins' sources in a thread that ends with the program.
pub(super) fn watch(owner: Owner, plugins: Vec<Plugin>, profile: BuildOptions, quiet: bool) -> Result<(), Error> {
    if plugins.is_empty() {
        return Ok(());
    }
    let (sender, changes) = channel();
    let cannot = |error: notify::Error| Error::Input(format!("cannot watch sources ({error}): add --no-reload"));
    let mut watcher = notify::recommended_watcher(move |_| {
        // Where nobody listens any more, the program ends.
        let _ = sender.send(());
    })
    .map_err(cannot)?;
    let mut watched = BTreeSet::new();
    for plugin in &plugins {
        follow(&mut watcher, &mut watched, plugin).map_err(cannot)?;
    }
    std::thread::spawn(move || run(&owner, plugins, &changes, watcher, watched, (profile, quiet)));
    Ok(())
}

fn run(
    owner: &Owner,
    mut plugins: Vec<Plugin>,
    changes: &Receiver<()>,
    mut watcher: RecommendedWatcher,
    mut watched: BTreeSet<PathBuf>,
    (profile, quiet): (BuildOptions, bool),
) {
    let mut seen: Vec<Seen> = plugins.iter().map(look).collect();
    while changes.recv().is_ok() {
        loop {
            match changes.recv_timeout(SETTLE) {
                Ok(()) => {}
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        for (plugin, seen) in plugins.iter_mut().zip(&mut seen) {
            let now = look(plugin);
            if now == *seen {
                continue;
            }
            // What changes during the build is looked at again.
            *seen = now;
            match again(owner, plugin, profile.clone(), quiet) {
                Ok(()) if !quiet => terminal::note(&format!("the new {} is in place", plugin.name)),
                Ok(()) => {}
                Err(error) => {
                    terminal::error(&error);
                    terminal::note(&format!("{} is served as it was", plugin.name));
                }
            }
            // A new module of the crate is one more file, perhaps in one more folder.
            let _ = follow(&mut watcher, &mut watched, plugin);
            for (file, state) in look(plugin) {
                seen.entry(file).or_insert(state);
            }
        }
    }
}

fn again(owner: &Owner, plugin: &mut Plugin, profile: BuildOptions, quiet: bool) -> Result<(), Error> {
    if let Named::Crate(folder) = &plugin.named {
        let mut progress = Progress::new(quiet);
        plugin.artifact = build_again(folder, profile.clone(), &mut |line| progress.show(line))?;
        plugin.manifest = Some(super::manifest(folder, &plugin.artifact)?);
    }
    let (name, source, manifest) = (plugin.name.clone(), plugin.source(), plugin.manifest.clone());
    let reloaded = owner.with_blocking(move |server| server.reload(&name, &source, manifest));
    reloaded.unwrap_or_else(|| Err("the server's thread has ended".to_owned())).map_err(Error::Input)
}

/// Watches the folders of a plugin's files: editors replace files, and a watch on a file would end with it.
fn follow(
    watcher: &mut RecommendedWatcher,
    watched: &mut BTreeSet<PathBuf>,
    plugin: &Plugin,
) -> Result<(), notify::Error> {
    for file in files(plugin) {
        let Some(folder) = file.parent().filter(|folder| folder.is_dir()) else { continue };
        if watched.insert(folder.to_owned()) {
            watcher.watch(folder, RecursiveMode::NonRecursive)?;
        }
    }
    Ok(())
}

/// The files that a change of which makes another plugin.
fn files(plugin: &Plugin) -> Vec<PathBuf> {
    match &plugin.named {
        Named::Crate(folder) => {
            let mut files: Vec<PathBuf> = sources_of(&plugin.artifact).into_iter().collect();
            files.extend(["Cargo.toml", "plugin.toml"].map(|name| folder.join(name)));
            files
        }
        Named::Artifact(file) => vec![file.clone(), file.with_file_name("plugin.toml")],
    }
}

fn look(plugin: &Plugin) -> Seen {
    files(plugin).into_iter().map(|file| (file.clone(), state(&file))).collect()
}

fn state(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}
