//! Commands on strings.

use super::arguments::{from_end, integer, is};
use super::{Answer, Data, Fault, Keyspace, Reply, Work};

/// The longest string, Redis' `proto-max-bulk-len`.
const LONGEST: usize = 512 * 1024 * 1024;

pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "append" => append,
        "decr" => |keys, args| add(keys, &args[1], Some(-1)),
        "decrby" => decrby,
        "get" => |keys, args| Ok(Reply::optional(keys.string(&args[1])?)),
        "getdel" => getdel,
        "getex" => getex,
        "getrange" => getrange,
        "getset" => getset,
        "incr" => |keys, args| add(keys, &args[1], Some(1)),
        "incrby" => |keys, args| add(keys, &args[1], Some(integer(&args[2])?)),
        "mget" => mget,
        "mset" => |keys, args| mset(keys, args).map(|()| Reply::OK),
        "msetnx" => msetnx,
        "psetex" | "setex" => setex,
        "set" => set,
        "setnx" => setnx,
        "strlen" => |keys, args| Ok(Reply::count(keys.string(&args[1])?.map_or(0, <[u8]>::len))),
        _ => return None,
    })
}

fn text(bytes: &[u8]) -> Data {
    Data::String(bytes.to_vec())
}

fn append(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let held = keys.string(&args[1])?.map_or(0, <[u8]>::len);
    if held.saturating_add(args[2].len()) > LONGEST {
        return Err(Fault::new("ERR string exceeds maximum allowed size (proto-max-bulk-len)"));
    }
    if held == 0 && !keys.contains(&args[1]) {
        keys.put(&args[1], text(&args[2]), None);
        return Ok(Reply::count(args[2].len()));
    }
    keys.change(
        &args[1],
        || text(b""),
        |data| match data {
            Data::String(bytes) => {
                bytes.extend_from_slice(&args[2]);
                Ok((Reply::count(bytes.len()), true))
            }
            _ => Err(Fault::WRONG_TYPE),
        },
    )
}

fn decrby(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let by = integer(&args[2])?;
    let by = by.checked_neg().ok_or(Fault::new("ERR decrement would overflow"))?;
    add(keys, &args[1], Some(by))
}

fn add(keys: &mut Keyspace, key: &[u8], by: Option<i64>) -> Answer {
    let old = keys.string(key)?.map_or(Ok(0), integer)?;
    let sum = by.and_then(|by| old.checked_add(by)).ok_or(Fault::OVERFLOW)?;
    keys.replace(key, text(sum.to_string().as_bytes()));
    Ok(Reply::Integer(sum))
}

fn getdel(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let held = Reply::optional(keys.string(&args[1])?);
    keys.remove(&args[1]);
    Ok(held)
}

fn getset(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let held = Reply::optional(keys.string(&args[1])?);
    keys.put(&args[1], text(&args[2]), None);
    Ok(held)
}

fn getrange(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let (start, end) = (integer(&args[2])?, integer(&args[3])?);
    let Some(bytes) = keys.string(&args[1])? else { return Ok(Reply::bulk("")) };
    if start < 0 && end < 0 && start > end {
        return Ok(Reply::bulk(""));
    }
    let start = from_end(start, bytes.len()).max(0) as usize;
    let end = (from_end(end, bytes.len()).max(0) as usize).min(bytes.len().saturating_sub(1));
    Ok(Reply::bulk(bytes.get(start..=end).unwrap_or_default()))
}

fn mget(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    // A key of another type has no string.
    Ok(Reply::Array(args[1..].iter().map(|key| Reply::optional(keys.string(key).unwrap_or_default())).collect()))
}

fn mset(keys: &mut Keyspace, args: &[Vec<u8>]) -> Result<(), Fault> {
    if args.len().is_multiple_of(2) {
        return Err(Fault::arity(&String::from_utf8_lossy(&args[0]).to_lowercase()));
    }
    args[1..].chunks_exact(2).for_each(|pair| keys.put(&pair[0], text(&pair[1]), None));
    Ok(())
}

fn msetnx(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    if !args.len().is_multiple_of(2) && args[1..].chunks_exact(2).any(|pair| keys.contains(&pair[0])) {
        return Ok(Reply::Integer(0));
    }
    mset(keys, args).map(|()| Reply::Integer(1))
}

