//! A plugin that works behind the keys of a host: hooks that guard and watch them (the page's two,
//! and a typed one), a transformer that compresses them, and a storage backend that keeps them.

#![forbid(unsafe_code)]

mod archive;
mod compress;

use plugsmith::{HookContext, HookResult, HostError, PluginContext, Value, export_plugin, hook};

/// Keys under `protected:` cannot be written.
#[hook(event = "OnKeyWrite")]
fn on_key_write(ctx: &HookContext) -> HookResult {
    let key = ctx.key();
    let _value = ctx.value();

    // Log or validate
    if key.starts_with("protected:") {
        return HookResult::Abort("Cannot write to protected keys".to_string());
    }

    HookResult::Continue
}

/// Text is stored without the blanks at its end; after the guard has had its say.
#[hook(event = "OnKeyWrite", priority = 10)]
fn trim(value: Option<Value>) -> HookResult {
    match value.as_ref().and_then(Value::as_str) {
        Some(text) if text.ends_with(' ') => HookResult::Modified(text.trim_end().into()),
        _ => HookResult::Continue,
    }
}

/// Counts the keys that have expired.
#[hook(event = "OnKeyExpiry")]
fn on_key_expiry(ctx: &PluginContext, key: &str) -> Result<(), HostError> {
    ctx.log().info(["key expired: ", key].concat());
    ctx.storage().incr("guard:expired")?;
    Ok(())
}

export_plugin!(on_key_write, trim, on_key_expiry, compress::compress, compress::decompress);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::Event;
    use plugsmith::testing::MockContext;

    #[test]
    fn a_protected_key_is_not_written() {
        let ctx = MockContext::new();
        let write = |key| on_key_write(&ctx.event(Event::new("OnKeyWrite").key(key).value("x")));
        assert_eq!(write("protected:a"), HookResult::Abort("Cannot write to protected keys".into()));
        assert_eq!(write("a"), HookResult::Continue);
    }

    #[test]
    fn blanks_at_the_end_are_trimmed() {
        assert_eq!(trim(Some("tea  ".into())), HookResult::Modified("tea".into()));
        assert_eq!(trim(Some(Value::Integer(7))), HookResult::Continue);
        assert_eq!(trim(None), HookResult::Continue);
    }

    #[test]
    fn expired_keys_are_counted() {
        let ctx = MockContext::new();
        on_key_expiry(&ctx, "session:1").unwrap();
        assert_eq!(ctx.storage().get("guard:expired").unwrap(), Some(Value::Integer(1)));
        assert_eq!(ctx.logs()[0].text, "key expired: session:1");
    }
}
