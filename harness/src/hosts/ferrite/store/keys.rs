//! Commands on keys of any type, and on whole databases.

use super::arguments::{integer, is};
use super::{Answer, Fault, Keyspace, Reply, Work, matches};

pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "dbsize" => |keys, _| Ok(Reply::count(keys.len())),
        "del" | "unlink" => |keys, args| count(args, |key| keys.remove(key).is_some()),
        "exists" | "touch" => |keys, args| count(args, |key| keys.contains(key)),
        "expire" | "expireat" | "pexpire" | "pexpireat" => expire,
        "expiretime" | "pexpiretime" | "pttl" | "ttl" => ttl,
        "flushall" => |keys, args| flush(keys, args, true),
        "flushdb" => |keys, args| flush(keys, args, false),
        "keys" => |keys, args| {
            let found = keys.keys().map(|(key, _)| key).filter(|key| matches(&args[1], key));
            Ok(Reply::strings(found))
        },
        "persist" => persist,
        "randomkey" => |keys, _| Ok(Reply::optional(keys.any())),
        "rename" => |keys, args| rename(keys, args).map(|_| Reply::OK),
        "renamenx" => renamenx,
        "scan" => scan,
        "type" => |keys, args| {
            let kind = keys.entry(&args[1]).map_or("none", |entry| entry.data.kind());
            Ok(Reply::Status(kind.to_owned().into()))
        },
        _ => return None,
    })
}

fn count(args: &[Vec<u8>], mut work: impl FnMut(&[u8]) -> bool) -> Answer {
    Ok(Reply::count(args[1..].iter().filter(|key| work(key)).count()))
}

/// As `expireGenericCommand` of expire.c.
fn expire(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let (mut nx, mut xx, mut gt, mut lt) = (false, false, false, false);
    for option in &args[3..] {
        match () {
            () if is(option, "NX") => nx = true,
            () if is(option, "XX") => xx = true,
            () if is(option, "GT") => gt = true,
            () if is(option, "LT") => lt = true,
            () => return Err(Fault::new(format!("ERR Unsupported option {}", String::from_utf8_lossy(option)))),
        }
    }
    if nx && (xx || gt || lt) {
        return Err(Fault::new("ERR NX and XX, GT or LT options at the same time are not compatible"));
    }
    if gt && lt {
        return Err(Fault::new("ERR GT and LT options at the same time are not compatible"));
    }
    let name = args[0].to_ascii_lowercase();
    let wrong = || Fault::expire_time(&name);
    let (in_ms, absolute) = (name.starts_with(b"p"), name.ends_with(b"at"));
    let amount = integer(&args[2])?;
    let amount = if in_ms { amount } else { amount.checked_mul(1000).ok_or_else(wrong)? };
    let now = keys.now() as i64;
    let moment = if absolute { amount } else { amount.checked_add(now).ok_or_else(wrong)? };
    let Some(entry) = keys.entry(&args[1]) else { return Ok(Reply::Integer(0)) };
    let current = entry.expires.map(u64::cast_signed);
    let refused = (nx && current.is_some())
        || (xx && current.is_none())
        || (gt && current.is_none_or(|current| moment <= current))
        || (lt && current.is_some_and(|current| moment >= current));
    if refused {
        return Ok(Reply::Integer(0));
    }
    if moment <= now {
        keys.remove(&args[1]);
    } else {
        keys.set_expiry(&args[1], Some(moment.cast_unsigned()));
    }
    Ok(Reply::Integer(1))
}

fn ttl(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let name = args[0].to_ascii_lowercase();
    let (in_ms, absolute) = (name.starts_with(b"p"), name.ends_with(b"time"));
    Ok(Reply::Integer(match keys.entry(&args[1]).map(|entry| entry.expires) {
        None => -2,
        Some(None) => -1,
        Some(Some(moment)) => {
            let ms = if absolute { moment } else { moment - keys.now() }.cast_signed();
            if in_ms { ms } else { ms.saturating_add(500) / 1000 }
        }
    }))
}

fn flush(keys: &mut Keyspace, args: &[Vec<u8>], all: bool) -> Answer {
    match &args[1..] {
        [] => {}
        [mode] if is(mode, "SYNC") || is(mode, "ASYNC") => {}
        _ => return Err(Fault::SYNTAX),
    }
    keys.clear(all);
    Ok(Reply::OK)
}

fn persist(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let expires = keys.entry(&args[1]).is_some_and(|entry| entry.expires.is_some());
    if expires {
        keys.set_expiry(&args[1], None);
    }
    Ok(Reply::Integer(expires.into()))
}

fn rename(keys: &mut Keyspace, args: &[Vec<u8>]) -> Result<(), Fault> {
    if !keys.contains(&args[1]) {
        return Err(Fault::NO_SUCH_KEY);
    }
    if args[1] != args[2]
        && let Some(entry) = keys.remove(&args[1])
    {
        keys.put(&args[2], entry.data, entry.expires);
    }
    Ok(())
}

fn renamenx(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    if keys.contains(&args[1]) && keys.contains(&args[2]) {
        return Ok(Reply::Integer(0));
    }
    rename(keys, args).map(|()| Reply::Integer(1))
}

fn scan(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let cursor = cursor(&args[1])?;
    let (mut count, mut pattern, mut kind) = (10, None, None);
    let mut rest = args[2..].chunks_exact(2);
    for pair in &mut rest {
        match &pair[0] {
            option if is(option, "COUNT") => {
                count = usize::try_from(integer(&pair[1])?).ok().filter(|n| *n > 0).ok_or(Fault::SYNTAX)?;
            }
            option if is(option, "MATCH") => pattern = Some(&pair[1]),
            option if is(option, "TYPE") => kind = Some(pair[1].to_ascii_lowercase()),
            _ => return Err(Fault::SYNTAX),
        }
    }
    if !rest.remainder().is_empty() {
        return Err(Fault::SYNTAX);
    }
    let (next, found) = keys.scan(cursor, count);
    let found = found.into_iter().filter(|(key, entry)| {
        pattern.is_none_or(|pattern| matches(pattern, key))
            && kind.as_ref().is_none_or(|kind| entry.data.kind().as_bytes().eq_ignore_ascii_case(kind))
    });
    Ok(Reply::Array(vec![Reply::bulk(next.to_string()), Reply::strings(found.map(|(key, _)| key))]))
}

/// As C's `strtoul` reads it, which takes a sign.
fn cursor(text: &[u8]) -> Result<u64, Fault> {
    let wrong = || Fault::new("ERR invalid cursor");
    let text = std::str::from_utf8(text).map_err(|_| wrong())?;
    match text.strip_prefix('-') {
        Some(digits) if digits.starts_with(|c: char| c.is_ascii_digit()) => {
            digits.parse::<u64>().map(u64::wrapping_neg).map_err(|_| wrong())
        }
        Some(_) => Err(wrong()),
        None if text.is_empty() => Ok(0),
        None => text.parse().map_err(|_| wrong()),
    }
}
