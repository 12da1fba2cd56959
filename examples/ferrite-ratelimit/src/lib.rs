//! Rate limits: may this client do so much now? Over a window that slides, see [`window`].

#![forbid(unsafe_code)]

pub mod window;

use plugsmith::{CommandError, PluginContext, command, export_plugin};

use window::{Verdict, Window};

/// Asks for one unit, or for `cost`, where `limit` may be had in a window: whether it is granted (1
/// or 0), the units left, and the milliseconds to wait (0 where granted; -1 where the cost is more
/// than the limit, so that waiting does not help). A cost of 0 asks what is left and takes nothing.
///
/// # Errors
/// A window of no length, another one at this key, another type there.
#[command(name = "RATE.ALLOW", flags = ["write", "denyoom", "fast"], first_key = 1, last_key = 1, step = 1,
          description = "Asks for units of a limit in a sliding window: granted, units left, milliseconds to wait.",
          acl_categories = ["write", "rate"], complexity = "O(1)", since = "1.0.0")]
pub fn allow(
    ctx: &PluginContext,
    key: &str,
    limit: u32,
    window_seconds: u32,
    cost: Option<u32>,
) -> Result<Vec<i64>, CommandError> {
    if window_seconds == 0 {
        return Err("argument 'window_seconds': a window is at least 1 second long".into());
    }
    let mut window = match ctx.storage().get_typed::<Window>(key)? {
        Some(window) if window.seconds() == u64::from(window_seconds) => window,
        Some(window) => return Err(other_window(&window)),
        None => Window::new(window_seconds),
    };
    let cost = cost.unwrap_or(1);
    match window.ask(ctx.clock().unix_millis(), limit.into(), cost.into()) {
        Verdict::Admitted { remaining } => {
            if cost > 0 {
                ctx.storage().set_typed(key, &window)?;
                // By then the window has passed all of it.
                ctx.storage().expire(key, window_seconds.into())?;
            }
            Ok(vec![1, signed(remaining), 0])
        }
        Verdict::Refused { remaining, retry_after } => Ok(vec![0, signed(remaining), retry_after.map_or(-1, signed)]),
    }
}

/// Forgets what was granted; whether there was anything.
///
/// # Errors
/// Another type at this key.
#[command(name = "RATE.RESET", flags = ["write", "fast"], first_key = 1, last_key = 1, step = 1,
          acl_categories = ["write", "rate"], complexity = "O(1)", since = "1.0.0")]
pub fn reset(ctx: &PluginContext, key: &str) -> Result<bool, CommandError> {
    // A key of another type is not ours to delete.
    match ctx.storage().get_typed::<Window>(key)? {
        Some(_) => Ok(ctx.storage().delete(key)?),
        None => Ok(false),
    }
}

export_plugin!(allow, reset);