fn setnx(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    if keys.contains(&args[1]) {
        return Ok(Reply::Integer(0));
    }
    keys.put(&args[1], text(&args[2]), None);
    Ok(Reply::Integer(1))
}

fn setex(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let unit = if is(&args[0], "setex") { "EX" } else { "PX" };
    let moment = moment(keys, unit, &args[2], &args[0])?;
    keys.put(&args[1], text(&args[3]), Some(moment));
    Ok(Reply::OK)
}

/// When a key is to end.
enum Until {
    /// As the command says nothing of it.
    Unsaid,
    /// As before: `KEEPTTL`.
    Kept,
    /// Never: `PERSIST`.
    Never,
    /// In, or at, so much of a unit.
    Moment(&'static str, Vec<u8>),
}

/// The options of `SET` and `GETEX`.
struct Options {
    until: Until,
    wanted: Option<bool>,
    get: bool,
}

/// As `parseExtendedStringArgumentsOrReply` of t_string.c reads them: an option may be repeated, but not
/// contradicted.
fn options(args: &[Vec<u8>], is_set: bool) -> Result<Options, Fault> {
    let mut options = Options { until: Until::Unsaid, wanted: None, get: false };
    let mut at = 0;
    while let Some(option) = args.get(at) {
        let unit = ["EX", "PX", "EXAT", "PXAT"].into_iter().find(|unit| is(option, unit));
        if let (Some(unit), Some(amount)) = (unit, args.get(at + 1)) {
            match options.until {
                Until::Unsaid => {}
                Until::Moment(same, _) if same == unit => {}
                _ => return Err(Fault::SYNTAX),
            }
            options.until = Until::Moment(unit, amount.clone());
            at += 1;
        } else if is_set && is(option, "NX") && options.wanted != Some(true) {
            options.wanted = Some(false);
        } else if is_set && is(option, "XX") && options.wanted != Some(false) {
            options.wanted = Some(true);
        } else if is_set && is(option, "GET") {
            options.get = true;
        } else if is_set && is(option, "KEEPTTL") && matches!(options.until, Until::Unsaid | Until::Kept) {
            options.until = Until::Kept;
        } else if !is_set && is(option, "PERSIST") && matches!(options.until, Until::Unsaid | Until::Never) {
            options.until = Until::Never;
        } else {
            return Err(Fault::SYNTAX);
        }
        at += 1;
    }
    Ok(options)
}

/// The moment that an amount of a unit means.
fn moment(keys: &Keyspace, unit: &str, amount: &[u8], command: &[u8]) -> Result<u64, Fault> {
    let amount = integer(amount)?;
    let wrong = || Fault::expire_time(command);
    if amount <= 0 {
        return Err(wrong());
    }
    let amount = if unit.starts_with("EX") { amount.checked_mul(1000).ok_or_else(wrong)? } else { amount };
    let moment = if unit.ends_with("AT") { Some(amount) } else { amount.checked_add(keys.now() as i64) };
    moment.map(i64::cast_unsigned).ok_or_else(wrong)
}

fn set(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let (key, value) = (&args[1], text(&args[2]));
    let options = options(&args[3..], true)?;
    let expires = match &options.until {
        Until::Moment(unit, amount) => Some(moment(keys, unit, amount, b"set")?),
        Until::Kept => keys.entry(key).and_then(|entry| entry.expires),
        Until::Unsaid | Until::Never => None,
    };
    let old = match options.get {
        true => Some(Reply::optional(keys.string(key)?)),
        false => None,
    };
    if options.wanted.is_some_and(|wanted| wanted != keys.contains(key)) {
        return Ok(old.unwrap_or(Reply::Null));
    }
    keys.put(key, value, expires);
    Ok(old.unwrap_or(Reply::OK))
}

fn getex(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let options = options(&args[2..], false)?;
    let Some(held) = keys.string(&args[1])?.map(Reply::bulk) else { return Ok(Reply::Null) };
    match &options.until {
        Until::Moment(unit, amount) => {
            let moment = moment(keys, unit, amount, b"getex")?;
            if moment <= keys.now() {
                keys.remove(&args[1]);
            } else {
                keys.set_expiry(&args[1], Some(moment));
            }
        }
        Until::Never => {
            if keys.entry(&args[1]).is_some_and(|entry| entry.expires.is_some()) {
                keys.set_expiry(&args[1], None);
            }
        }
        Until::Unsaid | Until::Kept => {}
    }
    Ok(held)
}
