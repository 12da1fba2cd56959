//! The actions within a page, each held against Orbis' own schema: the parser's word on a whole
//! page does not say which of them it is about.

use orbis_plugin_api::Action;
use serde_json::Value as Json;

use super::super::spelling::refusal;

/// What is wrong with the actions of a page, each with its place.
pub(super) fn problems(page: &Json) -> Vec<String> {
    let mut problems = Vec::new();
    walk(page, "", &mut problems);
    problems
}

fn walk(json: &Json, place: &str, problems: &mut Vec<String>) {
    match json {
        Json::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}.{name}");
                walk(value, &place, problems);
                for (index, action) in actions(name, value) {
                    let place = format!("{place}{index}");
                    // What is wrong within it has been told.
                    if !problems.iter().any(|problem| problem.starts_with(&place)) {
                        problems.extend(refusal::<Action>(action).map(|refusal| format!("{place}: {refusal}")));
                    }
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{place}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

/// The actions that a member of this name holds, and where in it.
fn actions<'a>(name: &str, value: &'a Json) -> Box<dyn Iterator<Item = (String, &'a Json)> + 'a> {
    let is_list = name.starts_with("on_") || matches!(name, "actions" | "then" | "else_actions");
    match value {
        Json::Array(items) if is_list => {
            Box::new(items.iter().enumerate().map(|(index, item)| (format!("[{index}]"), item)))
        }
        Json::Object(members) if name == "actions" => {
            Box::new(members.iter().map(|(name, action)| (format!(".{name}"), action)))
        }
        Json::Object(_) if name == "action" => Box::new(std::iter::once((String::new(), value))),
        _ => Box::new(std::iter::empty()),
    }
}
