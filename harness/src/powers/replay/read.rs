//! Reads a session. It comes from a stranger: every field is checked, and every size is limited.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::session::{Call, End, Facts, HostCall, Session, Step, VERSION};
use super::value::Value;
use crate::artifact::file;
use crate::error::{Error, Result};
use crate::text;

/// The most bytes of a file.
pub(super) const BYTES: u64 = 64 * 1024 * 1024;
/// The most lines of a file.
const LINES: usize = 100_000;
/// The most memory that a line may take as JSON.
const WEIGHT: usize = 256 * 1024 * 1024;
/// The most host calls of one call.
const HOST_CALLS: usize = 100_000;
/// The most arguments of a host call: more than any host function has.
const ARGUMENTS: usize = 64;

/// What is wrong, with the path of the field.
type Checked<T> = std::result::Result<T, String>;

impl Session {
    /// Reads a session from its file.
    ///
    /// # Errors
    /// [`Error::File`] with the line and the field: a file that cannot be read, is too large, or holds something
    /// else.
    ///
    /// ```
    /// use plugsmith_harness::powers::replay::Session;
    ///
    /// let error = Session::parse("{\"session\":1}\n{\"call\":\"run\",\"input\":7}").unwrap_err();
    /// assert!(error.starts_with("line 2: input: expected text, null, or an object"));
    /// ```
    pub fn read(file: impl AsRef<Path>) -> Result<Session> {
        from_file(file.as_ref())
    }

    /// Reads a session from its text.
    ///
    /// # Errors
    /// What is wrong, with the line and the field.
    pub fn parse(text: &str) -> Result<Session, String> {
        text_of(text)
    }
}

fn from_file(path: &Path) -> Result<Session> {
    let fail = |reason: String| Error::File { path: path.to_owned(), reason };
    let text = contents(path).map_err(fail)?;
    text_of(&text).map_err(fail)
}

/// The text of a file.
pub(super) fn contents(path: &Path) -> Checked<String> {
    let bytes = file::read_up_to(path, BYTES).map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line}: it is not UTF-8 at byte {at}")
    })
}

fn text_of(text: &str) -> Checked<Session> {
    let mut session: Option<Session> = None;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    for (count, (index, line)) in lines.enumerate() {
        let at = |reason: String| format!("line {}: {reason}", index + 1);
        if count >= LINES {
            return Err(at(format!("there are more than {LINES} lines, the most that are read")));
        }
        if text::json_weight(line.as_bytes()) > WEIGHT {
            return Err(at(format!("it would take more than {WEIGHT} bytes once it is read, the most that is")));
        }
        let json: Json = serde_json::from_str(line).map_err(|error| {
            // Of the line in the text of the error, there is one only.
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or(&reason);
            at(format!("not JSON at column {}: {reason}", error.column()))
        })?;
        let Json::Object(object) = json else { return Err(at("expected an object".to_owned())) };
        match &mut session {
            // A request or a command needs no header: `App::replay` and a Ferrite server read such a file, too.
            None if is_client(&object) => session = Some(Session { client_lines: 1, ..Session::default() }),
            None => {
                let (facts, left_out) = header(&object).map_err(at)?;
                session = Some(Session { facts, left_out, ..Session::default() });
            }
            Some(session) if is_client(&object) => session.client_lines += 1,
            // Whoever records appends: a header begins another run of the host.
            Some(session) if object.contains_key("session") => {
                let (facts, left_out) = header(&object).map_err(at)?;
                if session.steps.is_empty() {
                    (session.facts, session.left_out) = (facts, left_out);
                } else {
                    session.facts.redacted |= facts.redacted;
                    session.steps.push(Step::Restart);
                }
            }
            Some(session) => session.steps.push(step(&object).map_err(at)?),
        }
    }
    session.ok_or_else(|| "it is empty: a session begins with a line {\"session\":1}".to_owned())
}

/// Whether this is what a client sent to a server: a request of Orbis, a command of Ferrite.
fn is_client(line: &Map<String, Json>) -> bool {
    !line.contains_key("session") && (line.contains_key("method") || line.contains_key("command"))
}

fn header(line: &Map<String, Json>) -> Checked<(Facts, usize)> {
    const FIELDS: [&str; 13] = [
        "session",
        "plugin",
        "features",
        "no_default_features",
        "artifact",
        "limits",
        "clock_ms",
        "config",
        "storage",
        "kv",
        "variables",
        "redacted",
        "left_out",
    ];
    match line.get("session").map(Json::as_u64) {
        None => return Err("expected {\"session\":1}, the first line of a session".to_owned()),
        Some(Some(VERSION)) => {}
        Some(version) => {
            let version = version.map_or_else(|| "another value".to_owned(), |version| version.to_string());
            return Err(format!(
                "session: expected {VERSION}, the version of the format, not {version}: use a newer cargo-plugsmith"
            ));
        }
    }
    known(line, &FIELDS)?;
    let features = match line.get("features") {
        None => Vec::new(),
        Some(Json::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, item)| item.as_str().map(str::to_owned).ok_or(format!("features[{index}]: expected text")))
            .collect::<Checked<_>>()?,
        Some(_) => return Err("features: expected a list".to_owned()),
    };
    let artifact = text_field(line, "artifact")?;
    if let Some(hash) = &artifact
        && (hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
    {
        return Err("artifact: expected the 64 hexadecimal digits of a SHA-256".to_owned());
    }
    let facts = Facts {
        plugin: text_field(line, "plugin")?,
        features,
        no_default_features: flag(line, "no_default_features")?,
        artifact,
        limits: map(line, "limits", |json| json.as_u64().ok_or_else(|| "expected a number".to_owned()))?,
        clock_ms: number(line, "clock_ms")?,
        config: map(line, "config", |json| json.as_str().map(str::to_owned).ok_or_else(|| "expected text".to_owned()))?,
        storage: map(line, "storage", Value::of_json)?,
        kv: map(line, "kv", Value::of_json)?,
        variables: map(line, "variables", Value::of_json)?,
        redacted: flag(line, "redacted")?,
    };
    let left_out = number(line, "left_out")?.unwrap_or(0);
    Ok((facts, usize::try_from(left_out).unwrap_or(usize::MAX)))
}

