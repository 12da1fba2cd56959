//! Whether a host could fire an event: a test's own must be no kinder to a hook than a host's.

use super::{CUSTOM, EVENTS, Event};
use crate::protocol::Value;

/// The field that an event of a key may lack: a key that holds a data type has no value to show.
const OPTIONAL: &str = "value";

impl Event {
    /// Whether any host fires an event of this name, or an author may.
    pub fn is_known(&self) -> bool {
        fields_of(&self.name).is_some() || self.name.strip_prefix(CUSTOM).is_some_and(|name| !name.is_empty())
    }

    /// What an event may be called, for whoever called it otherwise.
    pub fn choice() -> String {
        let names: Vec<_> = EVENTS.iter().map(|(name, _)| *name).collect();
        ["one of ", &names.join(", "), ", or `", CUSTOM, "` and a name of your own"].concat()
    }

    /// Whether these are the fields that a host gives the event; those of an author's own are free.
    ///
    /// ```
    /// use plugsmith::protocol::event::Event;
    ///
    /// assert_eq!(Event::new("OnKeyWrite").key("a").check_fields(), Ok(()));
    /// let typo = Event::new("OnKeyExpiry").with("kye", "a");
    /// assert_eq!(typo.check_fields().unwrap_err(), "OnKeyExpiry has no field `kye`: it has `key`");
    /// ```
    ///
    /// # Errors
    /// A sentence that names the field: one that is there twice, that the event does not have, that is
    /// missing, or of another type.
    pub fn check_fields(&self) -> Result<(), String> {
        for (place, (field, _)) in self.fields.iter().enumerate() {
            if self.fields[..place].iter().any(|(earlier, _)| earlier == field) {
                return Err(format!("{} has the field `{field}` twice", self.name));
            }
        }
        let Some(expected) = fields_of(&self.name) else { return Ok(()) };
        for (field, value) in &self.fields {
            if !expected.contains(&field.as_str()) {
                return Err(match expected {
                    [] => format!("{} has no field `{field}`, nor any other", self.name),
                    _ => format!("{} has no field `{field}`: it has `{}`", self.name, expected.join("`, `")),
                });
            }
            check_type(field, value).map_err(|reason| format!("the field `{field}` of {} {reason}", self.name))?;
        }
        match expected.iter().find(|field| **field != OPTIONAL && self.field(field).is_none()) {
            Some(field) => Err(format!("{} needs the field `{field}`: add `{}`", self.name, setter(field))),
            None => Ok(()),
        }
    }
}

fn fields_of(event: &str) -> Option<&'static [&'static str]> {
    EVENTS.iter().find(|(name, _)| *name == event).map(|(_, fields)| *fields)
}

fn check_type(field: &str, value: &Value) -> Result<(), String> {
    let expected = match (field, value) {
        ("key" | "command" | "address", Value::String(_)) => return Ok(()),
        ("key" | "command" | "address", Value::BulkString(bytes)) => match core::str::from_utf8(bytes) {
            Ok(_) => return Ok(()),
            Err(_) => return Err("is text, and these bytes are not UTF-8: no host has such a name".to_owned()),
        },
        ("key" | "command" | "address", _) => "text",
        ("client_id", Value::Integer(_)) | ("args", Value::Array(_)) => return Ok(()),
        ("client_id", _) => "an integer",
        ("args", _) => "a list",
        _ => return Ok(()),
    };
    Err(format!("is {expected}, not {value:?}"))
}

/// How a test gives an event this field.
fn setter(field: &str) -> &'static str {
    match field {
        "key" => ".key(..)",
        "command" | "args" => ".command(.., [..])",
        "result" => ".result(..)",
        "client_id" => ".client(..)",
        _ => ".with(\"address\", ..)",
    }
}
