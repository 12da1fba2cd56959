//! The layers of the sources: what may import what.
//!
//! Every file belongs to the floor of its topmost folder, or of itself where it lies beside the
//! folders. It may import from lower floors only, and two folders of one floor do not know each other.
//! Inside a folder there are no circles, except that a parent and its own child may know each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The harness, from the ground up. `error` and what it is made of are a floor each.
const HARNESS: &[&[&str]] = &[
    &["text"],
    &["import"],
    &["error"],
    &["artifact", "trace"],
    &["engine"],
    &["hosts", "powers"],
    &["check", "xtp", "serve"],
    &["fuzzed", "private", "pages", "lib"],
];

/// The PDK, from the ground up.
const PDK: &[&[&str]] = &[
    &["text"],
    &["protocol"],
    &["error", "value_conversions"],
    &["values"],
    &["in_memory"],
    &["abi"],
    &["host_function"],
    &["services"],
    &["context"],
    &["entry"],
    &["ferrite"],
    &["orbis"],
    &["testing"],
    &["private", "pages", "lib"],
];

#[test]
fn the_harness_imports_from_lower_floors_only() {
    hold("src", HARNESS);
}

#[test]
fn the_pdk_imports_from_lower_floors_only() {
    hold("../pdk/src", PDK);
}

#[test]
fn an_upward_arrow_is_found_wherever_it_is_written() {
    let floors: &[&[&str]] = &[&["low"], &["left", "right"], &["lib"]];
    let found = |low: &str| {
        let sources = [("lib.rs", "pub use right::Thing;"), ("low.rs", low), ("right.rs", "pub struct Thing;")];
        violations(floors, sources.into_iter())
    };
    let expected = "low.rs:1 imports right.rs, which is not on a lower floor than low";
    assert_eq!(found("use crate::right::Thing;"), [expected]);
    assert_eq!(found("use super::right::{self, Thing};"), [expected]);
    assert_eq!(found("fn f() { println!(\"{}\", crate::right::Thing) }"), [expected]);
    // A re-export leads to where it comes from.
    assert_eq!(found("use crate::Thing;"), [expected]);
    assert_eq!(found("/// See [`crate::right::Thing`].\nfn f() { /* crate::right */ }"), Vec::<String>::new());
}

#[test]
fn folders_of_one_floor_and_circles_inside_of_one_are_found() {
    let floors: &[&[&str]] = &[&["left", "right"], &["lib"]];
    let sources = [
        ("left.rs", "mod a; mod b; use a::A;"),
        ("left/a.rs", "use super::b::B; pub struct A;"),
        ("left/b.rs", "use super::Left; use super::a::A; use crate::right::Right;"),
        ("right.rs", "mod child; pub struct Right; use child::Child;"),
        ("right/child.rs", "use super::Right; pub struct Child;"),
    ];
    assert_eq!(
        violations(floors, sources.into_iter()),
        [
            "left/a.rs:1 imports left/b.rs, which imports it in turn",
            "left/b.rs:1 imports left/a.rs, which imports it in turn",
            "left/b.rs:1 imports right.rs, which is not on a lower floor than left",
        ]
    );
}

#[test]
fn a_circle_through_the_parent_is_found() {
    let floors: &[&[&str]] = &[&["left"], &["lib"]];
    let sources = [
        ("left.rs", "mod a; mod b; pub struct Left; use a::A;"),
        ("left/a.rs", "use super::b::B; pub struct A;"),
        ("left/b.rs", "use super::Left; pub struct B;"),
    ];
    assert_eq!(violations(floors, sources.into_iter()), ["left/a.rs:1 imports left/b.rs, which imports it in turn"]);
}

/// Holds a crate's sources against its floors.
#[track_caller]
fn hold(folder: &str, floors: &[&[&str]]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    collect(&folder, "", &mut sources);
    let found = violations(floors, sources.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    assert!(found.is_empty(), "imports that break the layers (see tests/layers.rs):\n{}", found.join("\n"));
}

fn collect(folder: &Path, under: &str, sources: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("the folder can be read").path();
        let name = format!("{under}{}", path.file_name().expect("an entry has a name").display());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), sources);
        } else if name.ends_with(".rs") {
            sources.push((name, std::fs::read_to_string(&path).expect("the source is text")));
        }
    }
}

/// A path in the sources: where it starts from is resolved, what it names may be a re-export.
type Segments = Vec<String>;

/// What the path of another crate starts with.
const ELSEWHERE: &str = "::";

/// A file, as far as imports go.
#[derive(Default)]
struct File {
    /// The names that `use` brings in, and where they come from.
    names: BTreeMap<String, Segments>,
    /// All paths, with their lines.
    paths: Vec<(usize, Segments)>,
}

/// Every import that breaks a rule, with its place and the rule.
fn violations<'a>(floors: &[&[&str]], sources: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let sources: BTreeMap<Segments, (&str, &str)> = sources.map(|(path, text)| (module(path), (path, text))).collect();
    let modules: BTreeSet<Segments> = sources.keys().cloned().collect();
    let files: BTreeMap<&Segments, File> = sources
        .iter()
        .map(|(module, (path, text))| {
            let mut file = File::default();
            let tokens = text.parse().unwrap_or_else(|error| panic!("{path} is not Rust: {error}"));
            scan(tokens, module, &modules, &mut file);
            (module, file)
        })
        .collect();
    let mut arrows: BTreeMap<&Segments, BTreeMap<&Segments, usize>> = BTreeMap::new();
    for (from, file) in &files {
        for (line, path) in &file.paths {
            let Some(to) = resolve(path, &files, 0).and_then(|to| modules.get(&to)) else { continue };
            if to != *from {
                arrows.entry(from).or_default().entry(to).or_insert(*line);
            }
        }
    }
    let floor = |module: &Segments| {
        let top = top(module);
        floors.iter().position(|floor| floor.contains(&top)).unwrap_or_else(|| panic!("no floor has `{top}`"))
    };
    let mut found = Vec::new();
    for (from, targets) in &arrows {
        for (to, line) in targets {
            let (source, target) = (sources[*from].0, sources[*to].0);
            let why = if top(from) != top(to) {
                (floor(to) >= floor(from)).then(|| format!("which is not on a lower floor than {}", top(from)))
            } else {
                let is_family = is_own_parent(from, to) || is_own_parent(to, from);
                (!is_family && reaches(to, from, &arrows)).then(|| "which imports it in turn".to_owned())
            };
            if let Some(why) = why {
                found.push(format!("{source}:{line} imports {target}, {why}"));
            }
        }
    }
    found
}

