//! `manifest.json`, read by Orbis' own parser, which is the crate `orbis-plugin-api`.

mod actions;
mod compare;
mod kept;
mod problems;
mod remarks;

use std::path::Path;

use orbis_plugin_api::PluginManifest;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;
use wasmparser::{Parser, Payload};

use super::check;
use crate::artifact::file;
use crate::artifact::module::Module;
use crate::error::{Error, Result};
use crate::hosts::orbis_rules::{Route, cautions};

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
        let refused = |problem| Error::InvalidManifest { problems: vec![problem] };
        let json = serde_json::from_str(text).map_err(|error| refused(format!("it is no JSON: {error}")))?;
        // Of members that are there twice, JSON as such has the last one; Orbis refuses them.
        let is_read_once = PluginManifest::deserialize(&json).is_ok();
        let manifest = Manifest::from_json(json)?;
        match serde_json::from_str::<PluginManifest>(text) {
            Ok(_) => Ok(manifest),
            Err(error) if is_read_once => Err(refused(format!("{error}: drop one of them"))),
            Err(error) => Err(refused(error.to_string())),
        }
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
            Err(error) => return Err(refused(problems::located(&json).unwrap_or_else(|| vec![error.to_string()]))),
        };
        // The parser's own check stops at the first mistake; what it says comes last, if ours missed it.
        let mut problems = problems::invalid(&parsed);
        if let Err(error) = parsed.validate()
            && problems.is_empty()
        {
            problems.push(problems::plain(&error));
        }
        if problems.is_empty() { Ok(Manifest { json, parsed }) } else { Err(refused(problems)) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// As [`Manifest::parse`], and [`Error::File`].
    pub fn read(path: &Path) -> Result<Manifest> {
        let text = file::read_to_string(path)
            .map_err(|error| Error::File { path: path.to_owned(), reason: error.to_string() })?;
        Manifest::parse_file(&text, path)
    }

    /// The text of a file, which every problem names.
    pub(super) fn parse_file(text: &str, path: &Path) -> Result<Manifest> {
        Manifest::parse(text).map_err(|error| match error {
            Error::InvalidManifest { problems } => Error::InvalidManifest {
                problems: problems.into_iter().map(|problem| format!("{}: {problem}", path.display())).collect(),
            },
            error => error,
        })
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
        compare::values("", &compare::meant(&self.parsed), &compare::meant(&kept.parsed), &mut differences);
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

    /// What depends on how a server is configured, or is promised by Orbis' pages only: parameters in
    /// paths, `OPTIONS` where CORS is on, logins where authentication is off.
    pub fn cautions(&self) -> Vec<String> {
        let routes = self.parsed.routes.iter().map(|route| Route {
            method: &route.method,
            path: &route.path,
            requires_auth: route.requires_auth,
        });
        cautions(routes).into_iter().map(|caution| format!("it {}: {}", caution.what, caution.fix)).collect()
    }

    /// Its text is joined from several places, such as `pages.json`; a part of it tells which.
    fn from_section(section: &[u8]) -> Result<Manifest> {
        let refused = |problem| Error::InvalidManifest { problems: vec![problem] };
        let text = std::str::from_utf8(section).map_err(|_| refused("the section is not UTF-8".to_owned()))?;
        match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Manifest::parse(text),
            Err(error) => Err(refused(format!(
                "the artifact's section `{SECTION}` is no JSON: {error}, {}: mend the file that it comes from",
                near(text, &error)
            ))),
        }
    }
}

/// The text up to an error.
fn near(text: &str, error: &serde_json::Error) -> String {
    const SHOWN: usize = 40;
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    let before = String::from_utf8_lossy(&line.as_bytes()[..error.column().min(line.len())]).into_owned();
    let skipped = before.chars().count().saturating_sub(SHOWN);
    format!("after `{}`", before.chars().skip(skipped).collect::<String>().trim_start())
}

/// The first section of that name: Orbis looks no further.
fn section(wasm: &[u8]) -> Option<&[u8]> {
    Parser::new(0).parse_all(wasm).map_while(|payload| payload.ok()).find_map(|payload| match payload {
        Payload::CustomSection(section) if section.name() == SECTION => Some(section.data()),
        _ => None,
    })
}
