//! JSON documents, with the commands of the Ferrite plugin page: `JSON.SET mykey $ '{"name": "Alice"}'`,
//! then `JSON.GET mykey $.name` answers `"Alice"`.
//!
//! Where the page is silent, this does what RedisJSON documents, but for:
//!
//! - A path leads to one place at most (see [`path`]), and its value is the answer: `"Alice"`, as on
//!   the page; RedisJSON answers a path that starts with `$` with an array, `["Alice"]`.
//! - A value for a place that cannot be (its parent is not there, is a string, is a shorter array)
//!   is an error that says so, where RedisJSON answers null.
//! - A name that stands twice in an object is an error, where RedisJSON drops all but the last.
//! - Numbers keep their digits, and strings their escapes: `1e400` and `12345678901234567890123`
//!   come back as they were written. Blanks between the parts do not.
//!
//! Absent is null: a key that is not there, and a path that leads nowhere.

#![forbid(unsafe_code)]

pub mod document;
pub mod json;
pub mod path;

use plugsmith::{CommandError, PluginContext, command, export_plugin};

use document::Document;
use json::Compact;
use path::Path;

/// Sets a value at a path; null where NX or XX does not let it.
#[command(name = "JSON.SET", flags = ["write", "denyoom"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "json"], complexity = "O(n), n bytes of the document", since = "1.0.0")]
fn set(
    ctx: &PluginContext,
    key: &str,
    path: Path<'_>,
    value: &str,
    condition: Option<&str>,
) -> Result<Option<()>, CommandError> {
    let condition = condition.map(Condition::parse).transpose()?;
    let value = Compact::parse(value).map_err(|mistake| mistake.to_string())?;
    let held = ctx.storage().get_typed::<Document>(key)?;
    let is_there = held.as_ref().is_some_and(|document| document.get(&path).is_some());
    if condition.is_some_and(|condition| (condition == Condition::IsThere) != is_there) {
        return Ok(None);
    }
    let document = match held {
        Some(mut document) => {
            document.set(&path, &value)?;
            document
        }
        None if path.depth() == 0 => value.into(),
        None => return Err("a new document is set at its root: use the path $".into()),
    };
    ctx.storage().set_typed(key, &document)?;
    Ok(Some(()))
}

/// The JSON at a path, the whole document without one; of several paths, an object with that of each.
#[command(name = "JSON.GET", flags = ["read"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["read", "json"], complexity = "O(n), n bytes of the document", since = "1.0.0")]
fn get(ctx: &PluginContext, key: &str, path: Vec<Path<'_>>) -> Result<Option<String>, CommandError> {
    let document = ctx.storage().get_typed::<Document>(key)?;
    Ok(document.and_then(|document| match &path[..] {
        [] => Some(document.as_str().to_owned()),
        [path] => document.get(path).map(str::to_owned),
        paths => Some(document.get_all(paths)),
    }))
}

/// Removes the value at a path, the whole document without one; how many values that were.
#[command(name = "JSON.DEL", flags = ["write"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "json"], complexity = "O(n), n bytes of the document", since = "1.0.0")]
fn delete(ctx: &PluginContext, key: &str, path: Option<Path<'_>>) -> Result<u32, CommandError> {
    let Some(mut document) = ctx.storage().get_typed::<Document>(key)? else { return Ok(0) };
    let path = path.unwrap_or(Path::ROOT);
    if path.depth() == 0 {
        return Ok(ctx.storage().delete(key)?.into());
    }
    let removed = document.remove(&path);
    if removed {
        ctx.storage().set_typed(key, &document)?;
    }
    Ok(removed.into())
}

/// The type of the value at a path: object, array, string, integer, number, boolean or null.
#[command(name = "JSON.TYPE", flags = ["read"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["read", "json"], complexity = "O(n), n bytes of the document", since = "1.0.0")]
fn type_of(ctx: &PluginContext, key: &str, path: Option<Path<'_>>) -> Result<Option<&'static str>, CommandError> {
    let document = ctx.storage().get_typed::<Document>(key)?;
    Ok(document.and_then(|document| document.kind(&path.unwrap_or(Path::ROOT))))
}

export_plugin!(set, get, delete, type_of);

/// When a value is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    /// `XX`
    IsThere,
    /// `NX`
    IsAbsent,
}

impl Condition {
    fn parse(word: &str) -> Result<Condition, CommandError> {
        match word {
            _ if word.eq_ignore_ascii_case("NX") => Ok(Condition::IsAbsent),
            _ if word.eq_ignore_ascii_case("XX") => Ok(Condition::IsThere),
            _ => Err("syntax error: expected NX or XX behind the value".into()),
        }
    }
}

#[cfg(test)]
mod tests;
