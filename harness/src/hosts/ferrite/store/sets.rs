//! Commands on sets.

use super::data::Set;
use super::{Data, Fault, Keyspace, Reply, Work};

pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "sadd" => |keys, args| {
            with(keys, &args[1], |set| {
                let added = args[2..].iter().filter(|member| set.add((*member).clone())).count();
                (Reply::count(added), added > 0)
            })
        },
        "scard" => |keys, args| Ok(Reply::count(keys.set(&args[1])?.map_or(0, |set| set.members().len()))),
        "sismember" => |keys, args| {
            let held = keys.set(&args[1])?.is_some_and(|set| set.members().contains(&args[2]));
            Ok(Reply::Integer(held.into()))
        },
        "smembers" => |keys, args| {
            let members = keys.set(&args[1])?.into_iter().flat_map(Set::in_order);
            Ok(Reply::Set(members.map(Reply::bulk).collect()))
        },
        "srem" => |keys, args| {
            with(keys, &args[1], |set| {
                let removed = args[2..].iter().filter(|member| set.remove(member)).count();
                (Reply::count(removed), removed > 0)
            })
        },
        _ => return None,
    })
}

/// Works on the set at a key, a new one where there is none.
fn with<T>(keys: &mut Keyspace, key: &[u8], work: impl FnOnce(&mut Set) -> (T, bool)) -> Result<T, Fault> {
    let empty = || Data::Set(Set::default());
    keys.change(key, empty, |data| match data {
        Data::Set(set) => Ok(work(set)),
        _ => Err(Fault::WRONG_TYPE),
    })
}
