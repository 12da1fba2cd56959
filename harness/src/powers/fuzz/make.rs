//! New inputs: from nothing, and from one that is known.

use serde_json::Value as Json;

use super::input::{Answer, Answered, Input};
use super::shape::{Kind, Shape};
use super::words::{Dice, Vocabulary};

/// The longest field that is made.
pub(super) const LONGEST: usize = 4096;

/// Text that trips up code.
const TEXTS: &[&str] = &[
    "", "a", "\n", "a\nb", "\r\n", "\0", " ", "a b", "é", "😀", "ﬁ", "\u{301}", "-", "--", ":", "a:b", "/", "../x",
    "%00", "{}", "[]", "\"", "'", "\\", "\\u", "$", "*", "?", "[", "(", "0", "-1", "1e9", "true", "null", "nan", "A",
    "ß", "\u{202e}",
];

/// The keys that inputs have in common, so that one call finds what another has left.
const KEYS: &[&str] = &["k", "a", "b:1"];

/// Bytes with a meaning.
const MARKS: &[u8] = b"\n\r\0 \t\"'\\{}[]():,;.-+/*?%&=<>|#@!0129aAzZ\x7f\x80\xff";

/// A field of this kind.
pub(super) fn field(kind: &Kind, words: Vocabulary<'_>, dice: &mut Dice) -> Vec<u8> {
    match kind {
        Kind::Choice(choices) => dice.pick(choices).copied().unwrap_or_default().into(),
        Kind::Key if !dice.one_in(6) => (*dice.pick(KEYS).unwrap_or(&"k")).into(),
        Kind::Key | Kind::Text => text(words, dice),
        Kind::Bytes => match dice.below(3) {
            0 => (0..dice.length()).map(|_| dice.byte()).collect(),
            1 => json(words, dice, 0).to_string().into_bytes(),
            _ => text(words, dice),
        },
        Kind::Json => json(words, dice, 0).to_string().into_bytes(),
        Kind::Integer(least, most) => integer(*least, *most, words, dice),
        Kind::Float => match dice.below(3) {
            0 => (*dice
                .pick(&["0", "-0", "1e308", "-1e308", "5e-324", "nan", "inf", "-inf", "0.1", "1e16"])
                .unwrap_or(&"0"))
            .into(),
            1 => f64::from_bits(dice.u64()).to_string().into_bytes(),
            _ => integer(i64::MIN.into(), i64::MAX.into(), words, dice),
        },
        Kind::Bool => (*dice.pick(&["true", "false", "0", "1"]).unwrap_or(&"0")).into(),
    }
}

fn text(words: Vocabulary<'_>, dice: &mut Dice) -> Vec<u8> {
    match dice.below(5) {
        0 => (*dice.pick(TEXTS).unwrap_or(&"")).into(),
        1 => {
            let count = dice.length();
            (0..count).map(|_| b' ' + dice.byte() % 95).collect()
        }
        2 => {
            let word = words.word(dice).to_vec();
            [&word[..], words.word(dice)].concat()
        }
        3 => dice.pick(TEXTS).unwrap_or(&"").repeat(1 + dice.length()).into_bytes(),
        _ => words.word(dice).to_vec(),
    }
}

fn integer(least: i128, most: i128, words: Vocabulary<'_>, dice: &mut Dice) -> Vec<u8> {
    let number = match dice.below(6) {
        0 => *dice.pick(&[0, 1, -1, least, most, least + 1, most - 1]).unwrap_or(&0),
        1 => words.number(dice).unwrap_or(0),
        2 => (1_i128 << dice.below(64)) + dice.below(3) as i128 - 1,
        3 => -(1_i128 << dice.below(64)),
        4 => dice.below(1 << 16) as i128,
        _ => dice.below(20) as i128,
    };
    // Beyond its type once in a while: clients send anything.
    let number = if dice.one_in(20) { number } else { number.clamp(least, most) };
    number.to_string().into_bytes()
}

