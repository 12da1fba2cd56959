//! An artifact held against the Extism manifest that it is to be loaded with.

use super::{Artifact, Report};
use crate::engine::door::matches_nothing;
use crate::hosts::extism::Manifest;
use crate::import::{KERNEL, WASI};

pub(super) fn judge(artifact: &Artifact, manifest: &Manifest, report: &mut Report) {
    let imports =
        |module: &str, name: &str| artifact.module.imports.iter().any(|i| i.module == module && i.name == name);
    let (pages, limit) = (artifact.module.initial_pages, manifest.memory.max_pages);
    if let Some(limit) = limit.filter(|limit| pages > u64::from(*limit)) {
        report.breach(
            format!("starts with {pages} pages of memory, and the manifest gives {limit}"),
            format!("set max_pages to {pages} or more: blocks of input and output count, too"),
        );
    }
    for (why, fix) in manifest.allowed_hosts.iter().flatten().filter_map(|pattern| matches_nothing(pattern)) {
        report.note(format!("the manifest allows hosts in vain: {why}"), fix);
    }
    if imports(KERNEL, "http_request") && manifest.allowed_hosts.as_ref().is_none_or(Vec::is_empty) {
        report.note(
            "makes HTTP requests, and the manifest allows no host: every request ends the call",
            "add the hosts to `allowed_hosts`",
        );
    }
    if imports(KERNEL, "var_set") && manifest.memory.max_var_bytes == Some(0) {
        report.breach("sets variables, which the manifest switches off", "leave out `max_var_bytes`, or give it room");
    }
    let paths = manifest.allowed_paths.iter().flatten().map(|(folder, _)| folder.strip_prefix("ro:").unwrap_or(folder));
    let missing = paths.filter(|folder| !std::path::Path::new(folder).is_dir());
    for folder in missing {
        report.breach(
            format!("cannot load: the manifest allows the folder {folder}, which is not there"),
            "make the folder, or leave it out",
        );
    }
    let has_paths = manifest.allowed_paths.as_ref().is_some_and(|paths| !paths.is_empty());
    if has_paths && !imports(WASI, "path_open") {
        report.note("opens no files, and the manifest allows folders", "leave out `allowed_paths`");
    }
}
