//! Commands on hashes.

use super::arguments::{integer, parse};
use super::data::Hash;
use super::{Answer, Data, Fault, Keyspace, Reply, Work};

pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "hdel" => hdel,
        "hexists" => |keys, args| {
            let held = keys.hash(&args[1])?.is_some_and(|hash| hash.fields().contains_key(&args[2]));
            Ok(Reply::Integer(held.into()))
        },
        "hget" => |keys, args| Ok(Reply::optional(keys.hash(&args[1])?.and_then(|hash| hash.fields().get(&args[2])))),
        "hgetall" => hgetall,
        "hincrby" => hincrby,
        "hkeys" => {
            |keys, args| Ok(Reply::strings(keys.hash(&args[1])?.into_iter().flat_map(|hash| hash.fields().keys())))
        }
        "hlen" => |keys, args| Ok(Reply::count(keys.hash(&args[1])?.map_or(0, |hash| hash.fields().len()))),
        "hmget" => |keys, args| {
            let hash = keys.hash(&args[1])?;
            let value = |field| Reply::optional(hash.and_then(|hash| hash.fields().get(field)));
            Ok(Reply::Array(args[2..].iter().map(value).collect()))
        },
        "hmset" => |keys, args| hset(keys, args).map(|_| Reply::OK),
        "hset" => |keys, args| hset(keys, args).map(Reply::count),
        "hsetnx" => hsetnx,
        "hvals" => {
            |keys, args| Ok(Reply::strings(keys.hash(&args[1])?.into_iter().flat_map(|hash| hash.fields().values())))
        }
        _ => return None,
    })
}

/// Works on the hash at a key, a new one where there is none.
fn with<T>(keys: &mut Keyspace, key: &[u8], work: impl FnOnce(&mut Hash) -> (T, bool)) -> Result<T, Fault> {
    let empty = || Data::Hash(Hash::default());
    keys.change(key, empty, |data| match data {
        Data::Hash(hash) => Ok(work(hash)),
        _ => Err(Fault::WRONG_TYPE),
    })
}

fn hset(keys: &mut Keyspace, args: &[Vec<u8>]) -> Result<usize, Fault> {
    if !args.len().is_multiple_of(2) {
        return Err(Fault::arity(&String::from_utf8_lossy(&args[0]).to_lowercase()));
    }
    with(keys, &args[1], |hash| {
        let new = args[2..].chunks_exact(2).filter(|pair| hash.set(pair[0].clone(), pair[1].clone())).count();
        (new, true)
    })
}

fn hsetnx(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    with(keys, &args[1], |hash| {
        let new = !hash.fields().contains_key(&args[2]);
        if new {
            hash.set(args[2].clone(), args[3].clone());
        }
        (Reply::Integer(new.into()), new)
    })
}

fn hdel(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    with(keys, &args[1], |hash| {
        let removed = args[2..].iter().filter(|field| hash.remove(field)).count();
        (Reply::count(removed), removed > 0)
    })
}

fn hgetall(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let fields = keys.hash(&args[1])?.into_iter().flat_map(|hash| hash.fields());
    Ok(Reply::Map(fields.map(|(field, value)| (Reply::bulk(field), Reply::bulk(value))).collect()))
}

fn hincrby(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let by = integer(&args[3])?;
    let held = keys.hash(&args[1])?.and_then(|hash| hash.fields().get(&args[2]));
    let old = match held {
        Some(text) => parse(text).ok_or(Fault::new("ERR hash value is not an integer"))?,
        None => 0,
    };
    let sum = old.checked_add(by).ok_or(Fault::OVERFLOW)?;
    with(keys, &args[1], |hash| {
        hash.set(args[2].clone(), sum.to_string().into_bytes());
        (Reply::Integer(sum), true)
    })
}
