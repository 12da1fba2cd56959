//! Data types whose supplied encoding would write what it cannot read.

use plugsmith::data_type;

#[data_type]
#[serde(tag = "kind", content = "of")]
enum Tagged {
    One(u8),
    #[serde(skip)]
    Never,
    #[serde(untagged)]
    Other(String),
}

#[data_type]
struct Skipping {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
    #[serde(rename(serialize = "a", deserialize = "b"), skip_serializing)]
    a: u8,
    #[serde(flatten)]
    rest: std::collections::BTreeMap<String, u8>,
    #[serde(skip)]
    cache: u8,
    #[serde(skip_serializing, skip_deserializing)]
    other_cache: u8,
}

fn main() {}
