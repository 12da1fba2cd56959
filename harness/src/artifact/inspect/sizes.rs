//! Where an artifact's bytes go: sections, and the crates whose code it holds.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::artifact::module::Module;

/// A section of the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// `code`, `data` .., or the name of a custom section.
    pub name: String,
    /// Whether wasm gives it no meaning.
    pub custom: bool,
    /// The size of its contents.
    pub bytes: usize,
}

/// The code that came of one crate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CrateSize {
    /// The crate's name in Rust, or `(other)` for what has no crate.
    pub name: String,
    /// The size of its functions.
    pub bytes: usize,
}

/// What the sections that wasm knows are called.
const STANDARD: &[&str] = &[
    "type",
    "import",
    "function",
    "table",
    "memory",
    "global",
    "export",
    "start",
    "element",
    "code",
    "data",
    "data count",
    "tag",
];

/// The functions that no crate's name stands in.
const OTHER: &str = "(other)";

pub(super) fn sections(module: &Module) -> Vec<Section> {
    module
        .sections
        .iter()
        .map(|(name, bytes)| Section { name: name.clone(), custom: !STANDARD.contains(&name.as_str()), bytes: *bytes })
        .collect()
}

/// The size without names and debug information.
pub(super) fn stripped(bytes: usize, sections: &[Section]) -> usize {
    let stripped = sections
        .iter()
        .filter(|section| section.custom && (section.name == "name" || section.name.starts_with(".debug_")))
        // Before its contents a section has an id, its length, and a custom one its name.
        .map(|section| 1 + leb_length(section.bytes) + section.bytes);
    bytes - stripped.sum::<usize>().min(bytes)
}

fn leb_length(mut n: usize) -> usize {
    let mut length = 1;
    while n >= 128 {
        n >>= 7;
        length += 1;
    }
    length
}

/// The code of each crate, largest first; none where no function has a name.
pub(super) fn crates(module: &Module) -> Vec<CrateSize> {
    if module.functions.iter().all(|(name, _)| name.is_none()) {
        return Vec::new();
    }
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for (name, bytes) in &module.functions {
        let owner = name.as_deref().and_then(crate_of).unwrap_or_else(|| OTHER.to_owned());
        *sizes.entry(owner).or_default() += bytes;
    }
    let mut sizes = sizes.into_iter().map(|(name, bytes)| CrateSize { name, bytes }).collect::<Vec<_>>();
    sizes.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    sizes
}

/// The crate that a function came from: where the code was written, as far as its name tells. Of
/// `<A as B>::f` it is A's crate, and B's where A is a type of the language or a parameter.
fn crate_of(name: &str) -> Option<String> {
    let name = format!("{:#}", rustc_demangle::demangle(name));
    path_root(&name).or_else(|| {
        let (_, after) = name.strip_prefix('<')?.split_once(" as ")?;
        path_root(after)
    })
}

/// The first segment of the path at the start of `text`, behind references and brackets.
fn path_root(text: &str) -> Option<String> {
    let mut text = text;
    loop {
        let before = text;
        for prefix in ["<", "&", "*", "[", "(", "mut ", "const ", "dyn ", "impl "] {
            text = text.strip_prefix(prefix).unwrap_or(text);
        }
        if text == before {
            break;
        }
    }
    let end = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?;
    let (root, rest) = text.split_at(end);
    // `std::io::Error`, and not `u8` or a function without a crate such as `memcpy`.
    (!root.is_empty() && rest.starts_with("::")).then(|| root.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> String {
        crate_of(name).unwrap_or_else(|| OTHER.to_owned())
    }

    #[test]
    fn a_function_belongs_to_the_crate_that_it_was_written_in() {
        assert_eq!(owner("_ZN4core3fmt5write17h0123456789abcdefE"), "core");
        assert_eq!(owner("core::fmt::write::h0123456789abcdef"), "core");
        assert_eq!(owner("_RNvNtCs1234_7mycrate3foo3bar"), "mycrate");
    }

    #[test]
    fn a_method_of_a_trait_belongs_to_the_types_crate() {
        assert_eq!(owner("<alloc::string::String as core::fmt::Write>::write_str::h0123456789abcdef"), "alloc");
        assert_eq!(owner("<&mut my_crate::Thing as core::fmt::Write>::write_str"), "my_crate");
    }

    #[test]
    fn a_method_on_a_type_of_the_language_belongs_to_the_traits_crate() {
        assert_eq!(owner("<u32 as serde::Serialize>::serialize"), "serde");
        assert_eq!(owner("<&T as core::fmt::Debug>::fmt"), "core");
        assert_eq!(owner("<[u8] as my_crate::Show>::show"), "my_crate");
    }

    #[test]
    fn a_name_without_a_path_belongs_to_no_crate() {
        assert_eq!(owner("memcpy"), OTHER);
        assert_eq!(owner("HELLO.WORLD"), OTHER);
    }
}
