//! Bloom filters: may an item be in the set? Never a false no, seldom a false yes.

#![forbid(unsafe_code)]

pub mod filter;

use plugsmith::{CommandError, PluginContext, Value, command, export_plugin};

use filter::Filter;

/// What a filter that nobody reserved is made for.
const DEFAULT_CAPACITY: u64 = 100;
const DEFAULT_ERROR_RATE: f64 = 0.01;

/// Makes an empty filter for so many items, with so many false yeses among them.
#[command(name = "BF.RESERVE", flags = ["write", "denyoom"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "bloom"], complexity = "O(m), m bytes of the filter", since = "1.0.0")]
fn reserve(ctx: &PluginContext, key: &str, error_rate: f64, capacity: u64) -> Result<(), CommandError> {
    if ctx.storage().exists(key)? {
        return Err("item exists".into());
    }
    let filter = Filter::new(capacity, error_rate)?;
    Ok(ctx.storage().set_typed(key, &filter)?)
}

/// Adds an item; whether it was new.
#[command(name = "BF.ADD", flags = ["write", "denyoom"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "bloom"], complexity = "O(k + m), k hashes, m bytes of the filter", since = "1.0.0")]
fn add(ctx: &PluginContext, key: &str, item: &[u8]) -> Result<bool, CommandError> {
    let mut filter = load_or_new(ctx, key)?;
    let added = filter.add(item)?;
    ctx.storage().set_typed(key, &filter)?;
    Ok(added)
}

/// Adds items, all or none; for each, whether it was new.
#[command(name = "BF.MADD", flags = ["write", "denyoom"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "bloom"], complexity = "O(k * n + m), k hashes of n items, m bytes of the filter", since = "1.0.0")]
fn add_many(ctx: &PluginContext, key: &str, item: &[u8], items: Vec<&[u8]>) -> Result<Vec<bool>, CommandError> {
    let mut filter = load_or_new(ctx, key)?;
    let added = std::iter::once(item).chain(items).map(|item| filter.add(item)).collect::<Result<_, _>>()?;
    ctx.storage().set_typed(key, &filter)?;
    Ok(added)
}

/// Whether an item may be in the filter.
#[command(name = "BF.EXISTS", flags = ["read"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["read", "bloom"], complexity = "O(k + m), k hashes, m bytes of the filter", since = "1.0.0")]
fn exists(ctx: &PluginContext, key: &str, item: &[u8]) -> Result<bool, CommandError> {
    Ok(ctx.storage().get_typed::<Filter>(key)?.is_some_and(|filter| filter.contains(item)))
}

/// For each item, whether it may be in the filter.
#[command(name = "BF.MEXISTS", flags = ["read"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["read", "bloom"], complexity = "O(k * n + m), k hashes of n items, m bytes of the filter", since = "1.0.0")]
fn exist_many(ctx: &PluginContext, key: &str, item: &[u8], items: Vec<&[u8]>) -> Result<Vec<bool>, CommandError> {
    let filter = ctx.storage().get_typed::<Filter>(key)?;
    let contains = |item: &[u8]| filter.as_ref().is_some_and(|filter| filter.contains(item));
    Ok(std::iter::once(item).chain(items).map(contains).collect())
}

/// What the filter is made for, and what it holds.
#[command(name = "BF.INFO", flags = ["read"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["read", "bloom"], complexity = "O(m), m bytes of the filter", since = "1.0.0")]
fn info(ctx: &PluginContext, key: &str) -> Result<Value, CommandError> {
    let filter = ctx.storage().get_typed::<Filter>(key)?.ok_or("not found")?;
    let count = |n: u64| Value::Integer(i64::try_from(n).unwrap_or(i64::MAX));
    Ok(Value::Map(vec![
        ("Capacity".into(), count(filter.capacity())),
        ("Size".into(), count(filter.bytes())),
        ("Number of hashes".into(), count(filter.hashes())),
        ("Number of items inserted".into(), count(filter.items())),
    ]))
}

fn load_or_new(ctx: &PluginContext, key: &str) -> Result<Filter, CommandError> {
    match ctx.storage().get_typed(key)? {
        Some(filter) => Ok(filter),
        None => Filter::new(DEFAULT_CAPACITY, DEFAULT_ERROR_RATE),
    }
}

export_plugin!(reserve, add, add_many, exists, exist_many, info);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::MockContext;

    #[test]
    fn what_was_added_exists() {
        let ctx = MockContext::new();
        assert_eq!(add(&ctx, "words", b"tea"), Ok(true));
        assert_eq!(add(&ctx, "words", b"tea"), Ok(false));
        assert_eq!(exist_many(&ctx, "words", b"tea", vec![b"milk"]), Ok(vec![true, false]));
        assert_eq!(exists(&ctx, "other", b"tea"), Ok(false));
    }

    #[test]
    fn a_filter_is_reserved_once() {
        let ctx = MockContext::new();
        assert_eq!(reserve(&ctx, "words", 0.001, 1000), Ok(()));
        assert_eq!(reserve(&ctx, "words", 0.001, 1000), Err("item exists".into()));
    }

    #[test]
    fn another_type_at_the_key_is_refused() {
        let ctx = MockContext::new();
        ctx.storage().set("words", "tea").unwrap();
        assert_eq!(add(&ctx, "words", b"tea"), Err(CommandError::WrongType));
    }
}
