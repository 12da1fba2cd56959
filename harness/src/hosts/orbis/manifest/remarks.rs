//! What Orbis takes, and no author can have meant.

use orbis_plugin_api::{PluginManifest, PluginRoute};
use serde_json::Value as Json;

use super::super::router;
use super::super::spelling::nearest;
use super::actions;
use crate::hosts::orbis_rules::Reserved;

/// All of it, each with its place.
pub(super) fn all(json: &Json, manifest: &PluginManifest) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Ok(understood) = serde_json::to_value(manifest) {
        ignored(json, &understood, "", &mut remarks);
    }
    for (index, page) in json["pages"].as_array().into_iter().flatten().enumerate() {
        // Those among a component's own properties: Orbis passes them on unread.
        remarks.extend(actions::problems(page).into_iter().map(|problem| format!("pages[{index}]{problem}")));
    }
    for (index, route) in manifest.routes.iter().enumerate() {
        remarks.extend(unreached(route, &manifest.routes[..index]).map(|remark| format!("routes[{index}]: {remark}")));
    }
    remarks
}

/// Members that the parser has not taken over.
fn ignored(json: &Json, understood: &Json, place: &str, remarks: &mut Vec<String>) {
    match (json, understood) {
        (Json::Object(given), Json::Object(known)) => {
            for (name, value) in given {
                let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                match known.get(name) {
                    Some(known) => ignored(value, known, &inner, remarks),
                    None => {
                        let near = nearest(name, known.keys().map(String::as_str));
                        let hint = near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                        remarks.push(format!("{inner}: Orbis ignores it{hint}"));
                    }
                }
            }
        }
        (Json::Array(given), Json::Array(known)) => {
            for (index, (given, known)) in given.iter().zip(known).enumerate() {
                ignored(given, known, &format!("{place}[{index}]"), remarks);
            }
        }
        _ => {}
    }
}

/// Why a route is never called, by one host or by both.
fn unreached(route: &PluginRoute, earlier: &[PluginRoute]) -> Option<String> {
    let PluginRoute { method, path, .. } = route;
    let is_same =
        |other: &&PluginRoute| other.method.eq_ignore_ascii_case(method) && router::is_same_pattern(&other.path, path);
    if let Some(other) = earlier.iter().find(is_same) {
        return Some(format!("{} {} answers first: drop one", other.method, other.path));
    }
    Reserved::of(path).map(|reserved| reserved.reason().to_owned())
}