/// What a window has forgotten, a longer one cannot count.
fn other_window(window: &Window) -> CommandError {
    let seconds = window.seconds().to_string();
    let parts = ["this key counts in windows of ", &seconds, " s: use a key for each length, or RATE.RESET it first"];
    parts.concat().into()
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use plugsmith::testing::MockContext;
    use plugsmith::{Ttl, Value};

    use super::*;

    fn ask(ctx: &PluginContext, cost: u32) -> Vec<i64> {
        allow(ctx, "client", 3, 10, Some(cost)).unwrap()
    }

    #[test]
    fn a_burst_is_granted_up_to_the_limit() {
        let ctx = MockContext::new();
        let answers: Vec<_> = (0..4).map(|_| allow(&ctx, "client", 3, 10, None).unwrap()).collect();
        assert_eq!(answers, [[1, 2, 0], [1, 1, 0], [1, 0, 0], [0, 0, 10_000]]);
    }

    #[test]
    fn a_unit_comes_back_when_the_window_has_passed_it() {
        let ctx = MockContext::new();
        assert_eq!(ask(&ctx, 2), [1, 1, 0]);
        ctx.advance(Duration::from_millis(4_000));
        assert_eq!(ask(&ctx, 1), [1, 0, 0]);
        ctx.advance(Duration::from_millis(5_999));
        assert_eq!(ask(&ctx, 1), [0, 0, 1]);
        ctx.advance(Duration::from_millis(1));
        assert_eq!(ask(&ctx, 3), [0, 2, 4_000]);
        assert_eq!(ask(&ctx, 2), [1, 0, 0]);
    }

    #[test]
    fn keys_are_counted_apart() {
        let ctx = MockContext::new();
        assert_eq!(ask(&ctx, 3), [1, 0, 0]);
        assert_eq!(allow(&ctx, "other", 3, 10, None), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn a_limit_of_nothing_grants_nothing() {
        let ctx = MockContext::new();
        assert_eq!(allow(&ctx, "client", 0, 10, None), Ok(vec![0, 0, -1]));
        assert!(!ctx.storage().exists("client").unwrap());
    }

    #[test]
    fn the_largest_limit_and_window_are_counted() {
        let ctx = MockContext::new();
        let ask = |cost| allow(&ctx, "client", u32::MAX, u32::MAX, Some(cost)).unwrap();
        assert_eq!(ask(u32::MAX), [1, 0, 0]);
        assert_eq!(ask(1), [0, 0, i64::from(u32::MAX) * 1000]);
    }

    #[test]
    fn what_is_more_than_the_limit_is_never_granted() {
        assert_eq!(ask(&MockContext::new(), 4), [0, 3, -1]);
    }

    #[test]
    fn a_cost_of_nothing_asks_what_is_left() {
        let ctx = MockContext::new();
        assert_eq!(ask(&ctx, 0), [1, 3, 0]);
        assert!(!ctx.storage().exists("client").unwrap());
        ask(&ctx, 2);
        assert_eq!(ask(&ctx, 0), [1, 1, 0]);
    }

    #[test]
    fn a_limit_may_change() {
        let ctx = MockContext::new();
        assert_eq!(ask(&ctx, 3), [1, 0, 0]);
        assert_eq!(allow(&ctx, "client", 5, 10, Some(2)), Ok(vec![1, 0, 0]));
        assert_eq!(allow(&ctx, "client", 1, 10, None), Ok(vec![0, 0, 10_000]));
    }

    #[test]
    fn an_idle_key_vanishes() {
        let ctx = MockContext::new();
        ask(&ctx, 1);
        ctx.advance(Duration::from_secs(4));
        assert_eq!(ctx.storage().ttl("client").unwrap(), Ttl::Seconds(6));
        ask(&ctx, 1);
        assert_eq!(ctx.storage().ttl("client").unwrap(), Ttl::Seconds(10));
        ctx.advance(Duration::from_secs(10));
        assert!(!ctx.storage().exists("client").unwrap());
    }

    #[test]
    fn a_key_has_one_window() {
        let ctx = MockContext::new();
        assert!(allow(&ctx, "client", 3, 0, None).is_err());
        ask(&ctx, 1);
        let message = "ERR this key counts in windows of 10 s: use a key for each length, or RATE.RESET it first";
        assert_eq!(allow(&ctx, "client", 3, 1, None).unwrap_err().to_string(), message);
        assert_eq!((reset(&ctx, "client"), reset(&ctx, "client")), (Ok(true), Ok(false)));
        assert_eq!(allow(&ctx, "client", 3, 1, None), Ok(vec![1, 2, 0]));
    }

    #[test]
    fn another_type_at_the_key_is_refused() {
        let ctx = MockContext::new();
        ctx.storage().set("client", 7).unwrap();
        assert_eq!(allow(&ctx, "client", 3, 10, None), Err(CommandError::WrongType));
        assert_eq!(reset(&ctx, "client"), Err(CommandError::WrongType));
        assert_eq!(ctx.storage().get("client").unwrap(), Some(Value::Integer(7)));
    }
}
