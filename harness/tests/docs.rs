//! The book: every page is in its table of contents and among the doctests, every link leads somewhere, and no
//! page is too long to read in one sitting.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<_> =
        std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// The text outside of code blocks.
fn prose(text: &str) -> String {
    let mut in_code = false;
    let lines = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of the page's links.
fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    targets.map(|(target, _)| target.to_owned()).collect()
}

/// The anchor that a forge and mdBook give a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_');
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        for link in links(&std::fs::read_to_string(&page).unwrap()) {
            if link.starts_with("http") {
                continue;
            }
            let (file, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            let exists = target.exists();
            let found = fragment.is_empty()
                || std::fs::read_to_string(&target).is_ok_and(|text| {
                    prose(&text).lines().any(|line| line.starts_with('#') && anchor(line) == fragment)
                });
            if !exists || !found {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    let listed: BTreeSet<String> = links(&summary).into_iter().collect();
    let missing: Vec<_> = pages()
        .iter()
        .filter(|page| page.parent().unwrap().ends_with("docs"))
        .map(|page| page.file_name().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "SUMMARY.md" && !listed.contains(name))
        .collect();
    assert!(missing.is_empty(), "add to docs/SUMMARY.md: {missing:?}");
}

#[test]
fn every_page_with_rust_is_a_doctest() {
    let sources = ["harness/src/pages.rs", "pdk/src/orbis.rs"];
    let sources = sources.map(|file| std::fs::read_to_string(root().join(file)).unwrap()).join("\n");
    for page in pages() {
        let name = page.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
        let has_rust = std::fs::read_to_string(&page).unwrap().contains("```rust");
        assert!(!has_rust || sources.contains(&format!("{name}\"")), "add {name} to harness/src/pages.rs");
    }
}

#[test]
fn every_error_is_in_the_reference() {
    let source = std::fs::read_to_string(root().join("harness/src/error.rs")).unwrap();
    let variants = source.split_once("pub enum Error {").unwrap().1.split_once("\n}\n").unwrap().0;
    let names = variants
        .lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter_map(|line| line.split([' ', '(', ',']).next());
    let names: Vec<_> = names.filter(|name| name.starts_with(|letter: char| letter.is_ascii_uppercase())).collect();
    assert!(names.len() > 30, "{names:?}");
    let page = std::fs::read_to_string(root().join("docs/harness.md")).unwrap();
    let missing: Vec<_> = names.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/harness.md says nothing of {missing:?}");
}
