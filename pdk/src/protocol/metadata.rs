//! An artifact's own description: one record for each entry point, a line of JSON in the
//! custom section [`SECTION`].

/// The name of the wasm custom section.
pub const SECTION: &str = "plugsmith";

/// What the name of an export starts with that passes values of a data type through an artifact under
/// test; the type's name follows. Its signature is `(step: i32, operand: i32) -> i32`.
pub const ROUND_TRIP: &str = "__plugsmith_round_trip:";

/// The import module of the functions that `FCALL` of the shipped Ferrite server gives a plugin.
pub const FCALL_MODULE: &str = "ferrite";

#[cfg(feature = "json")]
pub use records::*;

#[cfg(feature = "json")]
mod records {
    use serde::{Deserialize, Serialize};

    /// One record.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(tag = "kind", rename_all = "snake_case")]
    pub enum Record {
        /// A `#[command]`.
        Command(Command),
        /// A `#[data_type]`.
        DataType(DataType),
        /// A `#[fcall]`.
        Fcall(Fcall),
        /// A `#[function]`.
        Function(Function),
        /// A `#[hook]`.
        Hook(Hook),
        /// An `export_plugin!`, in an artifact under test.
        List(List),
        /// An `export_plugin!` with hooks or transformers in it.
        Order(Order),
        /// A `#[route]` of an Orbis plugin.
        Route(Route),
        /// A `#[storage_backend]`.
        StorageBackend(StorageBackend),
        /// A `#[transformer]`.
        Transformer(Transformer),
    }

    /// The record of a `#[route]`, and all that the manifest says of it.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Route {
        /// `GET`, `POST` ..
        pub method: String,
        /// The path, with its parameters as `{name}`.
        pub path: String,
        /// The export that handles it.
        pub handler: String,
        /// Whether the host asks for a user.
        pub requires_auth: bool,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// What its user must have.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub permissions: Vec<String>,
        /// Calls a minute.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub rate_limit: Option<u32>,
        /// The handler's parameters in order: `path`, `query`, `body`, `user` or `request`.
        #[serde(default)]
        pub parameters: Vec<Parameter>,
    }

    /// A `#[command]`, exported under its name.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Command {
        /// The command's name.
        pub name: String,
        /// Words of a call, the name included; -N for N or more.
        pub arity: i32,
        /// `read`, `write` ..
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub flags: Vec<String>,
        /// The first argument that is a key, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first_key: Option<i32>,
        /// The last argument that is a key; negative from the end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last_key: Option<i32>,
        /// The distance from key to key.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub step: Option<i32>,
        /// The longest a call may take, in milliseconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub timeout_ms: Option<u64>,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// ACL categories.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub acl_categories: Vec<String>,
        /// Such as `O(1)`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub complexity: Option<String>,
        /// The version that brought it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub since: Option<String>,
        /// Redis' command tips.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub tips: Vec<String>,
        /// The parameters in order.
        #[serde(default)]
        pub parameters: Vec<Parameter>,
    }

    /// A parameter of a command.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Parameter {
        /// Its name.
        pub name: String,
        /// `context`, `required`, `optional` or `rest`.
        pub kind: String,
        /// Its type, such as `text` or `u32`.
        #[serde(rename = "type")]
        pub ty: String,
    }

    /// A `#[data_type]`.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct DataType {
        /// Its name in storage.
        pub name: String,
        /// The name of its encoding; `compact` where it was supplied.
        pub encoding: String,
        /// The version that is written.
        pub version: u32,
        /// What it is, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// The commands that work on it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub commands: Vec<String>,
    }

    /// A `#[function]`, exported under its name.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Function {
        /// The function's name.
        pub name: String,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// The type of its input: `text`, `bytes`, `json` or `none`.
        pub input: String,
    }

    /// A `#[fcall]`, exported under its name.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Fcall {
        /// The function's name.
        pub name: String,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
        /// The parameters in order, all `required`: `i32`, `i64` or `f64`.
        #[serde(default)]
        pub parameters: Vec<Parameter>,
        /// The type of its result: `i32`, `i64`, `f32`, `f64` or `none`.
        pub result: String,
    }

    /// A `#[hook]`.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Hook {
        /// The event that it waits for.
        pub event: String,
        /// Hooks of one event run by priority, lowest first.
        pub priority: i32,
        /// The export to call.
        pub export: String,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
    }

    /// All that an `export_plugin!` names, in an artifact under test.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct List {
        /// The module that it stands in.
        pub module: String,
        /// The exports of its entry points.
        pub exports: Vec<String>,
    }

    /// Where an entry point comes from, in an artifact under test.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Origin {
        /// The export.
        pub export: String,
        /// The module that it stands in; it starts with the crate's name.
        pub module: String,
    }

    impl Origin {
        /// The crate's name, as rustc spells it.
        pub fn crate_name(&self) -> &str {
            self.module.split("::").next().unwrap_or_default()
        }
    }

    /// Where the entry points in a section come from; nothing for an artifact that was built without
    /// debug assertions.
    pub fn origins(section: &[u8]) -> Vec<Origin> {
        let lines = section.split(|&b| b == b'\n');
        lines.filter_map(|line| origin(&serde_json::from_slice(line).ok()?)).collect()
    }

    fn origin(record: &serde_json::Value) -> Option<Origin> {
        let name = match record["kind"].as_str()? {
            "command" | "fcall" | "function" => &record["name"],
            "hook" | "transformer" | "storage_backend" => &record["export"],
            _ => return None,
        };
        Some(Origin { export: name.as_str()?.to_owned(), module: record["module"].as_str()?.to_owned() })
    }

    /// The order in which hooks and transformers of one priority run; those that it does not name
    /// come after those that it names, by the names of their exports.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Order {
        /// Their exports.
        pub exports: Vec<String>,
    }

    /// A `#[storage_backend]`.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct StorageBackend {
        /// What the keys start with that it serves.
        pub prefix: String,
        /// The export to call.
        pub export: String,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
    }

    /// A `#[transformer]`.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
    pub struct Transformer {
        /// `read` or `write`.
        pub on: String,
        /// A glob for the keys whose values pass it.
        pub pattern: String,
        /// Writers run by priority, lowest first; readers the other way round.
        pub priority: i32,
        /// The export to call.
        pub export: String,
        /// What it does, in a sentence.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        pub description: String,
    }

    /// The records in a section, or the first line that is not a record.
    ///
    /// # Errors
    /// The line, and why it is no record.
    pub fn parse(section: &[u8]) -> Result<Vec<Record>, String> {
        section
            .split(|&b| b == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| {
                serde_json::from_slice(line).map_err(|error| format!("{}: {error}", String::from_utf8_lossy(line)))
            })
            .collect()
    }
}