fn json(words: Vocabulary<'_>, dice: &mut Dice, depth: usize) -> Json {
    let word = |dice: &mut Dice| match words.learned(dice).filter(|_| dice.one_in(2)) {
        Some(learned) => name(learned).into(),
        None => name(&text(words, dice)).into(),
    };
    if depth == 0 && words.learned(dice).is_some() && dice.one_in(2) {
        let pairs = (0..1 + dice.below(4)).map(|_| {
            let value = match dice.below(3) {
                0 => words.learned(dice).map(name).into(),
                1 => Json::from(dice.below(20)),
                _ => json(words, dice, 1),
            };
            (key(words, dice), value)
        });
        return Json::Object(pairs.collect());
    }
    match dice.below(if depth < 3 { 10 } else { 6 }) {
        0 => Json::Null,
        1 => Json::Bool(dice.one_in(2)),
        2 | 3 => {
            let digits = integer(i64::MIN.into(), i64::MAX.into(), words, dice);
            let number = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse::<i64>().ok());
            number.map_or(Json::from(0.5), Json::from)
        }
        4 | 5 => word(dice),
        6 | 7 => (0..dice.below(4)).map(|_| json(words, dice, depth + 1)).collect(),
        _ => {
            let pairs = (0..1 + dice.below(4)).map(|_| (key(words, dice), json(words, dice, depth + 1)));
            Json::Object(pairs.collect())
        }
    }
}

fn key(words: Vocabulary<'_>, dice: &mut Dice) -> String {
    let learned = if dice.one_in(3) { None } else { words.learned(dice) };
    name(learned.unwrap_or_else(|| words.word(dice)))
}

fn name(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}

/// An input from nothing.
pub(super) fn input(shape: &Shape, words: Vocabulary<'_>, dice: &mut Dice) -> Input {
    let mut fields = Vec::new();
    for part in &shape.fields {
        if part.is_optional && dice.one_in(3) {
            break;
        }
        fields.push(field(&part.kind, words, dice));
    }
    if let Some(rest) = &shape.rest {
        let count = dice.below(5);
        fields.extend((0..count).map(|_| field(rest, words, dice)));
    }
    let mut input = Input { entry: shape.entry.clone(), fields, answers: Vec::new() };
    if dice.one_in(4) {
        answer(&mut input, words, dice);
    }
    input
}

/// Another input like this one. `other` is one of the same entry.
pub(super) fn mutate(input: &Input, other: &Input, shape: &Shape, words: Vocabulary<'_>, dice: &mut Dice) -> Input {
    let mut input = input.clone();
    for _ in 0..1 + dice.below(3) {
        let place = dice.below(input.fields.len().max(1));
        match dice.below(12) {
            0 => answer(&mut input, words, dice),
            1 => {
                let place = dice.below(input.answers.len().max(1));
                if place < input.answers.len() {
                    input.answers.remove(place);
                }
            }
            2 => {
                let added = field(&shape.kind(input.fields.len()), words, dice);
                input.fields.push(added);
                if !shape.takes(input.fields.len()) {
                    input.fields.pop();
                }
            }
            3 => {
                let removed = input.fields.pop();
                if !shape.takes(input.fields.len()) {
                    input.fields.extend(removed);
                }
            }
            4 => {
                if let (Some(field), Some(theirs)) = (input.fields.get_mut(place), other.fields.get(place)) {
                    field.clone_from(theirs);
                }
            }
            _ => {
                let kind = shape.kind(place);
                if let Some(known) = input.fields.get_mut(place) {
                    *known = changed(known, &kind, words, dice);
                    known.truncate(LONGEST);
                }
            }
        }
    }
    input
}

