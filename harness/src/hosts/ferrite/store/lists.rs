//! Commands on lists.

use super::arguments::{from_end, integer, is, parse};
use super::data::List;
use super::{Answer, Data, Fault, Keyspace, Reply, Work};

pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "lindex" => lindex,
        "llen" => |keys, args| Ok(Reply::count(keys.list(&args[1])?.map_or(0, |list| list.items().len()))),
        "lpop" | "rpop" => pop,
        "lpush" | "rpush" => push,
        "lrange" => lrange,
        _ => return None,
    })
}

/// Works on the list at a key, a new one where there is none.
fn with<T>(keys: &mut Keyspace, key: &[u8], work: impl FnOnce(&mut List) -> (T, bool)) -> Result<T, Fault> {
    let empty = || Data::List(List::default());
    keys.change(key, empty, |data| match data {
        Data::List(list) => Ok(work(list)),
        _ => Err(Fault::WRONG_TYPE),
    })
}

fn push(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let left = is(&args[0], "lpush");
    with(keys, &args[1], |list| {
        for item in &args[2..] {
            if left { list.push_front(item.clone()) } else { list.push_back(item.clone()) }
        }
        (Reply::count(list.items().len()), true)
    })
}

fn pop(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let left = is(&args[0], "lpop");
    let count = match args.get(2) {
        None => None,
        Some(_) if args.len() > 3 => return Err(Fault::arity(if left { "lpop" } else { "rpop" })),
        Some(count) => {
            let count = parse(count).and_then(|count| usize::try_from(count).ok());
            Some(count.ok_or(Fault::new("ERR value is out of range, must be positive"))?)
        }
    };
    let Some(list) = keys.list(&args[1])? else {
        return Ok(if count.is_some() { Reply::NullArray } else { Reply::Null });
    };
    let number = count.unwrap_or(1).min(list.items().len());
    let taken: Vec<Vec<u8>> = with(keys, &args[1], |list| {
        let next = |_| if left { list.pop_front() } else { list.pop_back() };
        ((0..number).filter_map(next).collect(), number > 0)
    })?;
    Ok(match count {
        Some(_) => Reply::strings(taken),
        None => Reply::optional(taken.first()),
    })
}

fn lrange(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let (start, end) = (integer(&args[2])?, integer(&args[3])?);
    let Some(list) = keys.list(&args[1])? else { return Ok(Reply::Array(Vec::new())) };
    let length = list.items().len();
    let start = from_end(start, length).max(0);
    let end = from_end(end, length).min(length as i64 - 1);
    if start > end {
        return Ok(Reply::Array(Vec::new()));
    }
    Ok(Reply::strings(list.items().range(start as usize..=end as usize)))
}

fn lindex(keys: &mut Keyspace, args: &[Vec<u8>]) -> Answer {
    let Some(list) = keys.list(&args[1])? else { return Ok(Reply::Null) };
    let index = from_end(integer(&args[2])?, list.items().len());
    Ok(Reply::optional(usize::try_from(index).ok().and_then(|index| list.items().get(index))))
}
