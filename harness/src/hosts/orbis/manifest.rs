//! `manifest.json`, read by Orbis' own parser, which is the crate `orbis-plugin-api`.

mod actions;
mod compare;
mod kept;
mod remarks;
pub(super) mod spelling;

use std::path::Path;

use orbis_plugin_api::{PageDefinition, PluginDependency, PluginManifest, PluginRoute};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use wasmparser::{Parser, Payload};

use super::permission::Permission;
use super::{check, router};
use crate::error::{Error, Result};
use crate::module::Module;

/// The custom section of an artifact that holds its manifest.
pub(super) const SECTION: &str = "manifest";

/// A manifest that Orbis takes.
#[derive(Clone, Debug)]
pub struct Manifest {
    json: Json,
    parsed: PluginManifest,
}

impl Manifest {
    /// Reads a manifest as Orbis does.
    ///
    /// ```
    /// use plugsmith_harness::hosts::orbis::Manifest;
    ///
    /// let wrong = r#"{"name": "items", "version": "1.0", "permissions": ["database:read"]}"#;
    /// let error = Manifest::parse(wrong).unwrap_err().to_string();
    /// assert!(error.contains("permissions[0]: Orbis knows no permission \"database:read\": write \"database_read\""));
    /// assert!(error.contains("version: "));
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidManifest`] with all that Orbis refuses, each with its place and the fix.
    pub fn parse(text: &str) -> Result<Manifest> {
        let json = serde_json::from_str(text)
            .map_err(|error| Error::InvalidManifest { problems: vec![format!("it is no JSON: {error}")] })?;
        Manifest::from_json(json)
    }

    /// As [`Manifest::parse`].
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn from_json(json: Json) -> Result<Manifest> {
        let refused = |problems| Error::InvalidManifest { problems };
        if !json.is_object() {
            return Err(refused(vec![
                "it is no JSON object: write {\"name\": \"..\", \"version\": \"1.0.0\"}".to_owned(),
            ]));
        }
        let parsed = match serde_json::from_value::<PluginManifest>(json.clone()) {
            Ok(parsed) => parsed,
            Err(error) => return Err(refused(located(&json).unwrap_or_else(|| vec![error.to_string()]))),
        };
        // The parser's own check stops at the first mistake; what it says comes last, if ours missed it.
        let mut problems = invalid(&parsed);
        if let Err(error) = parsed.validate()
            && problems.is_empty()
        {
            problems.push(plain(&error));
        }
        if problems.is_empty() { Ok(Manifest { json, parsed }) } else { Err(refused(problems)) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Manifest::parse`], and [`Error::File`].
    pub fn read(path: &Path) -> Result<Manifest> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::File { path: path.to_owned(), reason: error.to_string() })?;
        Manifest::parse(&text)
    }

    /// The manifest in an artifact's section; `None` where it has no such section.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn embedded(wasm: &[u8]) -> Result<Option<Manifest>> {
        section(wasm).map(Manifest::from_section).transpose()
    }

    /// What an author keeps in `pages.json`, put into the manifest: an array of pages.
    ///
    /// # Errors
    /// The manifest has pages already, and those that Orbis refuses.
    pub fn with_pages(mut self, pages: Json) -> Result<Manifest> {
        let refused = |problem: String| Err(Error::InvalidManifest { problems: vec![problem] });
        if !pages.is_array() {
            return refused("the pages are no JSON array: write [{\"route\": \"/\", ..}]".to_owned());
        }
        if !self.parsed.pages.is_empty() && self.json["pages"] != pages {
            return refused("pages: the artifact's manifest has some already: keep them in one place".to_owned());
        }
        self.json["pages"] = pages;
        Manifest::from_json(self.json)
    }

    /// The manifest with this member replaced.
    pub(super) fn with(mut self, name: &str, value: Json) -> Result<Manifest> {
        self.json[name] = value;
        Manifest::from_json(self.json)
    }

    /// What it says.
    pub fn parsed(&self) -> &PluginManifest {
        &self.parsed
    }

    /// Its text, as a file holds it.
    pub fn text(&self) -> String {
        format!("{:#}\n", self.json)
    }

    /// Where `kept`, a manifest in a file, says something else than this one. The name of the code is
    /// the package's to choose, so it is not compared.
    pub fn differences(&self, kept: &Manifest) -> Vec<String> {
        let mut differences = Vec::new();
        compare::values("", &self.json, &kept.json, &mut differences);
        differences.retain(|difference| !difference.starts_with("wasm_entry "));
        differences
    }

    /// What Orbis takes without a word and the author cannot have meant: handlers that the artifact
    /// does not export, members that Orbis ignores, routes that are never reached.
    pub fn remarks(&self, artifact: &Module) -> Vec<String> {
        let mut remarks = Vec::new();
        for (index, route) in self.parsed.routes.iter().enumerate() {
            if let Err(error) = check::handler(&route.handler, artifact) {
                remarks.push(format!("routes[{index}].handler: {error}"));
            }
        }
        remarks.extend(remarks::all(&self.json, &self.parsed));
        remarks
    }

    /// The routes that only the documented host serves: the shipped one matches paths letter by
    /// letter, and `{id}` is no parameter there.
    pub fn documented_only(&self) -> Vec<&str> {
        let paths = self.parsed.routes.iter().map(|route| route.path.as_str());
        let mut paths: Vec<&str> = paths.filter(|path| router::parameters(path).next().is_some()).collect();
        paths.sort_unstable();
        paths.dedup();
        paths
    }

    fn from_section(section: &[u8]) -> Result<Manifest> {
        let text = std::str::from_utf8(section)
            .map_err(|_| Error::InvalidManifest { problems: vec!["the section is not UTF-8".to_owned()] })?;
        Manifest::parse(text)
    }
}

