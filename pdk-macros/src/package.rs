//! `package_features!`: the features of the package that is being compiled.
//!
//! Their names stand in Cargo.toml alone, and which of them are on only `cfg!` can tell, in the crate
//! itself. So this one macro reads a file: the names are those of `[features]` and of optional
//! dependencies, and the answers are the compiler's.

use std::collections::BTreeSet;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::quote;
use toml::Table;

/// An expression of the type `&[(&str, bool, bool)]`: a name, whether it is on, and whether it is by
/// default. Empty where there is no Cargo.toml.
pub(crate) fn features() -> TokenStream {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let text = std::fs::read_to_string(Path::new(&folder).join("Cargo.toml")).unwrap_or_default();
    let manifest = text.parse().unwrap_or_default();
    let names = names(&manifest);
    let defaults = defaults(&manifest, &names);
    let is_default = names.iter().map(|name| defaults.contains(name));
    quote!(&[#((#names, ::core::cfg!(feature = #names), #is_default)),*])
}

/// The features that a manifest has: those that it lists, and the optional dependencies that none of
/// them names as `dep:x`.
pub(crate) fn names(manifest: &Table) -> BTreeSet<String> {
    let listed = manifest.get("features").and_then(|features| features.as_table());
    let mut names: BTreeSet<String> = listed.into_iter().flat_map(Table::keys).cloned().collect();
    let values = listed.into_iter().flat_map(Table::values).filter_map(|value| value.as_array()).flatten();
    let hidden: BTreeSet<&str> = values.filter_map(|value| value.as_str()?.strip_prefix("dep:")).collect();
    let targets = manifest.get("target").and_then(|targets| targets.as_table());
    let targets = targets.into_iter().flat_map(Table::values).filter_map(|target| target.as_table());
    for place in targets.chain([manifest]) {
        for kind in ["dependencies", "build-dependencies", "build_dependencies"] {
            let dependencies = place.get(kind).and_then(|dependencies| dependencies.as_table());
            let is_optional = |dependency: &&String| {
                let dependency = dependencies.and_then(|all| all.get(dependency.as_str()));
                dependency.and_then(|dependency| dependency.get("optional")?.as_bool()) == Some(true)
            };
            let optional = dependencies.into_iter().flat_map(Table::keys).filter(is_optional);
            names.extend(optional.filter(|name| !hidden.contains(name.as_str())).cloned());
        }
    }
    names
}

/// Those of these features that are on by default: `default`, and what it leads to.
fn defaults(manifest: &Table, names: &BTreeSet<String>) -> BTreeSet<String> {
    let listed = manifest.get("features").and_then(|features| features.as_table());
    let (mut found, mut open) = (BTreeSet::new(), vec!["default"]);
    while let Some(name) = open.pop() {
        // `crate/feature` turns an optional crate on, `crate?/feature` does not.
        let name = name.split('/').next().unwrap_or(name);
        if names.contains(name) && found.insert(name.to_owned()) {
            let values = listed.and_then(|listed| listed.get(name)?.as_array());
            open.extend(values.into_iter().flatten().filter_map(|value| value.as_str()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{defaults, names};

    #[test]
    fn features_are_those_listed_and_the_optional_dependencies_that_none_names() {
        let manifest = "[features]\ndefault = [\"extra\"]\nextra = [\"dep:listed\", \"weak?/std\"]\n\
                        [dependencies]\nlisted = { version = \"1\", optional = true }\nplain = \"1\"\n\
                        weak = { workspace = true, optional = true }\n\
                        [target.'cfg(unix)'.dependencies]\nunix = { version = \"1\", optional = true }\n";
        let manifest = manifest.parse().expect("the manifest is TOML");
        let found = names(&manifest);
        assert_eq!(found.iter().collect::<Vec<_>>(), ["default", "extra", "unix", "weak"]);
        assert_eq!(defaults(&manifest, &found).iter().collect::<Vec<_>>(), ["default", "extra"]);
    }
}
