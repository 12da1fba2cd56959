//! The built-in commands as Redis itself describes them, and those of plugins in the same form.
//!
//! `commands/info.resp` and `commands/docs.resp` are the replies of Redis 7.0.15 to `COMMAND INFO` and
//! `COMMAND DOCS` in RESP3, for the commands and subcommands that this server has: arity, flags,
//! ACL categories and key specifications are Redis' own, and so are both replies.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use plugsmith::Value;
use plugsmith::protocol::resp;

/// What the server knows of a command before it runs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Spec {
    /// In lower case, of a subcommand with its command's: `config|get`; of a plugin as it spells it.
    pub(crate) name: String,
    /// Words of a call, the name included; -N for N or more.
    pub(crate) arity: i64,
    pub(crate) flags: Vec<String>,
    /// Without their `@`.
    pub(crate) categories: Vec<String>,
    pub(crate) keys: Vec<KeySpec>,
    pub(crate) subcommands: BTreeMap<String, Spec>,
    /// The element of `COMMAND INFO`.
    pub(crate) info: Value,
    /// The value in `COMMAND DOCS`.
    pub(crate) docs: Value,
}

/// Where a command has keys, and what it does with them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeySpec {
    pub(crate) first: usize,
    /// From the end where it is negative.
    pub(crate) last: i64,
    pub(crate) step: usize,
    /// It copies, returns or uses the value.
    pub(crate) reads: bool,
    /// It adds to the value, changes it, or deletes it.
    pub(crate) writes: bool,
    /// Whether the arguments decide on both: of `SET`, which only reads with `GET`.
    varies: bool,
}

/// A key of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) reads: bool,
    pub(crate) writes: bool,
}

impl Spec {
    pub(crate) fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|has| has == flag)
    }

    /// Whether a call can have so many words.
    pub(crate) fn takes(&self, words: usize) -> bool {
        let words = words as i64;
        if self.arity < 0 { words >= -self.arity } else { words == self.arity }
    }

    /// The keys of a call.
    pub(crate) fn keys<'a>(&self, words: &'a [Vec<u8>]) -> Vec<Wanted<'a>> {
        let mut found = Vec::new();
        for spec in &self.keys {
            let last = if spec.last < 0 { words.len() as i64 + spec.last } else { spec.last };
            let Ok(last) = usize::try_from(last) else { continue };
            let get = || words.iter().skip(3).any(|word| word.eq_ignore_ascii_case(b"get"));
            let reads = spec.reads && (!spec.varies || get());
            for place in (spec.first..=last).step_by(spec.step.max(1)) {
                if let Some(key) = words.get(place) {
                    found.push(Wanted { key, reads, writes: spec.writes });
                }
            }
        }
        found
    }
}

/// The built-in command with this name, in whichever case.
pub(crate) fn builtin(name: &[u8]) -> Option<&'static Spec> {
    BUILTINS.get(&String::from_utf8_lossy(name).to_lowercase())
}

/// The built-in commands by name.
pub(crate) static BUILTINS: LazyLock<BTreeMap<String, Spec>> = LazyLock::new(|| {
    let infos = resp::decode(include_bytes!("commands/info.resp")).unwrap_or(Value::Null);
    let docs = resp::decode(include_bytes!("commands/docs.resp")).unwrap_or(Value::Null);
    let specs = infos.as_array().unwrap_or_default().iter().filter_map(|info| read(info, &docs));
    let own = PLUGIN_COMMANDS.iter().map(|(name, arity, summary)| plugin_command(name, *arity, summary));
    specs.chain(own).map(|spec| (spec.name.clone(), spec)).collect()
});

/// What manages plugins: the name, the arity, and what it does.
const PLUGIN_COMMANDS: &[(&str, i64, &str)] = &[
    ("plugin.disable", 2, "Turns a plugin off"),
    ("plugin.enable", 2, "Turns a plugin on"),
    ("plugin.info", 2, "Shows a plugin"),
    ("plugin.limits", -2, "Shows or sets what a plugin may use"),
    ("plugin.list", 1, "Shows all plugins"),
    ("plugin.load", -3, "Loads a plugin"),
    ("plugin.reload", -3, "Puts another version of a plugin in its place"),
    ("plugin.unload", 2, "Removes a plugin"),
];

