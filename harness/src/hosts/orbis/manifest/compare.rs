//! Where two manifests differ, in words.

use orbis_plugin_api::PluginManifest;
use serde_json::Value as Json;

/// What a manifest comes to: what it leaves out is what Orbis puts there, and Orbis knows no case in
/// methods. What is nothing is left out.
pub(super) fn meant(manifest: &PluginManifest) -> Json {
    let mut manifest = manifest.clone();
    for route in &mut manifest.routes {
        route.method.make_ascii_uppercase();
    }
    let mut meant = serde_json::to_value(manifest).unwrap_or_default();
    drop_nothing(&mut meant);
    meant
}

fn drop_nothing(json: &mut Json) {
    match json {
        Json::Object(members) => {
            members.values_mut().for_each(drop_nothing);
            members.retain(|_, value| !is_nothing(value));
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nothing),
        _ => {}
    }
}

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
            let pairs = match place {
                "routes" | "pages" | "dependencies" => pairs_by(identity, made, kept),
                _ => pairs_by(|_| None, made, kept),
            };
            // A menu shows pages in their order; nothing depends on that of routes.
            if place == "pages" && !pairs.iter().filter_map(|(_, kept)| *kept).is_sorted() {
                differences.push("pages are in another order than the artifact's".to_owned());
            }
            for (made_index, kept_index) in pairs {
                let item = |list: &[Json], index: Option<usize>| index.map(|i| list[i].clone()).unwrap_or_default();
                // The place is one in the file, which the author mends; what is missing there has none.
                let place = kept_index.map_or_else(|| format!("{place}[..]"), |index| format!("{place}[{index}]"));
                values(&place, &item(made, made_index), &item(kept, kept_index), differences);
            }
        }
        _ if made == kept || (is_nothing(made) && is_nothing(kept)) => {}
        (made, kept) if is_nothing(kept) => {
            differences.push(format!("{place} is missing, and the artifact has {}", short(made)))
        }
        (made, kept) if is_nothing(made) => {
            differences.push(format!("{place} is {}, and the artifact has none", short(kept)))
        }
        _ => differences.push(format!("{place} is {}, and the artifact has {}", short(kept), short(made))),
    }
}

/// Which items of two lists are about the same thing: those of one identity, then those that are left,
/// in their order.
fn pairs_by<'a>(
    identity: impl Fn(&'a Json) -> Option<[&'a str; 2]>,
    made: &'a [Json],
    kept: &'a [Json],
) -> Vec<(Option<usize>, Option<usize>)> {
    let mut left: Vec<usize> = (0..kept.len()).collect();
    let mut pairs: Vec<(Option<usize>, Option<usize>)> = Vec::new();
    for item in made {
        let same = left.iter().position(|&index| identity(item).is_some() && identity(item) == identity(&kept[index]));
        pairs.push((Some(pairs.len()), same.map(|at| left.remove(at))));
    }
    let mut left = left.into_iter();
    for (_, kept) in pairs.iter_mut().filter(|(_, kept)| kept.is_none()) {
        *kept = left.next();
    }
    pairs.extend(left.map(|index| (None, Some(index))));
    pairs
}

/// What tells a route, a page or a dependency from the others of its list.
fn identity(item: &Json) -> Option<[&str; 2]> {
    let text = |name: &str| item.get(name).and_then(Json::as_str);
    match (text("method"), text("path"), text("route"), text("name")) {
        (Some(method), Some(path), ..) => Some([method, path]),
        (_, _, Some(name), _) | (_, _, None, Some(name)) => Some([name, ""]),
        _ => None,
    }
}

/// A value that fits a line.
fn short(json: &Json) -> String {
    const SHOWN: usize = 120;
    let text = json.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{} ..", &text[..end]),
        None => text,
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
