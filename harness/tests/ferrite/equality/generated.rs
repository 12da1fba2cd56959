//! Sequences of commands from a seed: few keys and values, so that they meet. None expires in milliseconds,
//! which would race.

use super::{How, Step};

/// Commands as templates: `k` is a key, `v` a value, `n` a number, `f` a field, `o` some option.
const TEMPLATES: &[&str] = &[
    "SET k v",
    "SET k n",
    "SET k v o",
    "SET k v o n",
    "SET k v o o",
    "SET k v o n o",
    "GET k",
    "GETSET k v",
    "GETDEL k",
    "GETEX k o",
    "GETEX k o n",
    "SETNX k v",
    "SETEX k n v",
    "MGET k k k",
    "MSET k v k v",
    "MSET k v k",
    "MSETNX k v k v",
    "STRLEN k",
    "APPEND k v",
    "GETRANGE k n n",
    "INCR k",
    "DECR k",
    "INCRBY k n",
    "DECRBY k n",
    "DEL k",
    "DEL k k",
    "UNLINK k k",
    "EXISTS k k",
    "EXPIREAT k n",
    "EXPIRE k n o",
    "PEXPIREAT k n o",
    "PERSIST k",
    "EXPIRETIME k",
    "TYPE k",
    "RENAME k k",
    "RENAMENX k k",
    "DBSIZE",
    "TOUCH k k",
    "HSET k f v",
    "HSET k f v f v",
    "HSET k f v f",
    "HSETNX k f v",
    "HGET k f",
    "HDEL k f f",
    "HLEN k",
    "HGETALL k",
    "HKEYS k",
    "HVALS k",
    "HMGET k f f",
    "HEXISTS k f",
    "HINCRBY k f n",
    "HMSET k f v",
    "LPUSH k v v",
    "RPUSH k v v",
    "LPOP k",
    "RPOP k",
    "LPOP k n",
    "RPOP k n",
    "LRANGE k n n",
    "LLEN k",
    "LINDEX k n",
    "SADD k n n",
    "SADD k v",
    "SREM k n v",
    "~SMEMBERS k",
    "SISMEMBER k v",
    "SCARD k",
    "~KEYS v",
    "~KEYS *",
    "ECHO v",
    "PING v",
    "SELECT n",
    "MULTI",
    "EXEC",
    "DISCARD",
    "WATCH k",
    "UNWATCH",
    "FLUSHDB",
    "NOSUCH k v",
    "GET",
    "SET k",
    "TTL k k",
];
const KEYS: &[&str] = &["a", "b", "c"];
const VALUES: &[&str] = &["x", "hello", "10", "-1", "", "a*", "9223372036854775807"];
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "-1",
    "-2",
    "3",
    "100",
    "007",
    "+1",
    "9223372036854775807",
    "-9223372036854775808",
    "99999999999999999999",
    "4102444800",
    "x",
];
const FIELDS: &[&str] = &["f", "g", "h"];
const OPTIONS: &[&str] = &["NX", "XX", "GT", "LT", "GET", "EX", "EXAT", "PXAT", "KEEPTTL", "PERSIST", "nonsense"];

/// The sequence of a seed.
pub(super) fn sequence(seed: u64) -> Vec<Step> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % limit
    };
    let mut steps = Vec::new();
    for _ in 0..25 {
        let template = TEMPLATES[next(TEMPLATES.len())];
        let (how, template) = match template.strip_prefix('~') {
            Some(template) => (How::AnyOrder, template),
            None => (How::Same, template),
        };
        let mut word = |word: &str| {
            let choice = match word {
                "k" => KEYS,
                "v" => VALUES,
                "n" => NUMBERS,
                "f" => FIELDS,
                "o" => OPTIONS,
                literal => return literal.as_bytes().to_vec(),
            };
            choice[next(choice.len())].as_bytes().to_vec()
        };
        let words = template.split(' ').map(&mut word).collect();
        steps.push(Step { client: 1 + next(2), how, words });
    }
    steps
}