fn changed(known: &[u8], kind: &Kind, words: Vocabulary<'_>, dice: &mut Dice) -> Vec<u8> {
    let is_short = matches!(kind, Kind::Integer(..) | Kind::Float | Kind::Bool | Kind::Choice(_) | Kind::Key);
    if is_short && !dice.one_in(4) || dice.one_in(8) {
        return field(kind, words, dice);
    }
    let looks_like_json = matches!(known.trim_ascii_start().first(), Some(b'{' | b'['));
    if (*kind == Kind::Json || looks_like_json)
        && !dice.one_in(3)
        && let Ok(mut value) = serde_json::from_slice::<Json>(known)
    {
        change_json(&mut value, words, dice);
        return value.to_string().into_bytes();
    }
    let mut bytes = known.to_vec();
    for _ in 0..1 + dice.below(3) {
        change_bytes(&mut bytes, words, dice);
    }
    bytes
}

fn change_json(value: &mut Json, words: Vocabulary<'_>, dice: &mut Dice) {
    match value {
        Json::Array(items) if !items.is_empty() && !dice.one_in(3) => {
            let place = dice.below(items.len());
            match dice.below(4) {
                0 => drop(items.remove(place)),
                1 if items.len() < 64 => items.push(items[place].clone()),
                _ => change_json(&mut items[place], words, dice),
            }
        }
        Json::Object(pairs) if !pairs.is_empty() && !dice.one_in(3) => {
            let place = dice.below(pairs.len());
            let key = pairs.keys().nth(place).cloned().unwrap_or_default();
            match dice.below(5) {
                0 => drop(pairs.remove(&key)),
                1 | 2 => drop(pairs.insert(self::key(words, dice), json(words, dice, 2))),
                _ => {
                    if let Some(value) = pairs.get_mut(&key) {
                        change_json(value, words, dice);
                    }
                }
            }
        }
        Json::String(text) if !dice.one_in(3) => {
            let mut bytes = std::mem::take(text).into_bytes();
            change_bytes(&mut bytes, words, dice);
            bytes.truncate(LONGEST / 2);
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        value => *value = json(words, dice, 1),
    }
}

fn change_bytes(bytes: &mut Vec<u8>, words: Vocabulary<'_>, dice: &mut Dice) {
    let at = if dice.one_in(4) { bytes.len() } else { dice.below(bytes.len() + 1) };
    let end = (at + 1 + dice.below(8)).min(bytes.len());
    match dice.below(11) {
        9 => {
            // A tag or a length, of one byte or of four.
            let number = if dice.one_in(2) { words.number(dice) } else { None };
            let number = number.unwrap_or_else(|| dice.below(17) as i128).to_le_bytes();
            let width = if dice.one_in(4) { 4 } else { 1 };
            bytes.splice(at..at, number.into_iter().take(width));
        }
        10 if at < bytes.len() => bytes[at] = dice.byte(),
        0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
        1 if at < bytes.len() => bytes[at] = *dice.pick(MARKS).unwrap_or(&0),
        2 => bytes.insert(at, *dice.pick(MARKS).unwrap_or(&0)),
        3 => drop(bytes.splice(at..at, words.word(dice).iter().copied())),
        4 if at < end => drop(bytes.splice(at..end, words.word(dice).iter().copied())),
        5 if at < end => drop(bytes.drain(at..end)),
        6 if at < end => {
            let again = bytes[at..end].repeat(1 + dice.length() / 8);
            bytes.splice(at..at, again);
        }
        7 => {
            let number = words.number(dice).unwrap_or(i128::from(dice.u64())).to_string();
            bytes.splice(at..at, number.into_bytes());
        }
        _ => bytes.truncate(at),
    }
}

/// Lets the host answer otherwise in one of the first host calls.
fn answer(input: &mut Input, words: Vocabulary<'_>, dice: &mut Dice) {
    let place = dice.below(4);
    let what = match dice.one_in(2) {
        true => Answered::Fault(dice.below(16) as u8),
        false => Answered::Content(field(&Kind::Bytes, words, dice)),
    };
    input.answers.retain(|answer| answer.place != place);
    input.answers.push(Answer { place, what });
}
