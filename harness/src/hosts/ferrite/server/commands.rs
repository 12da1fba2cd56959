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
    /// Whether a call may have keys that no specification leads to.
    pub(crate) has_other_keys: bool,
    /// The element of `COMMAND INFO`.
    pub(crate) info: Value,
    /// The value in `COMMAND DOCS`.
    pub(crate) docs: Value,
}

/// Where a command has keys, and what it does with them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KeySpec {
    pub(crate) first: First,
    pub(crate) last: Last,
    pub(crate) step: usize,
    /// It copies, returns or uses the value.
    pub(crate) reads: bool,
    /// It adds to the value, changes it, or deletes it.
    pub(crate) writes: bool,
    /// Whether the arguments decide on both: of `SET`, which only reads with `GET`.
    varies: bool,
}

/// Where the keys of a specification begin.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum First {
    At(usize),
    /// After this word, which is looked for from this place on; from the end where it is negative.
    After(String, i64),
}

/// How many keys there are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Last {
    /// Up to so many words after the first one; from the end of the call where it is negative.
    Range(i64),
    /// As many as the word at the first offset says, from the second offset on.
    Counted(usize, usize),
}

impl KeySpec {
    /// The places of the keys in a call.
    fn places(&self, words: &[Vec<u8>]) -> Vec<usize> {
        let first = match &self.first {
            First::At(index) => Some(*index),
            First::After(keyword, from) => {
                let is = |at: &usize| words[*at].eq_ignore_ascii_case(keyword.as_bytes());
                let found = match usize::try_from(*from) {
                    Ok(from) => (from..words.len()).find(is),
                    Err(_) => (1..=words.len().saturating_add_signed(*from as isize))
                        .rev()
                        .filter(|at| *at < words.len())
                        .find(is),
                };
                found.map(|at| at + 1)
            }
        };
        let Some(first) = first else { return Vec::new() };
        let step = self.step.max(1);
        match self.last {
            Last::Range(last) => {
                let last = if last < 0 { words.len() as i64 + last } else { first as i64 + last };
                usize::try_from(last).map(|last| (first..=last).step_by(step).collect()).unwrap_or_default()
            }
            Last::Counted(number, offset) => {
                let count = words.get(first + number).and_then(|word| std::str::from_utf8(word).ok()?.parse().ok());
                let count = count.unwrap_or(0).min(words.len());
                (0..count).map(|index| first + offset + index * step).collect()
            }
        }
    }
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
            let get = || words.iter().skip(3).any(|word| word.eq_ignore_ascii_case(b"get"));
            let reads = spec.reads && (!spec.varies || get());
            for place in spec.places(words) {
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
        has_other_keys: false,
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

/// Reads an element of `COMMAND INFO` in RESP3.
pub(super) fn read(info: &Value, docs: &Value) -> Option<Spec> {
    let [name, arity, flags, _, _, _, categories, _, keys, subcommands, ..] = info.as_array()? else { return None };
    let name = name.as_str()?.to_owned();
    let words = |value: &Value| -> Vec<String> {
        let words = value.as_array().unwrap_or_default().iter().filter_map(Value::as_str);
        words.map(|word| word.trim_start_matches('@').to_owned()).collect()
    };
    let docs = field(docs, &name).cloned().unwrap_or(Value::Null);
    let of_subcommands = field(&docs, "subcommands").cloned().unwrap_or(Value::Null);
    let subcommands = subcommands.as_array().unwrap_or_default().iter().filter_map(|info| read(info, &of_subcommands));
    let subcommands = subcommands.map(|spec| (spec.name.rsplit('|').next().unwrap_or_default().to_owned(), spec));
    let specs = keys.as_array().unwrap_or_default();
    let keys: Vec<KeySpec> = specs.iter().filter_map(key_spec).collect();
    let is_incomplete = |spec: &Value| {
        let flags = field(spec, "flags").and_then(Value::as_array).unwrap_or_default();
        flags.iter().any(|flag| flag.as_str() == Some("incomplete"))
    };
    Some(Spec {
        has_other_keys: keys.len() < specs.len() || specs.iter().any(is_incomplete),
        arity: arity.as_i64()?,
        flags: words(flags),
        categories: words(categories),
        keys,
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
    let begin = field(field(spec, "begin_search")?, "spec")?;
    let first = match field(begin, "keyword").and_then(Value::as_str) {
        Some(keyword) => First::After(keyword.to_owned(), number(begin, "startfrom")?),
        None => First::At(usize::try_from(number(begin, "index")?).ok()?),
    };
    let find = field(field(spec, "find_keys")?, "spec")?;
    let place = |name: &str| number(find, name).and_then(|place| usize::try_from(place).ok());
    let last = match number(find, "lastkey") {
        // A limit leaves the rest of the words to something else, as in XREAD: half of them are keys.
        Some(_) if number(find, "limit").is_some_and(|limit| limit > 1) => return None,
        Some(last) => Last::Range(last),
        None => Last::Counted(place("keynumidx")?, place("firstkey")?),
    };
    Some(KeySpec {
        first,
        last,
        step: place("keystep")?,
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
    let last = Last::Range(if last < 0 { last } else { last - first as i64 });
    Some(KeySpec {
        first: First::At(first),
        last,
        step: usize::try_from(step).unwrap_or(1),
        reads,
        writes,
        varies: false,
    })
}