fn plugin_command(name: &str, arity: i64, summary: &str) -> Spec {
    let text = |text: &str| Value::String(text.to_owned());
    let flags = ["admin", "noscript"].map(str::to_owned).to_vec();
    let categories = ["admin", "slow", "dangerous"].map(str::to_owned).to_vec();
    let none = || Value::Set(Vec::new());
    let info = vec![
        text(name),
        Value::Integer(arity),
        Value::Set(flags.iter().map(|flag| Value::SimpleString(flag.clone())).collect()),
        Value::Integer(0),
        Value::Integer(0),
        Value::Integer(0),
        Value::Set(categories.iter().map(|category| Value::SimpleString(format!("@{category}"))).collect()),
        none(),
        none(),
        Value::Array(Vec::new()),
    ];
    Spec {
        name: name.to_owned(),
        arity,
        flags,
        categories,
        keys: Vec::new(),
        subcommands: BTreeMap::new(),
        info: Value::Array(info),
        docs: Value::Map(vec![(text("summary"), text(summary)), (text("group"), text("server"))]),
    }
}

/// Redis' categories, in the order of `ACL CAT`.
pub(crate) const CATEGORIES: &[&str] = &[
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

fn read(info: &Value, docs: &Value) -> Option<Spec> {
    let [name, arity, flags, _, _, _, categories, _, keys, subcommands] = info.as_array()? else { return None };
    let name = name.as_str()?.to_owned();
    let words = |value: &Value| -> Vec<String> {
        let words = value.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
        words.map(|word| word.trim_start_matches('@').to_owned()).collect()
    };
    let docs = field(docs, &name).cloned().unwrap_or(Value::Null);
    let of_subcommands = field(&docs, "subcommands").cloned().unwrap_or(Value::Null);
    let subcommands = subcommands.as_array().unwrap_or_default().iter().filter_map(|info| read(info, &of_subcommands));
    let subcommands = subcommands.map(|spec| (spec.name.rsplit('|').next().unwrap_or_default().to_owned(), spec));
    Some(Spec {
        arity: arity.as_i64()?,
        flags: words(flags),
        categories: words(categories),
        keys: keys.as_array().unwrap_or_default().iter().filter_map(key_spec).collect(),
        subcommands: subcommands.collect(),
        info: info.clone(),
        docs,
        name,
    })
}

fn key_spec(spec: &Value) -> Option<KeySpec> {
    let flags = field(spec, "flags")?.as_array()?;
    let has = |flag: &str| flags.iter().any(|has| has.as_str() == Some(flag));
    let number = |spec: &Value, name: &str| field(spec, name).and_then(Value::as_i64);
    let first = number(field(field(spec, "begin_search")?, "spec")?, "index")?;
    let range = field(field(spec, "find_keys")?, "spec")?;
    let last = number(range, "lastkey")?;
    Some(KeySpec {
        first: usize::try_from(first).ok()?,
        // Redis counts the last key from the first one where it is not from the end.
        last: if last < 0 { last } else { first + last },
        step: usize::try_from(number(range, "keystep")?).ok()?,
        reads: has("access"),
        writes: has("insert") || has("update") || has("delete"),
        varies: has("variable_flags"),
    })
}

/// The value of a map's field.
pub(crate) fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    match map {
        Value::Map(pairs) => pairs.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value),
        _ => None,
    }
}

/// The specification of keys that a plugin declares.
pub(crate) fn plain_keys(first: i64, last: i64, step: i64, reads: bool, writes: bool) -> Option<KeySpec> {
    let first = usize::try_from(first).ok().filter(|first| *first > 0)?;
    Some(KeySpec { first, last, step: usize::try_from(step).unwrap_or(1), reads, writes, varies: false })
}
