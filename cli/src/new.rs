//! `new`: a plugin from one of the templates.

mod workspace;

use std::path::Path;

use self::workspace::Workspace;
use crate::error::Error;
use crate::options::New;
use crate::template::Template;
use crate::terminal;
use crate::values::TextPair;

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
    "plugsmith_harness",
    "plugsmith_macros",
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
    let defaults = from_checkout(template, &options.define)?;
    let mut files = template.render(&options.name, &options.define, &defaults)?;
    check_manifests(&files, &options.define)?;
    let workspace = Workspace::around(folder)?;
    if let Some(workspace) = &workspace {
        workspace.refuse_twice(&options.name)?;
        files
            .iter_mut()
            .filter(|(path, _)| path == "Cargo.toml")
            .try_for_each(|(_, contents)| workspace.fit(contents))?;
    }
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
    if let Some(workspace) = &workspace {
        workspace.adopt()?;
    }
    terminal::output(format!("created {} from the template {}\n", options.name, options.template).as_bytes())?;
    if !defaults.is_empty() {
        let names = defaults.iter().map(|pair| pair.key.replace('_', "-")).collect::<Vec<_>>().join(" and ");
        terminal::note(&format!("it takes {names} from the checkout that this program was built in"));
    }
    if let Some(workspace) = &workspace {
        terminal::note(&workspace.told());
    }
    terminal::note(&format!("\nnext:\n  cd {}\n  cargo test", options.name));
    Ok(0)
}

/// The crates of the checkout that this program was built in, for what is not defined; none where
/// it was installed from a registry.
fn from_checkout(template: &Template, defined: &[TextPair]) -> Result<Vec<TextPair>, Error> {
    let mut found = Vec::new();
    for (key, manifest) in [
        ("plugsmith", concat!(env!("CARGO_MANIFEST_DIR"), "/../pdk/Cargo.toml")),
        ("plugsmith_harness", concat!(env!("CARGO_MANIFEST_DIR"), "/../harness/Cargo.toml")),
    ] {
        let Ok(manifest) = Path::new(manifest).canonicalize() else { return Ok(Vec::new()) };
        let Some(folder) = manifest.parent().and_then(Path::to_str) else { return Ok(Vec::new()) };
        if template.asks_for(key)? && !defined.iter().any(|pair| pair.key == key) {
            found.push(TextPair { key: key.to_owned(), value: path_to(folder) });
        }
    }
    Ok(found)
}

/// What a crate's [dev-dependencies] have for the harness: the checkout that this program was built in, or its version.
pub(crate) fn dependency_on_the_harness() -> toml_edit::Value {
    let manifest = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../harness/Cargo.toml")).canonicalize();
    match manifest.ok().as_deref().and_then(Path::parent).and_then(Path::to_str) {
        Some(folder) => toml_edit::InlineTable::from_iter([("path", folder)]).into(),
        None => env!("CARGO_PKG_VERSION").into(),
    }
}

/// The right-hand side of a dependency on a folder.
fn path_to(folder: &str) -> String {
    format!("{{ path = {} }}", toml::Value::from(folder))
}

/// Refuses what cargo could not read, before it is written.
fn check_manifests(files: &[(String, Vec<u8>)], defined: &[TextPair]) -> Result<(), Error> {
    // One by one first: together, two wrong values could be right, and none could be named.
    for TextPair { key, value } in
        defined.iter().filter(|pair| ["plugsmith", "plugsmith_harness"].contains(&&*pair.key))
    {
        let read = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
        if !read.is_some_and(|table| table.len() == 1 && (table["value"].is_str() || table["value"].is_table())) {
            let is_version = value.starts_with(|first: char| first.is_ascii_digit() || "^~=<>".contains(first));
            let right = if is_version { toml::Value::from(value.as_str()).to_string() } else { path_to(value) };
            return Err(Error::Input(format!(
                "`{key} = {value}` is no dependency in Cargo.toml: write --define '{key}={right}'"
            )));
        }
    }
    for (path, contents) in files.iter().filter(|(path, _)| path.ends_with("Cargo.toml")) {
        if let Err(error) = toml::from_str::<toml::Table>(&String::from_utf8_lossy(contents)) {
            return Err(Error::Input(format!("{path} would be no TOML, look at each --define: {error}")));
        }
    }
    Ok(())
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
