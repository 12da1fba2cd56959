//! A document: JSON text, in which a path leads to a part of it.
//!
//! The text is kept as text. Reading a value cuts it out, writing one puts it in place: there is no
//! tree, no number changes its digits, and members keep the order in which they were set.

use std::ops::Range;

use plugsmith::protocol::json::write_string;
use plugsmith::{DataType, Encoding, data_type};

use crate::json::{self, Compact};
use crate::path::{Path, Step};

/// A JSON document.
#[data_type(name = "JSON", encoding = "json", commands = ["JSON.SET", "JSON.GET", "JSON.DEL", "JSON.TYPE"])]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Valid JSON without blanks.
    text: String,
}

impl Encoding for Document {
    fn encode(&self) -> Vec<u8> {
        self.text.clone().into_bytes()
    }

    fn decode(bytes: &[u8]) -> Result<Document, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8")?;
        Compact::parse(text).map(Document::from).map_err(|mistake| mistake.to_string())
    }
}

impl DataType for Document {
    fn memory_usage(&self) -> usize {
        size_of::<Document>() + self.text.capacity()
    }
}

impl From<Compact> for Document {
    fn from(value: Compact) -> Document {
        Document { text: value.into() }
    }
}

/// A member of an object, or an element of an array.
#[derive(Clone, Debug)]
struct Child {
    /// With its name, if it has one.
    whole: Range<usize>,
    value: Range<usize>,
}

impl Document {
    /// The text of the whole document.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text of the value that a path leads to.
    pub fn get(&self, path: &Path<'_>) -> Option<&str> {
        self.find(path).map(|found| self.part(&found))
    }

    /// A JSON object of these paths and their values; null where one leads nowhere. One that is asked
    /// for twice is answered once.
    pub fn get_all(&self, paths: &[Path<'_>]) -> String {
        let once =
            paths.iter().enumerate().filter(|(index, path)| !paths.iter().take(*index).any(|other| other == *path));
        let members = once.map(|(_, path)| member(path.as_str(), self.get(path).unwrap_or("null")));
        ["{", &members.collect::<Vec<_>>().join(","), "}"].concat()
    }

    /// The type of the value that a path leads to, in RedisJSON's words.
    pub fn kind(&self, path: &Path<'_>) -> Option<&'static str> {
        self.get(path).map(kind)
    }

    /// Puts a value where a path leads to, or adds it as a member to the object that would hold it.
    ///
    /// # Errors
    /// The parent is not there, is no object or array, or is a shorter array; a value too deep.
    pub fn set(&mut self, path: &Path<'_>, value: &Compact) -> Result<(), String> {
        if path.depth() + value.depth() > json::MAX_DEPTH {
            return Err(json::TOO_DEEP.to_owned());
        }
        let Some((parent, step)) = path.split_last() else {
            value.as_str().clone_into(&mut self.text);
            return Ok(());
        };
        let Some(holder) = self.find(&parent) else {
            return Err(["there is no ", parent.as_str(), ": set it first"].concat());
        };
        let children = self.children(&holder);
        match (self.child(&children, step), step, kind(self.part(&holder))) {
            (Some(child), ..) => self.text.replace_range(child.value.clone(), value.as_str()),
            (None, Step::Member(name), "object") => {
                let comma = if children.is_empty() { "" } else { "," };
                self.text.insert_str(holder.end - 1, &[comma, &member(name, value.as_str())].concat());
            }
            (None, Step::Element(_), "array") => {
                let length = children.len().to_string();
                return Err(["index out of range: ", parent.as_str(), " has a length of ", &length].concat());
            }
            (None, step, kind) => {
                let parts = if let Step::Member(_) = step { "members" } else { "elements" };
                return Err([parent.as_str(), " is of type ", kind, ", which has no ", parts].concat());
            }
        }
        Ok(())
    }

    /// Removes the value that a path leads to; whether it was there. The root cannot be removed.
    pub fn remove(&mut self, path: &Path<'_>) -> bool {
        let found = path.split_last().and_then(|(parent, step)| {
            let children = self.children(&self.find(&parent)?);
            self.child(&children, step).map(|child| child.whole.clone())
        });
        let Some(Range { start, end }) = found else { return false };
        // The comma behind it goes, too; behind the last one there is none, but before it.
        let bytes = self.text.as_bytes();
        let with_comma = if bytes.get(end) == Some(&b',') {
            start..end + 1
        } else if bytes.get(start - 1) == Some(&b',') {
            start - 1..end
        } else {
            start..end
        };
        self.text.replace_range(with_comma, "");
        true
    }

    /// Where the value lies that a path leads to.
    fn find(&self, path: &Path<'_>) -> Option<Range<usize>> {
        path.steps().try_fold(0..self.text.len(), |value, step| {
            let children = self.children(&value);
            self.child(&children, step).map(|child| child.value.clone())
        })
    }

    /// The child that a step leads to.
    fn child<'a>(&self, children: &'a [Child], step: &Step<'_>) -> Option<&'a Child> {
        let is_member = |child: &Child| child.whole != child.value;
        match step {
            Step::Member(name) => children.iter().filter(|child| is_member(child)).find(|child| {
                // The name ends before its colon.
                json::unescape(self.part(&(child.whole.start..child.value.start - 1))) == *name
            }),
            Step::Element(index) => {
                let from_end = if *index < 0 { children.len() as i64 } else { 0 };
                let index = usize::try_from(index.checked_add(from_end)?).ok()?;
                children.get(index).filter(|child| !is_member(child))
            }
        }
    }

    /// The members of an object, the elements of an array; none of anything else.
    fn children(&self, value: &Range<usize>) -> Vec<Child> {
        let (mut children, bytes) = (Vec::new(), self.text.as_bytes());
        let is_object = match bytes.get(value.start) {
            Some(b'{') => true,
            Some(b'[') => false,
            _ => return children,
        };
        let mut at = value.start + 1;
        while at + 1 < value.end {
            let start = at;
            if is_object {
                at = end_of_value(bytes, at) + 1;
            }
            let value = at..end_of_value(bytes, at);
            // Behind a comma.
            at = value.end + 1;
            children.push(Child { whole: start..value.end, value });
        }
        children
    }

    fn part(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// `"name":value`
fn member(name: &str, value: &str) -> String {
    let mut text = Vec::new();
    write_string(&mut text, name);
    text.push(b':');
    text.extend_from_slice(value.as_bytes());
    String::from_utf8(text).unwrap_or_default()
}

/// Where the value that begins at a byte of compact JSON ends.
fn end_of_value(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        match bytes.get(at) {
            None => return at,
            Some(b'"') => at = end_of_string(bytes, at),
            Some(b'{' | b'[') => (at, depth) = (at + 1, depth + 1),
            // It belongs to what holds this value.
            Some(b',' | b':' | b'}' | b']') if depth == 0 => return at,
            Some(b'}' | b']') => (at, depth) = (at + 1, depth - 1),
            Some(_) => at += 1,
        }
    }
}

fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => return at,
        }
    }
}

/// The type of a value, in RedisJSON's words.
fn kind(text: &str) -> &'static str {
    match text.bytes().next() {
        Some(b'{') => "object",
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(b'n') => "null",
        _ if text.contains(['.', 'e', 'E']) => "number",
        _ => "integer",
    }
}
