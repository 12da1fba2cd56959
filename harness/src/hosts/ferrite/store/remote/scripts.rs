//! The scripts that read a key whole, and change keys in one step.

use std::sync::LazyLock;

use redis::{Script, Value};

use super::{Change, Data, Entry, Fault, Foreign, Hash, List, Set, Token, Typed};

/// What a key holds, as a digest.
pub(super) static TOKEN: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local dump = redis.call('DUMP', KEYS[1])
         return dump and redis.sha1hex(dump) or 'none'",
    )
});

/// The type of a key, the milliseconds that it has left, its digest, and its value.
pub(super) static LOAD: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local key = KEYS[1]
         local kind = redis.call('TYPE', key).ok
         if kind == 'none' then return {kind, -2, kind, ''} end
         local dump = redis.call('DUMP', key)
         local value = dump
         if kind == 'string' then value = redis.call('GET', key)
         elseif kind == 'list' then value = redis.call('LRANGE', key, 0, -1)
         elseif kind == 'set' then value = redis.call('SMEMBERS', key)
         elseif kind == 'hash' then value = redis.call('HGETALL', key)
         elseif kind == 'stream' and redis.call('XLEN', key) == 1 then
           local entries = redis.call('XRANGE', key, '0-1', '0-1')
           if entries[1] and entries[1][2][1] == 'type' then
             kind = 'typed'
             value = entries[1][2]
           end
         end
         return {kind, redis.call('PTTL', key), redis.sha1hex(dump), value}",
    )
});

/// Changes keys, if those with a digest still have it. Each key has these arguments: the digest or nothing, what
/// to do, the milliseconds that it has left (or `keep` or `none`), the number of parts, and the parts.
pub(super) static COMMIT: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local at = 1
         local plan = {}
         for place, key in ipairs(KEYS) do
           local digest, count = ARGV[at], tonumber(ARGV[at + 3])
           plan[place] = {ARGV[at + 1], ARGV[at + 2], at + 4, count}
           at = at + 4 + count
           if digest ~= '' then
             local dump = redis.call('DUMP', key)
             if digest ~= (dump and redis.sha1hex(dump) or 'none') then return 0 end
           end
         end
         local adders = {list = 'RPUSH', set = 'SADD', hash = 'HSET'}
         for place, key in ipairs(KEYS) do
           local kind, left, first, count = unpack(plan[place])
           if kind == 'del' then
             redis.call('DEL', key)
           elseif kind ~= 'held' then
             if left == 'keep' then left = redis.call('PTTL', key) end
             if kind == 'string' then
               redis.call('SET', key, ARGV[first])
             elseif kind == 'dump' then
               redis.call('RESTORE', key, 0, ARGV[first], 'REPLACE')
             else
               redis.call('DEL', key)
               if kind == 'typed' then
                 redis.call('XADD', key, '0-1', 'type', ARGV[first], 'version', ARGV[first + 1], 'bytes', ARGV[first + 2])
               else
                 for from = first, first + count - 1, 1000 do
                   local to = math.min(from + 999, first + count - 1)
                   redis.call(adders[kind], key, unpack(ARGV, from, to))
                 end
               end
             end
             left = tonumber(left)
             if left and left > 0 then redis.call('PEXPIRE', key, left) end
           end
         end
         return 1",
    )
});

