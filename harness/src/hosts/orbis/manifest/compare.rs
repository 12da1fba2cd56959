//! Where two manifests differ, in words.

use serde_json::Value as Json;

/// Notes each place where `kept` is not `made`. A member that is missing in one is what its default
/// says, so null, `[]` and `{}` are nothing.
pub(super) fn values(place: &str, made: &Json, kept: &Json, differences: &mut Vec<String>) {
    match (made, kept) {
        (Json::Object(made), Json::Object(kept)) => {
            let names = made.keys().chain(kept.keys().filter(|name| !made.contains_key(*name)));
            for name in names {
                let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
                let member = |object: &serde_json::Map<String, Json>| object.get(name).cloned().unwrap_or_default();
                values(&inner, &member(made), &member(kept), differences);
            }
        }
        (Json::Array(made), Json::Array(kept)) => {
            for index in 0..made.len().max(kept.len()) {
                let item = |list: &[Json]| list.get(index).cloned().unwrap_or_default();
                values(&format!("{place}[{index}]"), &item(made), &item(kept), differences);
            }
        }
        _ if made == kept || (is_nothing(made) && is_nothing(kept)) => {}
        (_, kept) if is_nothing(kept) => differences.push(format!("{place} is missing, and the artifact has {made}")),
        (made, _) if is_nothing(made) => differences.push(format!("{place} is {kept}, and the artifact has none")),
        _ => differences.push(format!("{place} is {kept}, and the artifact has {made}")),
    }
}

fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        _ => false,
    }
}
