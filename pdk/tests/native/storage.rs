//! Storage in memory: what a Redis-like host answers, expiry and refusals included.

use std::time::Duration;

use plugsmith::storage::StorageImports;
use plugsmith::testing::{MockContext, Store};
use plugsmith::{Ttl, Value};

fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn a_value_keeps_its_type() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    for (value, kind) in [
        (Value::from("text"), "string"),
        (Value::Integer(7), "string"),
        (Value::BulkString(vec![0xff]), "string"),
        (Value::Array(vec![1.into()]), "list"),
        (Value::Push(vec![]), "list"),
        (Value::Set(vec![1.into()]), "set"),
        (Value::Map(vec![("a".into(), 1.into())]), "hash"),
    ] {
        storage.set("key", value.clone()).unwrap();
        assert_eq!(storage.get("key"), Ok(Some(value)));
        assert_eq!(storage.type_of("key").unwrap(), kind);
    }
    assert_eq!(storage.type_of("other").unwrap(), "none");
}

#[test]
fn absent_empty_and_removed_are_told_apart() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    assert_eq!((storage.get("key"), storage.exists("key")), (Ok(None), Ok(false)));
    storage.set("key", "").unwrap();
    assert_eq!((storage.get("key"), storage.exists("key")), (Ok(Some("".into())), Ok(true)));
    assert_eq!((storage.delete("key"), storage.delete("key")), (Ok(true), Ok(false)));
}

#[test]
fn null_and_errors_are_not_stored() {
    let ctx = MockContext::new();
    let refused = |value| ctx.storage().set("key", value).unwrap_err().to_string();
    assert_eq!(refused(Value::Null), "null cannot be stored: delete the key instead");
    assert_eq!(refused(Value::Error("x".into())), "an error cannot be stored");
}

#[test]
fn a_key_ends_at_its_moment_and_not_before() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    storage.set_ex("key", "x", 2).unwrap();
    assert_eq!(storage.ttl("key"), Ok(Ttl::Seconds(2)));
    ctx.advance(Duration::from_nanos(1));
    assert_eq!(storage.ttl("key"), Ok(Ttl::Seconds(2)), "rounded up");
    ctx.advance(seconds(2) - Duration::from_nanos(2));
    assert_eq!((storage.exists("key"), storage.ttl("key")), (Ok(true), Ok(Ttl::Seconds(1))));
    ctx.advance(Duration::from_nanos(1));
    assert_eq!((storage.exists("key"), storage.ttl("key")), (Ok(false), Ok(Ttl::Absent)));
    assert_eq!(storage.keys("*"), Ok(vec![]));
    assert_eq!(storage.delete("key"), Ok(false), "what has ended is not there to delete");
}

#[test]
fn setting_ends_an_expiry_and_counting_keeps_it() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    storage.set_ex("key", 1, 10).unwrap();
    storage.incr("key").unwrap();
    assert_eq!(storage.ttl("key"), Ok(Ttl::Seconds(10)));
    storage.set("key", 1).unwrap();
    assert_eq!(storage.ttl("key"), Ok(Ttl::Forever));
}

#[test]
fn expire_sets_removes_and_misses() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    storage.set("key", 1).unwrap();
    assert_eq!((storage.expire("key", 5), storage.ttl("key")), (Ok(true), Ok(Ttl::Seconds(5))));
    assert_eq!((storage.expire("key", 0), storage.exists("key")), (Ok(true), Ok(false)));
    assert_eq!(storage.expire("key", 5), Ok(false));
    assert_eq!(storage.set_ex("key", 1, 0).unwrap_err().to_string(), "invalid expire time");
}

#[test]
fn the_longest_expiry_is_no_overflow() {
    let ctx = MockContext::new();
    ctx.set_time(Duration::ZERO);
    ctx.storage().set_ex("key", 1, u64::MAX).unwrap();
    assert_eq!(ctx.storage().ttl("key"), Ok(Ttl::Seconds(i64::MAX as u64)));
    ctx.set_time(seconds(1));
    assert_eq!(ctx.storage().expire("key", u64::MAX), Ok(true));
    assert_eq!(ctx.storage().ttl("key"), Ok(Ttl::Seconds(i64::MAX as u64)));
}

#[test]
fn counting_starts_at_zero_and_stops_at_the_edge() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    assert_eq!((storage.incr("n"), storage.incr_by("n", -3)), (Ok(1), Ok(-2)));
    storage.set("n", "9223372036854775806").unwrap();
    assert_eq!(storage.incr("n"), Ok(i64::MAX));
    let overflow = storage.incr("n").unwrap_err();
    assert_eq!(overflow.to_string(), "increment or decrement would overflow");
    assert_eq!(storage.get("n").unwrap().unwrap(), i64::MAX, "and the value stays");
}