fn step(line: &Map<String, Json>) -> Checked<Step> {
    if line.contains_key("restart") {
        known(line, &["restart"])?;
        return Ok(Step::Restart);
    }
    let Some(entry) = text_field(line, "call")? else {
        return Err("expected a `call`, a `restart`, or a client's `method` or `command`".to_owned());
    };
    known(line, &["call", "input", "host_calls", "output", "error"])?;
    let input = field(line, "input", Value::of_json)?.unwrap_or(Value::Block(None));
    let host_calls = match line.get("host_calls") {
        None => Vec::new(),
        Some(Json::Array(list)) if list.len() > HOST_CALLS => {
            return Err(format!("host_calls: there are more than {HOST_CALLS}, the most that are read"));
        }
        Some(Json::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, json)| host_call(json).map_err(|reason| format!("host_calls[{index}]{reason}")))
            .collect::<Checked<_>>()?,
        Some(_) => return Err("host_calls: expected a list".to_owned()),
    };
    let end = match (field(line, "output", Value::of_json)?, text_field(line, "error")?) {
        (Some(_), Some(_)) => return Err("output: a call has an output or an error, not both".to_owned()),
        (Some(output), None) => End::Output(output),
        (None, Some(error)) => End::Error(error),
        (None, None) => End::Unknown,
    };
    Ok(Step::Call(Call { entry, input, host_calls, end }))
}

fn host_call(json: &Json) -> Checked<HostCall> {
    let Json::Object(line) = json else { return Err(": expected an object".to_owned()) };
    let dotted = |reason: String| format!(".{reason}");
    known(line, &["module", "name", "arguments", "answer", "error"]).map_err(|reason| format!(": {reason}"))?;
    let needed = |name: &str| {
        text_field(line, name).map_err(dotted)?.ok_or_else(|| format!(".{name}: expected the text of the import"))
    };
    let arguments = match line.get("arguments") {
        None => Vec::new(),
        Some(Json::Array(list)) if list.len() > ARGUMENTS => {
            return Err(format!(".arguments: there are more than {ARGUMENTS}, the most that are read"));
        }
        Some(Json::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, json)| Value::of_json(json).map_err(|reason| format!(".arguments[{index}]: {reason}")))
            .collect::<Checked<_>>()?,
        Some(_) => return Err(".arguments: expected a list".to_owned()),
    };
    let answer =
        match (field(line, "answer", Value::of_json).map_err(dotted)?, text_field(line, "error").map_err(dotted)?) {
            (Some(_), Some(_)) => return Err(".answer: a host call has an answer or an error, not both".to_owned()),
            (_, Some(error)) => Err(error),
            (answer, None) => Ok(answer.unwrap_or(Value::Nothing)),
        };
    Ok(HostCall { module: needed("module")?, name: needed("name")?, arguments, answer })
}

fn known(line: &Map<String, Json>, names: &[&str]) -> Checked<()> {
    match line.keys().find(|key| !names.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => Err(format!("there is no field {key:?}; there are {}", names.join(", "))),
    }
}

fn field<T>(line: &Map<String, Json>, name: &str, read: impl Fn(&Json) -> Checked<T>) -> Checked<Option<T>> {
    line.get(name).map(|json| read(json).map_err(|reason| format!("{name}: {reason}"))).transpose()
}

fn text_field(line: &Map<String, Json>, name: &str) -> Checked<Option<String>> {
    field(line, name, |json| json.as_str().map(str::to_owned).ok_or_else(|| "expected text".to_owned()))
}

fn number(line: &Map<String, Json>, name: &str) -> Checked<Option<u64>> {
    field(line, name, |json| json.as_u64().ok_or_else(|| "expected a whole number".to_owned()))
}

fn flag(line: &Map<String, Json>, name: &str) -> Checked<bool> {
    let flag = field(line, name, |json| json.as_bool().ok_or_else(|| "expected true or false".to_owned()))?;
    Ok(flag.unwrap_or(false))
}

fn map<T>(line: &Map<String, Json>, name: &str, read: impl Fn(&Json) -> Checked<T>) -> Checked<BTreeMap<String, T>> {
    match line.get(name) {
        None => Ok(BTreeMap::new()),
        Some(Json::Object(object)) => object
            .iter()
            .map(|(key, json)| Ok((key.clone(), read(json).map_err(|reason| format!("{name}.{key}: {reason}"))?)))
            .collect(),
        Some(_) => Err(format!("{name}: expected an object")),
    }
}
