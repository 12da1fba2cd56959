//! A plugin as Orbis takes it: a folder, a .zip, or one .wasm.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::{Form, Package};

use crate::error::{Error, FAILED};
use crate::manifest::orbis::Shipped;
use crate::options::{Pack, PackForm};
use crate::terminal;

pub(super) fn pack(options: &Pack) -> Result<u8, Error> {
    if let (Some(form), Some(named)) = (options.form, named_form(options))
        && form != named
    {
        return Err(Error::Input("--form and the name after --out disagree: leave --form out".to_owned()));
    }
    if let Some(out) = options.out.as_deref().filter(|out| options.form.is_none() && is_another_file(out)) {
        return Err(Error::Input(format!(
            "{} is named like a file, and Orbis takes .zip and .wasm: name it so, or add --form folder",
            out.display()
        )));
    }
    let shipped = Shipped::find(&options.plugin, &options.krate, options.quiet)?;
    let package = Package::new(&shipped.wasm, shipped.manifest(options.manifest.as_deref())?)?;
    let remarks = package.manifest.remarks(&shipped.module);
    if !remarks.is_empty() {
        for remark in &remarks {
            terminal::note(&format!("manifest: {remark}"));
        }
        terminal::error(&"the manifest does not fit: put it right, and pack again");
        return Ok(FAILED);
    }
    for caution in package.manifest.cautions() {
        terminal::note(&format!("note: {caution}"));
    }
    let form = form(options);
    let name = package.manifest.parsed().name.clone();
    let path = options.out.clone().unwrap_or_else(|| match form {
        Form::Folder => PathBuf::from(&name),
        Form::Zip => PathBuf::from(format!("{name}.zip")),
        Form::Wasm => PathBuf::from(format!("{name}.wasm")),
    });
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|reason| Error::File { path: folder.to_owned(), reason })?;
    }
    package.write(form, &path)?;
    terminal::output(format!("{}\n", path.display()).as_bytes())?;
    Ok(0)
}

/// The form that the name of the file says.
fn named_form(options: &Pack) -> Option<PackForm> {
    match options.out.as_deref().and_then(Path::extension)?.to_str()? {
        "zip" => Some(PackForm::Zip),
        "wasm" => Some(PackForm::Wasm),
        _ => None,
    }
}

/// Whether a name ends like that of a file, `x.tar`, which is no form of ours; `x-1.0` may be a folder.
fn is_another_file(out: &Path) -> bool {
    let extension = out.extension().and_then(OsStr::to_str).filter(|_| !out.is_dir());
    extension.is_some_and(|ty| !matches!(ty, "zip" | "wasm") && ty.starts_with(|c: char| c.is_alphabetic()))
}

fn form(options: &Pack) -> Form {
    match options.form.or_else(|| named_form(options)) {
        Some(PackForm::Folder) => Form::Folder,
        Some(PackForm::Zip) => Form::Zip,
        Some(PackForm::Wasm) => Form::Wasm,
        None if options.out.is_none() => Form::Zip,
        None => Form::Folder,
    }
}