/// The first section of that name: Orbis looks no further.
fn section(wasm: &[u8]) -> Option<&[u8]> {
    Parser::new(0).parse_all(wasm).map_while(|payload| payload.ok()).find_map(|payload| match payload {
        Payload::CustomSection(section) if section.name() == SECTION => Some(section.data()),
        _ => None,
    })
}

/// What the parser does not take, part by part, so that each has its place; `None` where the parts
/// are fine and only the whole is not.
fn located(json: &Json) -> Option<Vec<String>> {
    let mut problems = Vec::new();
    for name in ["name", "version"] {
        match &json[name] {
            Json::String(_) => {}
            Json::Null => problems.push(format!("{name}: it is missing: Orbis asks for a name and a version")),
            other => problems.push(format!("{name}: {other} is no string")),
        }
    }
    let head = serde_json::json!({ "name": json["name"], "version": json["version"] });
    problems.extend(serde_json::from_value(head).map(|head| invalid(&head)).unwrap_or_default());
    each(json, "permissions", &mut problems, |_, item, problems| {
        problems.extend(Permission::from_json(item).err());
    });
    each(json, "routes", &mut problems, |_, item, problems| problems.extend(refusal::<PluginRoute>(item)));
    each(json, "dependencies", &mut problems, |_, item, problems| problems.extend(refusal::<PluginDependency>(item)));
    each(json, "pages", &mut problems, |_, item, problems| {
        let found = actions::problems(item);
        match refusal::<PageDefinition>(item) {
            Some(_) if !found.is_empty() => problems.extend(found),
            Some(refusal) => problems.push(refusal),
            None => {}
        }
    });
    (!problems.is_empty()).then_some(problems)
}

/// Looks at each item of a list, and puts its place before what is wrong with it.
fn each(json: &Json, list: &str, problems: &mut Vec<String>, look: impl Fn(usize, &Json, &mut Vec<String>)) {
    for (index, item) in json[list].as_array().into_iter().flatten().enumerate() {
        let mut found = Vec::new();
        look(index, item, &mut found);
        problems.extend(found.into_iter().map(|problem| match problem.strip_prefix('.') {
            Some(inner) => format!("{list}[{index}].{inner}"),
            None => format!("{list}[{index}]: {problem}"),
        }));
    }
}

/// The parser's word on a part.
pub(super) fn refusal<T: DeserializeOwned>(json: &Json) -> Option<String> {
    serde_json::from_value::<T>(json.clone()).err().map(|error| spelling::with_nearest(&error.to_string()))
}

/// What the parser reads and its check refuses.
fn invalid(manifest: &PluginManifest) -> Vec<String> {
    let mut problems = Vec::new();
    if manifest.name.is_empty() || !manifest.name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_') {
        problems.push(format!("name: {:?}: write letters, digits, `-` and `_`", manifest.name));
    }
    if let Err(error) = manifest.parsed_version() {
        problems.push(format!("version: {}: write three numbers, such as \"1.0.0\"", plain(&error)));
    }
    for (index, route) in manifest.routes.iter().enumerate() {
        if let Err(error) = route.validate() {
            let error = plain(&error);
            let fix =
                if error.contains("method") { ": write GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS" } else { "" };
            problems.push(format!("routes[{index}]: {error}{fix}"));
        }
    }
    for (index, page) in manifest.pages.iter().enumerate() {
        problems.extend(page.validate().err().map(|error| format!("pages[{index}]: {}", plain(&error))));
    }
    problems
}

/// The check's word without its own word for what kind it is.
fn plain(error: &orbis_plugin_api::Error) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, text)| text.to_owned())
}
