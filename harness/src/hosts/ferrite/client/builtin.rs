//! The host's own commands: a few of Redis', with its answers and its errors.

use std::ops::RangeInclusive;

use plugsmith::storage::StorageImports;
use plugsmith::{HostError, Value};

use crate::hosts::ferrite::keyspace::Keyspace;

type Result<T> = std::result::Result<T, HostError>;

/// One of the host's own commands.
pub(super) struct Builtin {
    pub(super) name: &'static str,
    arguments: RangeInclusive<usize>,
    work: fn(&Keyspace, &[Value]) -> Result<Value>,
}

impl Builtin {
    pub(super) fn run(&self, keys: &Keyspace, arguments: &[Value]) -> Result<Value> {
        if self.arguments.contains(&arguments.len()) {
            return (self.work)(keys, arguments);
        }
        Err(HostError::new(format!("wrong number of arguments for '{}' command", self.name.to_lowercase())))
    }
}

/// The command of this name, in whichever case.
pub(super) fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name.eq_ignore_ascii_case(name))
}

pub(super) const BUILTINS: &[Builtin] = &[
    Builtin { name: "GET", arguments: 1..=1, work: |keys, args| Ok(keys.get(text(args, 0)?)?.unwrap_or(Value::Null)) },
    Builtin { name: "SET", arguments: 2..=usize::MAX, work: set },
    Builtin {
        name: "SETEX",
        arguments: 3..=3,
        work: |keys, args| keys.set_ex(text(args, 0)?, &args[2], seconds(args, 1, "setex")?).map(|()| Value::Ok),
    },
    Builtin { name: "DEL", arguments: 1..=usize::MAX, work: |keys, args| count(args, |key| keys.delete(key)) },
    Builtin { name: "EXISTS", arguments: 1..=usize::MAX, work: |keys, args| count(args, |key| keys.exists(key)) },
    Builtin { name: "INCR", arguments: 1..=1, work: |keys, args| Ok(Value::Integer(keys.incr(text(args, 0)?, 1)?)) },
    Builtin {
        name: "INCRBY",
        arguments: 2..=2,
        work: |keys, args| Ok(Value::Integer(keys.incr(text(args, 0)?, integer(args, 1)?)?)),
    },
    Builtin { name: "EXPIRE", arguments: 2..=2, work: expire },
    Builtin { name: "TTL", arguments: 1..=1, work: |keys, args| Ok(Value::Integer(keys.ttl(text(args, 0)?)?)) },
    Builtin {
        name: "KEYS",
        arguments: 1..=1,
        work: |keys, args| Ok(Value::Array(keys.keys(text(args, 0)?)?.into_iter().map(Value::String).collect())),
    },
    Builtin {
        name: "TYPE",
        arguments: 1..=1,
        work: |keys, args| keys.type_of(text(args, 0)?).map(Value::SimpleString),
    },
    Builtin {
        name: "GETRANGE",
        arguments: 3..=3,
        work: |keys, args| Ok(keys.read_range(text(args, 0)?, integer(args, 1)?, integer(args, 2)?)?.into()),
    },
];

/// `SET key value [NX | XX] [EX seconds]`.
fn set(keys: &Keyspace, args: &[Value]) -> Result<Value> {
    let key = text(args, 0)?;
    let (mut wanted, mut ttl, mut at) = (None, None, 2);
    while let Some(option) = args.get(at) {
        let option = option.as_str().unwrap_or_default().to_uppercase();
        match option.as_str() {
            "NX" | "XX" if wanted.is_none() => wanted = Some(option == "XX"),
            "EX" if ttl.is_none() && at + 1 < args.len() => {
                at += 1;
                ttl = Some(seconds(args, at, "set")?);
            }
            "NX" | "XX" | "EX" => return Err(HostError::new("syntax error")),
            _ => return Err(HostError::new(format!("the test's SET knows NX, XX and EX, and not '{option}'"))),
        }
        at += 1;
    }
    if let Some(wanted) = wanted
        && keys.exists(key)? != wanted
    {
        return Ok(Value::Null);
    }
    match ttl {
        Some(ttl) => keys.set_ex(key, &args[1], ttl)?,
        None => keys.set(key, &args[1])?,
    }
    Ok(Value::Ok)
}

/// A moment that is not to come deletes the key, as in Redis.
fn expire(keys: &Keyspace, args: &[Value]) -> Result<Value> {
    let seconds = integer(args, 1)?;
    if seconds > LONGEST {
        return Err(expire_time("expire"));
    }
    Ok(Value::Integer(keys.expire(text(args, 0)?, u64::try_from(seconds).unwrap_or(0))?.into()))
}

fn count(args: &[Value], work: impl Fn(&str) -> Result<bool>) -> Result<Value> {
    let mut count = 0;
    for place in 0..args.len() {
        count += i64::from(work(text(args, place)?)?);
    }
    Ok(Value::Integer(count))
}

fn text(arguments: &[Value], index: usize) -> Result<&str> {
    arguments[index].as_str().ok_or_else(|| HostError::new("a key is text"))
}

/// An integer as Redis reads one: not `+7`, not `007`.
fn integer(arguments: &[Value], index: usize) -> Result<i64> {
    let number = arguments[index].as_i64().filter(|n| arguments[index] == n.to_string().as_str());
    number.ok_or_else(|| HostError::new("value is not an integer or out of range"))
}

/// The most seconds that Redis counts, which has them as milliseconds in 64 bits.
const LONGEST: i64 = i64::MAX / 1000;

fn seconds(arguments: &[Value], index: usize, command: &str) -> Result<u64> {
    let seconds = integer(arguments, index)?;
    u64::try_from(seconds).ok().filter(|_| (1..=LONGEST).contains(&seconds)).ok_or_else(|| expire_time(command))
}

fn expire_time(command: &str) -> HostError {
    HostError::new(format!("invalid expire time in '{command}' command"))
}
