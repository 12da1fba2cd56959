//! Keys under `archive:` lie in the host's key-value functions instead of its memory.

use plugsmith::{CommandError, PluginContext, StorageBackend, Ttl, Value, storage_backend};

/// Where the names of the archived keys are, one after the other.
const INDEX: &str = "archive";

/// Ends a name: a byte that no text has, so a name may hold anything.
const END: u8 = 0xff;

/// Values as bytes behind `kv_read` and `kv_write`, after the second in which they end (0 for never).
pub(crate) struct Archive;

/// Keeps keys under `archive:` in the host's key-value functions.
#[storage_backend(prefix = "archive:")]
impl StorageBackend for Archive {
    fn get(&self, ctx: &PluginContext, key: &str) -> Result<Option<Value>, CommandError> {
        Ok(read(ctx, key).map(|(_, bytes)| Value::from_bytes(bytes)))
    }

    fn set(&self, ctx: &PluginContext, key: &str, value: Value, ttl: Option<u64>) -> Result<(), CommandError> {
        let number = value.as_i64().map(|n| n.to_string().into_bytes());
        let bytes = value.as_bytes().map(<[u8]>::to_vec).or(number).ok_or("the archive keeps text and numbers")?;
        let end = ttl.map_or(0, |seconds| now(ctx).saturating_add(seconds));
        ctx.kv().write(key, [&end.to_le_bytes(), &bytes[..]].concat());
        let mut keys = index(ctx);
        if !keys.iter().any(|known| known == key) {
            keys.push(key.to_owned());
            write_index(ctx, &keys);
        }
        Ok(())
    }

    fn delete(&self, ctx: &PluginContext, key: &str) -> Result<bool, CommandError> {
        let present = read(ctx, key).is_some();
        // There is no way to remove a key but to leave nothing in it.
        ctx.kv().write(key, b"");
        let keys: Vec<_> = index(ctx).into_iter().filter(|known| known != key).collect();
        write_index(ctx, &keys);
        Ok(present)
    }

    fn scan(&self, ctx: &PluginContext, _: &str) -> Result<Vec<String>, CommandError> {
        // The host itself keeps those that match.
        Ok(index(ctx).into_iter().filter(|key| read(ctx, key).is_some()).collect())
    }

    fn ttl(&self, ctx: &PluginContext, key: &str) -> Result<Ttl, CommandError> {
        Ok(match read(ctx, key) {
            None => Ttl::Absent,
            Some((0, _)) => Ttl::Forever,
            Some((end, _)) => Ttl::Seconds(end - now(ctx)),
        })
    }
}

/// The end and the bytes of a key that is there.
fn read(ctx: &PluginContext, key: &str) -> Option<(u64, Vec<u8>)> {
    let stored = ctx.kv().read(key)?;
    let (end, bytes) = stored.split_first_chunk()?;
    let end = u64::from_le_bytes(*end);
    (end == 0 || now(ctx) < end).then(|| (end, bytes.to_vec()))
}

fn index(ctx: &PluginContext) -> Vec<String> {
    let keys = ctx.kv().read(INDEX).unwrap_or_default();
    // What follows the last end is no name.
    let names = keys.split_inclusive(|byte| *byte == END).filter_map(|name| name.strip_suffix(&[END]));
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

fn write_index(ctx: &PluginContext, keys: &[String]) {
    let names: Vec<u8> = keys.iter().flat_map(|key| key.bytes().chain([END])).collect();
    ctx.kv().write(INDEX, names);
}

fn now(ctx: &PluginContext) -> u64 {
    ctx.clock().since_epoch().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;
    use std::time::Duration;

    #[test]
    fn a_key_is_kept_until_it_ends() {
        let ctx = MockContext::new();
        Archive.set(&ctx, "archive:a", "tea".into(), Some(60)).unwrap();
        assert_eq!(Archive.get(&ctx, "archive:a").unwrap(), Some("tea".into()));
        assert_eq!(Archive.ttl(&ctx, "archive:a").unwrap(), Ttl::Seconds(60));
        ctx.advance(Duration::from_secs(60));
        assert_eq!(Archive.get(&ctx, "archive:a").unwrap(), None);
        assert_eq!(Archive.ttl(&ctx, "archive:a").unwrap(), Ttl::Absent);
        assert_eq!(Archive.scan(&ctx, "*").unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_deleted_key_is_gone() {
        let ctx = MockContext::new();
        Archive.set(&ctx, "archive:a", Value::Integer(7), None).unwrap();
        assert_eq!(Archive.scan(&ctx, "*").unwrap(), ["archive:a"]);
        assert!(Archive.delete(&ctx, "archive:a").unwrap());
        assert!(!Archive.delete(&ctx, "archive:a").unwrap());
        assert!(!Archive.exists(&ctx, "archive:a").unwrap());
    }

    #[test]
    fn a_key_may_hold_any_text() {
        let ctx = MockContext::new();
        let keys = ["archive:", "archive:a\nb", "archive:a\r\n", "archive:\0\u{ff}"];
        for key in keys {
            Archive.set(&ctx, key, "tea".into(), None).unwrap();
            Archive.set(&ctx, key, "milk".into(), None).unwrap();
        }
        assert_eq!(Archive.scan(&ctx, "*").unwrap(), keys);
        assert!(keys.into_iter().all(|key| Archive.delete(&ctx, key).unwrap()));
        assert_eq!(ctx.kv().read("archive").unwrap_or_default(), b"");
    }

    #[test]
    fn a_list_is_refused() {
        let ctx = MockContext::new();
        assert!(Archive.set(&ctx, "archive:a", Value::Array(Vec::new()), None).is_err());
    }
}
