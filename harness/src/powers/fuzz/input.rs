//! One input of a fuzzer: a call of an entry point, and what its host answers in it.

use serde::{Deserialize, Serialize};

/// A call of an entry point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Input {
    /// The entry point.
    pub entry: String,
    /// What it is given: a command's arguments, or the parts that its shape in the report names.
    #[serde(with = "text_or_hex")]
    pub fields: Vec<Vec<u8>>,
    /// What the host answers otherwise than by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// What the host answers in one host call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Answer {
    /// Which host call it is, from 0; those that cannot fail do not count.
    pub place: usize,
    /// What happens.
    #[serde(flatten)]
    pub what: Answered,
}

/// What happens in a host call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answered {
    /// It fails in the way of this number, modulo those that the function has.
    Fault(u8),
    /// It answers with this, where strangers decide on the answer.
    Content(#[serde(with = "one_text_or_hex")] Vec<u8>),
}

/// Text as it is, other bytes as `hex:..`, so that a file of these can be read and edited.
fn shown(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.starts_with("hex:") => text.to_owned(),
        _ => format!("hex:{}", crate::text::hex(bytes)),
    }
}

fn read(text: &str) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix("hex:") else { return Some(text.as_bytes().to_vec()) };
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| {
        let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
        u8::from_str_radix(pair, 16).ok()
    });
    pairs.collect()
}

mod text_or_hex {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(fields: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(fields.iter().map(|field| super::shown(field)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let fields = texts.iter().map(|text| super::read(text).ok_or_else(|| D::Error::custom(super::BAD_HEX)));
        fields.collect()
    }
}

mod one_text_or_hex {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::shown(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        super::read(&String::deserialize(deserializer)?).ok_or_else(|| D::Error::custom(super::BAD_HEX))
    }
}

const BAD_HEX: &str = "`hex:` is followed by two hexadecimal digits for each byte";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_inputs_can_be_read_and_edited() {
        let input = Input {
            entry: "SET".to_owned(),
            fields: vec![b"a\nb".to_vec(), vec![0xff, 0], b"hex:ff".to_vec()],
            answers: vec![
                Answer { place: 1, what: Answered::Fault(3) },
                Answer { place: 0, what: Answered::Content(b"x".to_vec()) },
            ],
        };
        let text = serde_json::to_string(&input).unwrap();
        assert_eq!(
            text,
            r#"{"entry":"SET","fields":["a\nb","hex:ff00","hex:6865783a6666"],"answers":[{"place":1,"fault":3},{"place":0,"content":"x"}]}"#
        );
        assert_eq!(serde_json::from_str::<Input>(&text).unwrap(), input);
        assert!(serde_json::from_str::<Input>(r#"{"entry":"A","fields":["hex:f"]}"#).is_err());
    }
}
