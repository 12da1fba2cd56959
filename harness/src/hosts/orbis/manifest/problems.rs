//! What is wrong with a manifest that Orbis refuses, each with its place: its parser stops at the
//! first mistake, and does not say where it was.

use orbis_plugin_api::{PageDefinition, PluginDependency, PluginManifest, PluginRoute};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::super::permission::Permission;
use super::super::spelling::refusal;
use super::actions;

/// The methods of routes. Whether a route has one of them is what the parser's check looks at first.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The members whose items are looked at one by one.
const LISTS: [&str; 4] = ["permissions", "routes", "dependencies", "pages"];

/// What the parser does not take, part by part; `None` where the parts are fine and only the whole
/// is not.
pub(super) fn located(json: &Json) -> Option<Vec<String>> {
    let is_list = |name: &str, value: &Json| LISTS.contains(&name) && value.is_array();
    let whole = json.as_object().into_iter().flatten().filter(|(name, value)| !is_list(name, value));
    let whole = whole.map(|(name, value)| (name.clone(), value.clone())).collect();
    let whole = members::<PluginManifest>(&Json::Object(whole), &json!({"name": "a", "version": "1.0.0"}));
    let mut problems: Vec<_> = whole.into_iter().map(|problem| problem.trim_start_matches('.').to_owned()).collect();
    let head = json!({ "name": json["name"], "version": json["version"] });
    problems.extend(serde_json::from_value(head).map(|head| invalid(&head)).unwrap_or_default());
    each(json, "permissions", &mut problems, |item| Permission::from_json(item).err().into_iter().collect());
    let fine = json!({"method": "GET", "path": "/", "handler": "a"});
    each(json, "routes", &mut problems, |item| members::<PluginRoute>(item, &fine));
    let fine = json!({"name": "a", "version": "1.0.0"});
    each(json, "dependencies", &mut problems, |item| members::<PluginDependency>(item, &fine));
    each(json, "pages", &mut problems, page);
    (!problems.is_empty()).then_some(problems)
}

/// What the parser reads and its check refuses.
pub(super) fn invalid(manifest: &PluginManifest) -> Vec<String> {
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
            let is_method = METHODS.iter().any(|method| method.eq_ignore_ascii_case(&route.method));
            let fix = if is_method { "" } else { ": write GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS" };
            problems.push(format!("routes[{index}]: {error}{fix}"));
        }
    }
    for (index, page) in manifest.pages.iter().enumerate() {
        problems.extend(page.validate().err().map(|error| format!("pages[{index}]: {}", plain(&error))));
    }
    problems
}

/// The check's word without its own word for what kind it is.
pub(super) fn plain(error: &orbis_plugin_api::Error) -> String {
    let text = error.to_string();
    text.split_once(": ").map_or(text.clone(), |(_, text)| text.to_owned())
}

/// Looks at each item of a list, and puts its place before what is wrong with it.
fn each(json: &Json, list: &str, problems: &mut Vec<String>, look: impl Fn(&Json) -> Vec<String>) {
    for (index, item) in json[list].as_array().into_iter().flatten().enumerate() {
        problems.extend(look(item).into_iter().map(|problem| match problem.strip_prefix('.') {
            Some(inner) => format!("{list}[{index}].{inner}"),
            None => format!("{list}[{index}]: {problem}"),
        }));
    }
}

/// What is wrong with the members of an object, told one by one: each is put into an object that is
/// `fine`, which has no more than what is required.
fn members<T: DeserializeOwned>(json: &Json, fine: &Json) -> Vec<String> {
    let (Some(given), Some(required)) = (json.as_object(), fine.as_object()) else {
        return refusal::<T>(json).into_iter().collect();
    };
    let missing =
        required.keys().filter(|name| !given.contains_key(*name)).map(|name| format!("missing field `{name}`"));
    let wrong = given.iter().filter_map(|(name, value)| {
        let mut fine = fine.clone();
        fine[name] = value.clone();
        Some(format!(".{name}: {}", refusal::<T>(&fine)?))
    });
    missing.chain(wrong).collect()
}

/// What is wrong with a page: the actions within a member say more than the member does.
fn page(page: &Json) -> Vec<String> {
    let actions = actions::problems(page);
    let members = members::<PageDefinition>(page, &json!({"route": "/", "title": "A", "sections": []}));
    let within = |problem: &String| {
        let member = problem.split_once(':').map_or(problem.as_str(), |(member, _)| member);
        actions.iter().filter(|action| action.starts_with(member)).cloned().collect::<Vec<_>>()
    };
    members
        .into_iter()
        .flat_map(|problem| Some(within(&problem)).filter(|found| !found.is_empty()).unwrap_or_else(|| vec![problem]))
        .collect()
}
