//! Paths into a document: a small part of JSONPath, in which a path leads to one place at most.
//!
//! | path | leads to |
//! |---|---|
//! | `$` or `.` | the document itself |
//! | `$.name` | the member `name` of an object: letters, digits, `_`, `-` and anything beyond ASCII |
//! | `$['any name']`, `$["any name"]` | a member of any name; `\\`, `\'` and `\"` stand for the letter |
//! | `$[0]`, `$[-1]` | the first, the last element of an array |
//!
//! Steps follow each other: `$.list[0].name`. Where the first step has a dot, `$` may be left out.
//! Anything else is an error: no wildcards, slices, filters or `..`.

use std::borrow::Cow;

use plugsmith::{Argument, Element, Value};

/// A path, as a command's argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path<'a> {
    text: &'a str,
    /// Each with the byte of the text at which it ends.
    steps: Vec<(Step<'a>, usize)>,
}

/// A step from a value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// To the member of this name.
    Member(Cow<'a, str>),
    /// To the element at this place; a negative one is counted from the end.
    Element(i64),
}

impl<'a> Path<'a> {
    /// The path to the document itself.
    pub const ROOT: Path<'static> = Path { text: "$", steps: Vec::new() };

    /// Reads a path.
    ///
    /// ```
    /// use ferrite_json::path::Path;
    ///
    /// assert!(Path::parse("$.list[0]['a b']").is_ok());
    /// assert_eq!(Path::parse("$.*").unwrap_err(), "expected a name at byte 2");
    /// ```
    ///
    /// # Errors
    /// What is expected, and at which byte.
    pub fn parse(text: &'a str) -> Result<Path<'a>, String> {
        let mut steps = Vec::new();
        let mut rest = match text.strip_prefix('$') {
            Some(rest) => rest,
            None if text == "." => "",
            None => text,
        };
        if rest.len() == text.len() && !text.starts_with('.') {
            return Err("expected $ at byte 0".to_owned());
        }
        while !rest.is_empty() {
            let at = text.len() - rest.len();
            let (step, length) = step(rest)
                .map_err(|(what, offset)| ["expected ", what, " at byte ", &(at + offset).to_string()].concat())?;
            rest = rest.get(length..).unwrap_or_default();
            steps.push((step, at + length));
        }
        Ok(Path { text, steps })
    }

    /// The steps from the root.
    pub fn steps(&self) -> impl Iterator<Item = &Step<'a>> {
        self.steps.iter().map(|(step, _)| step)
    }

    /// How many steps there are.
    pub fn depth(&self) -> usize {
        self.steps.len()
    }

    /// The path to what this one's last step starts from, and that step; none of the root.
    pub fn split_last(&self) -> Option<(Path<'a>, &Step<'a>)> {
        let ((step, _), parents) = self.steps.split_last()?;
        let text = match parents.last() {
            Some((_, end)) => self.text.get(..*end).unwrap_or_default(),
            None => "$",
        };
        Some((Path { text, steps: parents.to_vec() }, step))
    }

    /// The text that it was read from.
    pub fn as_str(&self) -> &'a str {
        self.text
    }
}

impl<'a> Argument<'a> for Path<'a> {
    const TYPE: &'static str = "text";
    const EXPECTED: &'static str = "a path such as $.a, $['a b'] or $.list[0]";

    fn from_value(value: &'a Value) -> Option<Path<'a>> {
        Path::parse(value.as_str()?).ok()
    }

    fn expected(value: &Value) -> Cow<'static, str> {
        match value.as_str().map(Path::parse) {
            Some(Err(why)) => [Self::EXPECTED, " (", &why, ")"].concat().into(),
            _ => Self::EXPECTED.into(),
        }
    }
}

/// A command may take all the paths that are left: `Vec<Path>`.
impl<'a> Element<'a> for Path<'a> {}

/// The first step of a text, and its length; or what is expected, and where.
fn step(text: &str) -> Result<(Step<'_>, usize), (&'static str, usize)> {
    if let Some(name) = text.strip_prefix('.') {
        let length =
            name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | 128..)).count();
        return match name.get(..length) {
            Some(name) if length > 0 => Ok((Step::Member(name.into()), 1 + length)),
            _ => Err(("a name", 1)),
        };
    }
    let Some(inner) = text.strip_prefix('[') else { return Err((". or [", 0)) };
    let (step, length) = match inner.bytes().next() {
        Some(quote @ (b'\'' | b'"')) => {
            let (name, length) = quoted(inner, quote).map_err(|(what, offset)| (what, 1 + offset))?;
            (Step::Member(name), length)
        }
        _ => {
            let length = inner.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'-').count();
            let index = inner.get(..length).and_then(|digits| digits.parse().ok());
            (Step::Element(index.ok_or(("an index or a name in quotes", 1))?), length)
        }
    };
    match inner.as_bytes().get(length) {
        Some(b']') => Ok((step, length + 2)),
        _ => Err(("]", 1 + length)),
    }
}

/// A name in quotes, and its length with them.
fn quoted(text: &str, quote: u8) -> Result<(Cow<'_, str>, usize), (&'static str, usize)> {
    let quote = char::from(quote);
    let mut name = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some((_, escaped @ ('\\' | '\'' | '"'))) => name.push(escaped),
                _ => return Err((r#"\\, \' or \""#, at)),
            },
            letter if letter == quote => return Ok((name.into(), at + 1)),
            letter => name.push(letter),
        }
    }
    Err(("the closing quote", text.len()))
}
