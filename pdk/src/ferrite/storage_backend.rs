//! Storage backends: keys that a plugin keeps itself, in the place of its host.
//!
//! On the wire an operation is an event called `get`, `set`, `delete`, `exists`, `scan` or `ttl`
//! (see [`Event`](crate::Event)) with the fields `key`; `value` and `ttl` (null for ever) of
//! a `set`; `pattern` of a `scan`. The output is the answer alone, in the same encoding: a value or
//! null, `OK`, 0 or 1, a list of keys, or the seconds left (-1 for ever, -2 where there is none).

use crate::context::PluginContext;
use crate::error::CommandError;
use crate::ferrite::hook::HookContext;
use crate::ferrite::transformer::encode;
use crate::protocol::Value;
use crate::protocol::event::Event;
use crate::services::storage::Ttl;

/// A store of a plugin's own, mounted on a prefix by `#[storage_backend]`. Keys come in full, the
/// prefix is part of them.
///
/// ```
/// use plugsmith::{storage_backend, CommandError, PluginContext, StorageBackend, Value};
///
/// /// Squares, computed and never stored.
/// struct Squares;
///
/// #[storage_backend(prefix = "square:")]
/// impl StorageBackend for Squares {
///     fn get(&self, _: &PluginContext, key: &str) -> Result<Option<Value>, CommandError> {
///         let number: Option<i64> = key["square:".len()..].parse().ok();
///         Ok(number.and_then(|n| n.checked_mul(n)).map(Value::Integer))
///     }
/// }
///
/// let ctx = plugsmith::testing::MockContext::new();
/// assert_eq!(Squares.get(&ctx, "square:7").unwrap(), Some(Value::Integer(49)));
/// assert!(Squares.set(&ctx, "square:7", Value::Integer(50), None).is_err());
/// ```
pub trait StorageBackend {
    /// The value of `key`; `None` where there is none.
    ///
    /// # Errors
    /// What the client gets.
    fn get(&self, ctx: &PluginContext, key: &str) -> Result<Option<Value>, CommandError>;

    /// Sets `key`, for so many seconds or for good.
    ///
    /// # Errors
    /// Unless implemented: `READONLY ..`.
    fn set(&self, ctx: &PluginContext, key: &str, value: Value, ttl: Option<u64>) -> Result<(), CommandError> {
        let _ = (ctx, key, value, ttl);
        Err(read_only())
    }

    /// Removes `key`; whether it was there.
    ///
    /// # Errors
    /// Unless implemented: `READONLY ..`.
    fn delete(&self, ctx: &PluginContext, key: &str) -> Result<bool, CommandError> {
        let _ = (ctx, key);
        Err(read_only())
    }

    /// Whether `key` is there; unless implemented, whether it has a value.
    ///
    /// # Errors
    /// What the client gets.
    fn exists(&self, ctx: &PluginContext, key: &str) -> Result<bool, CommandError> {
        // On the wire a null is no value.
        Ok(self.get(ctx, key)?.is_some_and(|value| !value.is_null()))
    }

    /// The keys that match a glob pattern; unless implemented, none can be listed.
    ///
    /// # Errors
    /// What the client gets.
    fn scan(&self, ctx: &PluginContext, pattern: &str) -> Result<Vec<String>, CommandError> {
        let _ = (ctx, pattern);
        Ok(Vec::new())
    }

    /// How long `key` has left; unless implemented, whatever is there stays.
    ///
    /// # Errors
    /// What the client gets.
    fn ttl(&self, ctx: &PluginContext, key: &str) -> Result<Ttl, CommandError> {
        Ok(if self.exists(ctx, key)? { Ttl::Forever } else { Ttl::Absent })
    }
}

fn read_only() -> CommandError {
    CommandError::Custom("READONLY this storage backend is read-only".to_owned())
}

/// One call of a backend: an operation in, the answer or the error's text out.
///
/// # Errors
/// The text of the backend's error, and an operation that none has.
pub(crate) fn call(backend: &impl StorageBackend, context: &PluginContext, input: &[u8]) -> Result<Vec<u8>, String> {
    let (event, encoding) = Event::decode(input).map_err(|message| CommandError::Custom(message).wire())?;
    let operation = HookContext::new(context.clone(), event);
    let answer = answer(backend, context, &operation).map_err(|error| error.wire())?;
    Ok(encode(&answer, encoding))
}

fn answer(
    backend: &impl StorageBackend,
    context: &PluginContext,
    operation: &HookContext,
) -> Result<Value, CommandError> {
    let key = operation.key();
    Ok(match operation.event() {
        "get" => backend.get(context, key)?.unwrap_or(Value::Null),
        "set" => {
            let value = operation.value().ok_or("`set` needs a value")?.clone();
            let ttl = operation.field("ttl").and_then(Value::as_i64).and_then(|ttl| u64::try_from(ttl).ok());
            backend.set(context, key, value, ttl)?;
            Value::Ok
        }
        "delete" => Value::Integer(backend.delete(context, key)?.into()),
        "exists" => Value::Integer(backend.exists(context, key)?.into()),
        "scan" => {
            let pattern = operation.field("pattern").and_then(Value::as_str).unwrap_or("*");
            Value::Array(backend.scan(context, pattern)?.into_iter().map(Value::String).collect())
        }
        "ttl" => Value::Integer(match backend.ttl(context, key)? {
            Ttl::Absent => -2,
            Ttl::Forever => -1,
            Ttl::Seconds(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX),
        }),
        _ => return Err("a storage backend supports get, set, delete, exists, scan and ttl only".into()),
    })
}