/// The keys and the arguments of [`COMMIT`].
pub(super) fn commit<'a>(
    held: &'a [(Vec<u8>, Token)],
    changes: &'a [Change],
    now: u64,
) -> (Vec<&'a [u8]>, Vec<Vec<u8>>) {
    let (mut keys, mut arguments): (Vec<&[u8]>, Vec<Vec<u8>>) = (Vec::new(), Vec::new());
    let mut add = |key: &'a [u8], token: &str, kind: &str, left: String, parts: Vec<Vec<u8>>| {
        keys.push(key);
        let head = [token.to_owned(), kind.to_owned(), left, parts.len().to_string()];
        arguments.extend(head.map(String::into_bytes));
        arguments.extend(parts);
    };
    let token = |key: &[u8]| held.iter().find(|(known, _)| known == key).map_or("", |(_, token)| token);
    for (key, token) in held.iter().filter(|(key, _)| changes.iter().all(|change| change.key != *key)) {
        add(key, token, "held", String::new(), Vec::new());
    }
    for Change { key, entry, keeps_expiry } in changes {
        let Some(Entry { data, expires }) = entry else {
            add(key, token(key), "del", String::new(), Vec::new());
            continue;
        };
        let left = match expires {
            _ if *keeps_expiry => "keep".to_owned(),
            None => "none".to_owned(),
            Some(moment) => moment.saturating_sub(now).max(1).to_string(),
        };
        let (kind, parts) = parts(data);
        add(key, token(key), kind, left, parts);
    }
    (keys, arguments)
}

fn parts(data: &Data) -> (&'static str, Vec<Vec<u8>>) {
    match data {
        Data::String(bytes) => ("string", vec![bytes.clone()]),
        Data::List(list) => ("list", list.items().iter().cloned().collect()),
        Data::Set(set) => ("set", set.in_order().into_iter().cloned().collect()),
        Data::Hash(hash) => {
            ("hash", hash.fields().iter().flat_map(|(field, value)| [field.clone(), value.clone()]).collect())
        }
        Data::Typed(Typed { name, version, bytes }) => {
            ("typed", vec![name.clone().into_bytes(), version.to_string().into_bytes(), bytes.clone()])
        }
        Data::Foreign(foreign) => ("dump", vec![foreign.dump.clone()]),
    }
}

/// What [`LOAD`] has found.
pub(super) fn loaded(found: Value, now: u64) -> Result<(Option<Entry>, Token), Fault> {
    let unreadable = || Fault::new("ERR the store's answer cannot be read");
    let Value::Array(parts) = found else { return Err(unreadable()) };
    let Ok([kind, left, token, value]) = <[Value; 4]>::try_from(parts) else { return Err(unreadable()) };
    let (kind, token) = (text(kind), text(token));
    let Value::Int(left) = left else { return Err(unreadable()) };
    let expires = u64::try_from(left).ok().map(|left| now.saturating_add(left.max(1)));
    let data = match kind.as_str() {
        "none" => return Ok((None, token)),
        "string" => Data::String(bytes(value)),
        "list" => {
            let mut list = List::default();
            items(value).for_each(|item| list.push_back(item));
            Data::List(list)
        }
        "set" => {
            let mut set = Set::default();
            for item in items(value) {
                set.add(item);
            }
            Data::Set(set)
        }
        "hash" => {
            let mut hash = Hash::default();
            let mut parts = items(value);
            while let (Some(field), Some(value)) = (parts.next(), parts.next()) {
                hash.set(field, value);
            }
            Data::Hash(hash)
        }
        "typed" => {
            let parts: Vec<Vec<u8>> = items(value).collect();
            let [_, name, _, version, _, bytes] = parts.as_slice() else { return Err(unreadable()) };
            let version = String::from_utf8_lossy(version).parse().map_err(|_| unreadable())?;
            Data::Typed(Typed { name: String::from_utf8_lossy(name).into_owned(), version, bytes: bytes.clone() })
        }
        _ => Data::Foreign(Foreign { kind, dump: bytes(value) }),
    };
    Ok((Some(Entry { data, expires }), token))
}

pub(super) fn text(value: Value) -> String {
    String::from_utf8_lossy(&bytes(value)).into_owned()
}

fn bytes(value: Value) -> Vec<u8> {
    match value {
        Value::BulkString(bytes) => bytes,
        Value::SimpleString(text) => text.into_bytes(),
        _ => Vec::new(),
    }
}

fn items(value: Value) -> impl Iterator<Item = Vec<u8>> {
    let items = match value {
        Value::Array(items) | Value::Set(items) => items,
        _ => Vec::new(),
    };
    items.into_iter().map(bytes)
}
