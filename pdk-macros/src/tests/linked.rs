//! The names that no export can have, held against the objects that rustc links.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use object::read::archive::ArchiveFile;
use wasmparser::{KnownCustom, Linking, Parser, Payload, SymbolFlags, SymbolInfo};

/// The folder of a target's libraries; `None` where the target is not installed.
fn libraries(target: &str) -> Option<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output().unwrap();
    let folder = PathBuf::from(String::from_utf8(output.stdout).unwrap().trim());
    folder.is_dir().then_some(folder)
}

/// The names that the objects of an archive define for others, as an author could write them.
fn symbols(archive: &Path) -> BTreeSet<String> {
    let bytes = std::fs::read(archive).unwrap();
    let archive = ArchiveFile::parse(&*bytes).unwrap();
    let mut names = BTreeSet::new();
    for member in archive.members() {
        let data = member.unwrap().data(&*bytes).unwrap();
        // Metadata is no object.
        if data.starts_with(b"\0asm") {
            names.extend(defined(data).into_iter().filter(|name| !name.starts_with('_') && !name.contains('.')));
        }
    }
    names
}

/// The names that an object defines for others.
fn defined(object: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(object) {
        let Payload::CustomSection(section) = payload.unwrap() else { continue };
        let KnownCustom::Linking(linking) = section.as_known() else { continue };
        for subsection in linking {
            let Linking::SymbolTable(symbols) = subsection.unwrap() else { continue };
            for symbol in symbols {
                let (flags, name) = match symbol.unwrap() {
                    SymbolInfo::Func { flags, name, .. } | SymbolInfo::Global { flags, name, .. } => (flags, name),
                    SymbolInfo::Data { flags, name, .. } => (flags, Some(name)),
                    _ => continue,
                };
                if !flags.intersects(SymbolFlags::UNDEFINED | SymbolFlags::BINDING_LOCAL) {
                    names.extend(name.map(str::to_owned));
                }
            }
        }
    }
    names
}

#[cfg(not(miri))]
#[test]
fn every_symbol_that_rustc_links_is_taken() {
    let Some(folder) = libraries("wasm32-unknown-unknown") else {
        println!("skipped: the target wasm32-unknown-unknown is not installed");
        return;
    };
    let mut linked = BTreeSet::new();
    for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|extension| extension == "rlib") {
            linked.extend(symbols(&file));
        }
    }
    assert!(linked.contains("cos") && linked.contains("memcpy"), "{linked:?}");
    let missing: Vec<_> = linked.iter().filter(|name| crate::export::taken(name).is_none()).collect();
    assert!(missing.is_empty(), "add to export/linked.txt: {missing:?}");
}

#[cfg(not(miri))]
#[test]
fn every_symbol_of_wasi_libc_is_taken_on_wasi() {
    let libc = libraries("wasm32-wasip1").map(|folder| folder.join("self-contained/libc.a"));
    let Some(libc) = libc.filter(|file| file.is_file()) else {
        println!("skipped: the target wasm32-wasip1 is not installed");
        return;
    };
    let is_taken = |name: &String| {
        crate::export::taken(name).is_some() || crate::export::WASI_LIBC.lines().any(|taken| taken == name)
    };
    let missing: Vec<_> = symbols(&libc).into_iter().filter(|name| !is_taken(name)).collect();
    assert!(missing.is_empty(), "add to export/wasi_libc.txt: {missing:?}");
}