/// `engine/door.rs` is `[engine, door]`, and `lib.rs` is `[]`.
fn module(path: &str) -> Segments {
    let path = path.trim_end_matches(".rs");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

fn top(module: &Segments) -> &str {
    module.first().map_or("lib", String::as_str)
}

fn is_own_parent(child: &Segments, parent: &Segments) -> bool {
    child.split_last().is_some_and(|(_, rest)| rest == parent.as_slice())
}

/// Whether there is a way from one file to another within a folder.
fn reaches(from: &Segments, goal: &Segments, arrows: &BTreeMap<&Segments, BTreeMap<&Segments, usize>>) -> bool {
    let (mut seen, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = open.pop() {
        if at == goal {
            return true;
        }
        for to in arrows.get(at).into_iter().flat_map(BTreeMap::keys).copied() {
            if top(to) == top(goal) && seen.insert(to) {
                open.push(to);
            }
        }
    }
    false
}

/// The file that a path leads to, through re-exports.
fn resolve(path: &Segments, files: &BTreeMap<&Segments, File>, depth: usize) -> Option<Segments> {
    if path.first().is_some_and(|start| start == ELSEWHERE) {
        return None;
    }
    let length = (0..=path.len()).rev().find(|length| files.contains_key(&path[..*length].to_vec()))?;
    let (module, rest) = path.split_at(length);
    let module = module.to_vec();
    match rest.split_first().and_then(|(name, rest)| Some((files[&module].names.get(name)?, rest))) {
        Some((origin, rest)) if depth < 8 && *origin != *path => {
            let further: Segments = origin.iter().chain(rest).cloned().collect();
            resolve(&further, files, depth + 1)
        }
        _ => Some(module),
    }
}

/// Gathers what `tokens`, which stand in `module`, import and name.
fn scan(tokens: TokenStream, module: &[String], modules: &BTreeSet<Segments>, file: &mut File) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let word = |at: usize| match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        match (&tokens[at], word(at).as_deref()) {
            (TokenTree::Group(group), _) => {
                // An inline module has a `super` of its own.
                let name = (at >= 2 && word(at - 2).as_deref() == Some("mod")).then(|| word(at - 1)).flatten();
                let inner: Segments = module.iter().cloned().chain(name).collect();
                scan(group.stream(), &inner, modules, file);
            }
            (_, Some("use")) => {
                let end = (at..tokens.len()).find(|end| is_punct(tokens.get(*end), ';')).unwrap_or(tokens.len());
                tree(&tokens[at + 1..end], module, modules, (true, true), file);
                at = end;
            }
            // `$crate` is for whoever uses a macro.
            (_, Some("crate" | "super" | "self"))
                if (at == 0 || !is_punct(tokens.get(at - 1), '$'))
                    && is_punct(tokens.get(at + 1), ':')
                    && is_punct(tokens.get(at + 2), ':') =>
            {
                tree(&tokens[at..], module, modules, (false, true), file);
            }
            _ => {}
        }
        at += 1;
    }
}

/// Follows one path, or the tree of paths of a `use`, which stands in `base` or continues it.
fn tree(
    tokens: &[TokenTree],
    base: &[String],
    modules: &BTreeSet<Segments>,
    (is_use, mut is_start): (bool, bool),
    file: &mut File,
) {
    let mut path = base.to_vec();
    let (mut line, mut at) = (0, 0);
    let mut name = None;
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => {
                line = ident.span().start().line;
                let ident = ident.to_string();
                match ident.as_str() {
                    "crate" => path.clear(),
                    "super" => drop(path.pop()),
                    "self" => {}
                    // Without one of these words it is another crate, or a child.
                    _ if is_start && !is_child(&path, &ident, modules) => path = vec![ELSEWHERE.to_owned(), ident],
                    _ => path.push(ident),
                }
                is_start = false;
                name = path.last().cloned();
            }
            Some(TokenTree::Group(group)) if is_use && group.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                for part in inner.split(|token| is_punct(Some(token), ',')).filter(|part| !part.is_empty()) {
                    tree(part, &path, modules, (true, is_start), file);
                }
                return;
            }
            _ => break,
        }
        if !(is_punct(tokens.get(at + 1), ':') && is_punct(tokens.get(at + 2), ':')) {
            at += 1;
            break;
        }
        at += 3;
    }
    if let (true, Some(TokenTree::Ident(word)), Some(TokenTree::Ident(alias))) =
        (is_use, tokens.get(at), tokens.get(at + 1))
        && word == "as"
    {
        name = Some(alias.to_string());
    }
    if let (true, Some(name)) = (is_use, name) {
        file.names.insert(name, path.clone());
    }
    file.paths.push((line, path));
}

fn is_child(base: &[String], name: &str, modules: &BTreeSet<Segments>) -> bool {
    let child: Segments = base.iter().cloned().chain([name.to_owned()]).collect();
    modules.contains(&child)
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}
