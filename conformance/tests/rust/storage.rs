//! A storage as a Redis-like host has one: values are RESP2 as they came, replies are RESP2.

use std::collections::BTreeMap;

const WRONG_TYPE: &[u8] = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

/// Values by key, with the seconds they have left.
#[derive(Default)]
pub(crate) struct Storage {
    entries: BTreeMap<String, (Vec<u8>, Option<i64>)>,
    /// Values of data types: the type's name, and the reply to who asks for it.
    typed: BTreeMap<String, (String, Vec<u8>)>,
}

impl Storage {
    pub(crate) fn set(&mut self, key: String, value: Vec<u8>, seconds: Option<i64>) -> Vec<u8> {
        if seconds.is_some_and(|seconds| seconds <= 0) {
            return b"-ERR invalid expire time\r\n".to_vec();
        }
        self.entries.insert(key, (value, seconds));
        b"+OK\r\n".to_vec()
    }

    pub(crate) fn get_typed(&self, key: &str, name: String) -> Vec<u8> {
        match self.typed.get(key) {
            Some((held, reply)) if *held == name => reply.clone(),
            None if !self.entries.contains_key(key) => b"$-1\r\n".to_vec(),
            _ => WRONG_TYPE.to_vec(),
        }
    }

    pub(crate) fn set_typed(&mut self, key: String, name: String, version: i32, bytes: Vec<u8>) -> Vec<u8> {
        let held = self.typed.get(&key);
        if held.is_some_and(|(held, _)| *held != name) || self.entries.contains_key(&key) {
            return WRONG_TYPE.to_vec();
        }
        let reply = [format!("*2\r\n:{version}\r\n").into_bytes(), bulk(&bytes)].concat();
        self.typed.insert(key, (name, reply));
        b"+OK\r\n".to_vec()
    }

    pub(crate) fn incr(&mut self, key: String, by: i64) -> Vec<u8> {
        let (value, seconds) = self.entries.get(&key).cloned().unwrap_or((b":0\r\n".to_vec(), None));
        match String::from_utf8_lossy(&text(&value)).parse::<i64>() {
            Ok(old) => {
                self.entries.insert(key, (integer(old + by), seconds));
                integer(old + by)
            }
            Err(_) => b"-ERR value is not an integer or out of range\r\n".to_vec(),
        }
    }

    pub(crate) fn expire(&mut self, key: &str, seconds: i64) -> Vec<u8> {
        if seconds == 0 {
            return self.ask("storage_delete", key);
        }
        let entry = self.entries.get_mut(key);
        let there = entry.map(|(_, left)| *left = Some(seconds));
        integer(there.is_some().into())
    }

    pub(crate) fn read_range(&self, key: &str, start: i64, end: i64) -> Vec<u8> {
        let text = self.entries.get(key).map(|(value, _)| text(value)).unwrap_or_default();
        let length = text.len() as i64;
        let place = |n: i64| if n < 0 { (length + n).max(0) } else { n.min(length) } as usize;
        let end = if end < 0 { length + end } else { end.min(length - 1) };
        let part = text.get(place(start)..place(end + 1)).unwrap_or_default();
        bulk(part)
    }

    /// The operations that take a key alone.
    pub(crate) fn ask(&mut self, name: &str, key: &str) -> Vec<u8> {
        let entry = self.entries.get(key);
        if let Some((held, _)) = self.typed.get(key) {
            return match name {
                "storage_type_of" => format!("+{held}\r\n").into_bytes(),
                "storage_exists" => integer(1),
                _ => WRONG_TYPE.to_vec(),
            };
        }
        match (name, entry) {
            ("storage_get", Some((value, _))) => value.clone(),
            ("storage_get", None) => b"$-1\r\n".to_vec(),
            ("storage_exists", entry) => integer(entry.is_some().into()),
            ("storage_delete", _) => integer(self.entries.remove(key).is_some().into()),
            ("storage_ttl", None) => integer(-2),
            ("storage_ttl", Some((_, seconds))) => integer(seconds.unwrap_or(-1)),
            ("storage_type_of", Some(_)) => b"+string\r\n".to_vec(),
            ("storage_type_of", None) => b"+none\r\n".to_vec(),
            ("storage_keys", _) => {
                // The table asks for a prefix and a star.
                let prefix = key.trim_end_matches('*');
                let keys: Vec<_> = self.entries.keys().filter(|key| key.starts_with(prefix)).collect();
                let mut reply = format!("*{}\r\n", keys.len()).into_bytes();
                keys.iter().for_each(|key| reply.extend(bulk(key.as_bytes())));
                reply
            }
            _ => format!("-ERR no storage function {name}\r\n").into_bytes(),
        }
    }
}

/// The text of a RESP integer, simple string or bulk string.
fn text(value: &[u8]) -> Vec<u8> {
    let value = value.strip_suffix(b"\r\n").unwrap_or(value);
    match value.first() {
        Some(b'$') => {
            let line = value.windows(2).position(|pair| pair == b"\r\n").map_or(value.len(), |at| at + 2);
            value[line..].to_vec()
        }
        _ => value[1..].to_vec(),
    }
}

fn integer(n: i64) -> Vec<u8> {
    format!(":{n}\r\n").into_bytes()
}

fn bulk(bytes: &[u8]) -> Vec<u8> {
    [format!("${}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}
