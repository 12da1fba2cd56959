//! `new`: a plugin from one of the templates.

use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::options::New;
use crate::template::Template;
use crate::terminal;

/// Names that a crate cannot have: Rust's keywords, and its own crates.
const RESERVED: &[&str] = &[
    "Self",
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "plugsmith",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

pub(crate) fn new(options: &New) -> Result<u8, Error> {
    check_name(&options.name)?;
    let template = Template::find(&options.template)?;
    let folder = Path::new(&options.name);
    if folder.symlink_metadata().is_ok() {
        return Err(Error::Input(format!("{} exists already: choose another name, or remove it", options.name)));
    }
    // Rendered before the first file is written, so that a mistake leaves nothing behind.
    let files = template.render(&options.name, &options.define)?;
    for (path, contents) in &files {
        let path = folder.join(path);
        let write = || {
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(&path, contents)
        };
        write().map_err(|reason| Error::File { path: path.clone(), reason })?;
    }
    terminal::output(format!("created {} from the template {}\n", options.name, options.template).as_bytes())?;
    if let Some(workspace) = workspace() {
        // Without this, cargo refuses to work in the new folder.
        terminal::note(&format!("\nfirst: add {} to the members of {}", options.name, workspace.display()));
    }
    terminal::note(&format!("\nnext:\n  cd {}\n  cargo test", options.name));
    Ok(0)
}

/// The manifest of the workspace that this folder lies in.
fn workspace() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join("Cargo.toml")).find(|manifest| {
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        toml::from_str::<toml::Table>(&text).is_ok_and(|manifest| manifest.contains_key("workspace"))
    })
}

fn check_name(name: &str) -> Result<(), Error> {
    let wrong = |reason: String| Err(Error::Input(format!("`{name}` is no name for a plugin: {reason}")));
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return wrong("start it with a letter".to_owned());
    }
    if let Some(letter) = name.chars().find(|letter| !letter.is_ascii_alphanumeric() && !['-', '_'].contains(letter)) {
        return wrong(format!("leave out `{letter}`; letters, digits, `-` and `_` are allowed"));
    }
    if RESERVED.contains(&name.replace('-', "_").as_str()) {
        return wrong(format!("Rust or the template needs it, take for instance {name}-plugin"));
    }
    Ok(())
}
