//! Modules whose exports answer a plugin's imports: those of its manifest, or one that mocks its
//! host. They share the kernel's memory, so a block's offset means the same to all.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::artifact::module::Module;
use crate::error::{Error, Result};
use crate::import::{Import, KERNEL, WASI};

/// What Extism calls the plugin itself among the modules that it links.
pub(crate) const MAIN: &str = "main";

/// Leaves in `module` what the plugin and the other modules of its manifest want from the host.
///
/// # Errors
/// [`Error::BadSignature`] for an import and an export of other types, [`Error::InvalidModule`] for
/// modules that import from each other: Extism links what a module imports from first, without end.
pub(super) fn modules(module: &mut Module, others: &BTreeMap<&str, Module>) -> Result<()> {
    let mut wanted = Wanted::default();
    let imports = std::mem::take(&mut module.imports);
    for import in imports.iter().chain(others.values().flat_map(|other| &other.imports)) {
        let other = others.get(import.module.as_str());
        match other.and_then(|other| other.exports.get(&import.name)) {
            None => wanted.add(import),
            Some(signature) if *signature == import.signature => {}
            Some(signature) => {
                let other = format!("the module `{}` exports `{}`", import.module, signature.render(&import.name));
                return Err(Error::BadSignature { artifact: import.signature.render(&import.name), other });
            }
        }
    }
    module.imports = wanted.imports;
    refuse_circles(others)
}

/// Imports, each once.
#[derive(Default)]
struct Wanted<'a> {
    known: HashSet<(&'a str, &'a str)>,
    imports: Vec<Import>,
}

impl<'a> Wanted<'a> {
    fn add(&mut self, import: &'a Import) {
        if self.known.insert((&import.module, &import.name)) {
            self.imports.push(import.clone());
        }
    }
}

/// Refuses modules that import from each other: what is left when those are taken away, one by one,
/// that import from none of the others.
fn refuse_circles(others: &BTreeMap<&str, Module>) -> Result<()> {
    let mut left: BTreeSet<&str> = others.keys().copied().collect();
    let mut importers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut imported = BTreeMap::new();
    for (name, other) in others {
        let of: BTreeSet<&str> = other.imports.iter().map(|import| import.module.as_str()).collect();
        let of: Vec<&str> = of.into_iter().filter(|module| others.contains_key(module)).collect();
        imported.insert(*name, of.len());
        of.into_iter().for_each(|module| importers.entry(module).or_default().push(name));
    }
    let mut free: Vec<&str> = left.iter().copied().filter(|name| imported[name] == 0).collect();
    while let Some(name) = free.pop() {
        left.remove(name);
        for importer in importers.remove(name).unwrap_or_default() {
            if let Some(count) = imported.get_mut(importer) {
                *count -= 1;
                free.extend((*count == 0).then_some(importer));
            }
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let names = left.into_iter().collect::<Vec<_>>().join("`, `");
    let reason = format!(
        "modules of its manifest import from each other or from themselves, which Extism links without end: `{names}`"
    );
    Err(Error::InvalidModule { reason })
}

/// Leaves in `module` what both plugins want from the host, and gives the import modules that
/// `linked` stands for.
///
/// # Errors
/// [`Error::BadSignature`] for an import and an export of other types, [`Error::InvalidModule`] for two
/// plugins that have nothing to do with each other.
pub(super) fn link(module: &mut Module, linked: &Module) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let mut wanted = Wanted::default();
    let imports = std::mem::take(&mut module.imports);
    for import in &imports {
        match linked.exports.get(&import.name).filter(|_| import.module != KERNEL && import.module != WASI) {
            None => wanted.add(import),
            Some(signature) if *signature == import.signature => {
                names.insert(import.module.clone());
            }
            Some(signature) => {
                return Err(Error::BadSignature {
                    artifact: import.signature.render(&import.name),
                    other: format!("the linked plugin exports `{}`", signature.render(&import.name)),
                });
            }
        }
    }
    if names.is_empty() {
        let imports = wanted.imports.iter().filter(|import| import.module != KERNEL && import.module != WASI);
        let imports: Vec<&str> = imports.map(|import| import.name.as_str()).collect();
        let reason = if imports.is_empty() {
            "it imports nothing that a mock of its host could answer: leave out `--mock-host`, or `Host::link`"
                .to_owned()
        } else {
            let imports = imports.join("`, `");
            format!(
                "the mock of its host (`--mock-host`, `Host::link`) exports none of its imports: export `{imports}`"
            )
        };
        return Err(Error::InvalidModule { reason });
    }
    if let Some(import) = linked.imports.iter().find(|import| names.contains(&import.module)) {
        let (name, module) = (&import.name, &import.module);
        let reason = format!("the linked plugin imports `{name}` from `{module}`, which it is linked as itself");
        return Err(Error::InvalidModule { reason });
    }
    linked.imports.iter().for_each(|import| wanted.add(import));
    module.imports = wanted.imports;
    Ok(names)
}

/// Refuses what imports from the plugin's own name: Extism looks for it in the plugin, whose imports
/// it resolves first, until the process has no stack left.
///
/// # Errors
/// [`Error::InvalidModule`] with the import.
pub(super) fn refuse_itself(module: &Module) -> Result<()> {
    match module.imports.iter().find(|import| import.module == MAIN) {
        Some(Import { name, .. }) => Err(Error::InvalidModule {
            reason: format!(
                "it imports `{name}` from `{MAIN}`, which Extism takes for the plugin itself, without end: \
                 import it from `extism:host/user`"
            ),
        }),
        None => Ok(()),
    }
}