#[test]
fn only_canonical_integers_are_counted() {
    let ctx = MockContext::new();
    for text in ["", "a", "1.0", " 1", "+1", "01", "-0", "9223372036854775808"] {
        ctx.storage().set("n", text).unwrap();
        let error = ctx.storage().incr("n").unwrap_err();
        assert_eq!(error.to_string(), "value is not an integer or out of range", "{text:?}");
    }
}

#[test]
fn an_operation_on_another_type_is_refused() {
    let ctx = MockContext::new();
    ctx.storage().set("list", vec![Value::Integer(1)]).unwrap();
    let wrong = "WRONGTYPE Operation against a key holding the wrong kind of value";
    assert_eq!(ctx.storage().incr("list").unwrap_err().to_string(), wrong);
    assert_eq!(ctx.storage().read_range("list", ..).unwrap_err().to_string(), wrong);
}

#[test]
fn a_range_of_rust_is_read_as_it_says() {
    let ctx = MockContext::new();
    let storage = ctx.storage();
    storage.set("key", "Hello, Ada!").unwrap();
    let read = |bytes: Result<Vec<u8>, _>| String::from_utf8(bytes.unwrap()).unwrap();
    assert_eq!(read(storage.read_range("key", ..)), "Hello, Ada!");
    assert_eq!(read(storage.read_range("key", 7..10)), "Ada");
    assert_eq!(read(storage.read_range("key", 7..=9)), "Ada");
    assert_eq!(read(storage.read_range("key", 7..)), "Ada!");
    assert_eq!(read(storage.read_range("key", ..5)), "Hello");
    assert_eq!(read(storage.read_range("key", 7..7)), "");
    assert_eq!(read(storage.read_range("key", ..0)), "");
    assert_eq!(read(storage.read_range("key", 100..)), "");
    assert_eq!(read(storage.read_range("key", ..=u64::MAX)), "Hello, Ada!");
    assert_eq!(read(storage.read_range("other", ..)), "");
    storage.set("n", 1234).unwrap();
    assert_eq!(read(storage.read_range("n", 1..3)), "23");
}

/// Redis' GETRANGE (t_string.c, `getrangeCommand`), line by line.
fn getrange(bytes: &[u8], mut start: i64, mut end: i64) -> Vec<u8> {
    let length = bytes.len() as i64;
    if start < 0 && end < 0 && start > end {
        return Vec::new();
    }
    if start < 0 {
        start += length;
    }
    if end < 0 {
        end += length;
    }
    start = start.max(0);
    end = end.max(0);
    if end >= length {
        end = length - 1;
    }
    if start > end || length == 0 {
        return Vec::new();
    }
    bytes[start as usize..=end as usize].to_vec()
}

#[test]
fn the_import_reads_ranges_as_redis_does() {
    let ctx = MockContext::new();
    let edges = [i64::MIN, i64::MIN + 1, -100, -4, -3, -2, -1, 0, 1, 2, 3, 4, 100, i64::MAX];
    for text in ["", "a", "abc"] {
        ctx.storage().set("key", text).unwrap();
        for start in edges {
            for end in edges {
                let bytes = ctx.store().read_range("key", start, end).unwrap();
                assert_eq!(bytes, getrange(text.as_bytes(), start, end), "{text:?} from {start} to {end}");
            }
        }
    }
}

#[test]
fn keys_are_matched_by_glob_and_come_in_order() {
    let ctx = MockContext::new();
    for key in ["user:2", "user:1", "users", "post:1"] {
        ctx.storage().set(key, 1).unwrap();
    }
    assert_eq!(ctx.storage().keys("user:?").unwrap(), ["user:1", "user:2"]);
    assert_eq!(ctx.storage().keys("*").unwrap(), ["post:1", "user:1", "user:2", "users"]);
    assert_eq!(ctx.storage().keys("").unwrap(), [""; 0]);
}

#[test]
fn a_store_is_a_plain_value_too() {
    let mut store = Store::default();
    store.set("a", 1.into(), Some(seconds(5)));
    store.set("b", 2.into(), None);
    assert_eq!(store.get("a", seconds(4)), Some(&Value::Integer(1)));
    assert_eq!(store.iter(seconds(5)).map(|(key, _)| key).collect::<Vec<_>>(), ["b"]);
    assert!(!store.delete("a", seconds(5)));
    assert!(store.delete("b", seconds(5)));
}
