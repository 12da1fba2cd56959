//! Between what a plugin says and what a key holds.

use plugsmith::Value;

use crate::hosts::ferrite::store::{Data, Fault};
use crate::hosts::ferrite::store::{Hash, List, Set};

/// What a plugin sees of what a key holds; `None` for a data type.
pub(crate) fn value(data: &Data) -> Option<Value> {
    let bytes = |bytes: &Vec<u8>| Value::from_bytes(bytes.clone());
    Some(match data {
        Data::String(text) => bytes(text),
        Data::List(list) => Value::Array(list.items().iter().map(bytes).collect()),
        Data::Set(set) => Value::Set(set.in_order().into_iter().map(bytes).collect()),
        Data::Hash(hash) => {
            Value::Map(hash.fields().iter().map(|(field, value)| (bytes(field), bytes(value))).collect())
        }
        Data::Typed(_) | Data::Foreign(_) => return None,
    })
}

/// What a key holds for a plugin's value: every string of a Redis is bytes, so a number becomes its text.
///
/// # Errors
/// What no key can hold: null, an error, an empty collection, and a collection inside of another.
pub(crate) fn data(value: Value) -> Result<Data, Fault> {
    let nothing = |empty: bool| match empty {
        true => Err(Fault::new("ERR an empty list, set or map cannot be stored: delete the key instead")),
        false => Ok(()),
    };
    match value {
        Value::Array(items) | Value::Push(items) => {
            nothing(items.is_empty())?;
            let mut list = List::default();
            for item in items {
                list.push_back(text(item)?);
            }
            Ok(Data::List(list))
        }
        Value::Set(items) => {
            nothing(items.is_empty())?;
            let mut set = Set::default();
            for item in items {
                set.add(text(item)?);
            }
            Ok(Data::Set(set))
        }
        Value::Map(pairs) => {
            nothing(pairs.is_empty())?;
            let mut hash = Hash::default();
            for (field, value) in pairs {
                hash.set(text(field)?, text(value)?);
            }
            Ok(Data::Hash(hash))
        }
        value => text(value).map(Data::String),
    }
}

fn text(value: Value) -> Result<Vec<u8>, Fault> {
    match value {
        Value::Null => Err(Fault::new("ERR null cannot be stored: delete the key instead")),
        Value::Error(_) => Err(Fault::new("ERR an error cannot be stored")),
        Value::Integer(n) => Ok(n.to_string().into_bytes()),
        Value::Double(n) => Ok(n.to_string().into_bytes()),
        Value::Boolean(b) => Ok(if b { b"1".to_vec() } else { b"0".to_vec() }),
        Value::Array(_) | Value::Set(_) | Value::Push(_) | Value::Map(_) => {
            Err(Fault::new("ERR a list, set or map holds strings, and no other list, set or map"))
        }
        value => Ok(value.as_bytes().unwrap_or_default().to_vec()),
    }
}
