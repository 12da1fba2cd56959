//! Hooks, called natively: the raw form, the typed form, and the wire format of both sides.

use plugsmith::protocol::arguments::Encoding;
use plugsmith::protocol::event::{EVENTS, Event, may_abort, may_modify};
use plugsmith::testing::MockContext;
use plugsmith::{HookContext, HookResult, PluginContext, Value, hook};

#[hook(event = "OnKeyWrite", priority = 5)]
fn guard(ctx: &HookContext) -> HookResult {
    ctx.log().info(format!("{} {:?}", ctx.key(), ctx.value()));
    if ctx.key().starts_with("protected:") {
        return HookResult::Abort("Cannot write to protected keys".to_string());
    }
    HookResult::Continue
}

#[hook(event = "OnKeyWrite")]
fn shout(key: &str, value: Option<Value>) -> HookResult {
    match value.as_ref().and_then(Value::as_str) {
        Some(text) if key.starts_with("loud:") => HookResult::Modified(text.to_uppercase().into()),
        _ => HookResult::Continue,
    }
}

#[hook(event = "AfterCommand")]
fn count(ctx: &PluginContext, command: &str, args: Vec<String>, client_id: i64) -> Result<(), plugsmith::HostError> {
    ctx.storage().incr(&format!("{command}:{}:{client_id}", args.join(",")))?;
    Ok(())
}

#[hook(event = "custom:StockLow")]
fn stock_low(item: &str, left: u32) -> HookResult {
    HookResult::Abort(format!("{item}: {left} left"))
}

#[test]
fn a_raw_hook_sees_key_and_value() {
    let ctx = MockContext::new();
    let event = ctx.event(Event::new("OnKeyWrite").key("protected:a").value("x"));
    assert_eq!(guard(&event), HookResult::Abort("Cannot write to protected keys".into()));
    assert_eq!(ctx.logs()[0].text, "protected:a Some(String(\"x\"))");
}

#[test]
fn a_typed_hook_takes_fields_by_name() {
    assert_eq!(shout("loud:a", Some("hey".into())), HookResult::Modified("HEY".into()));
    assert_eq!(shout("quiet:a", None), HookResult::Continue);
    assert_eq!(stock_low("tea", 2), HookResult::Abort("tea: 2 left".into()));
}

#[test]
fn a_hook_reaches_the_services_of_its_host() {
    let ctx = MockContext::new();
    count(&ctx, "SET", vec!["a".into(), "1".into()], 7).unwrap();
    assert_eq!(ctx.storage().get("SET:a,1:7").unwrap(), Some(Value::Integer(1)));
}

#[test]
fn an_event_survives_the_wire() {
    let event = Event::new("AfterCommand").command("SET", ["a", "1"]).client(7).result(Value::Ok);
    let (decoded, encoding) = Event::decode(&event.encode()).unwrap();
    assert_eq!((decoded, encoding), (event, Encoding::Resp));
}

#[test]
fn an_event_may_be_json() {
    let input = br#" {"event":"OnKeyWrite","key":"a","value":7,"args":["x",1,null]} "#;
    let (event, encoding) = Event::decode(input).unwrap();
    assert_eq!(encoding, Encoding::Json);
    assert_eq!(event.field("value"), Some(&Value::Integer(7)));
    assert_eq!(event.field("args"), Some(&Value::Array(vec!["x".into(), 1.into(), Value::Null])));
}

#[test]
fn a_malformed_event_is_named() {
    for (input, message) in [
        (&b"*1\r\n$1\r\na\r\n"[..], "an event must be a RESP map (%..) or a JSON object ({..})"),
        (b"", "malformed event: the value is cut short"),
        (b"{\"key\":\"a\"}", "an event needs a field `event` with its name"),
        (b"{\"event\":", "malformed event: not a JSON value"),
        (b"%1\r\n:1\r\n:2\r\n", "the name of an event's field must be text"),
    ] {
        assert_eq!(Event::decode(input).unwrap_err(), message);
    }
}

#[test]
fn a_verdict_survives_the_wire() {
    for verdict in [
        HookResult::Continue,
        HookResult::Abort("no".into()),
        HookResult::Modified(Value::Map(vec![("a".into(), 1.into())])),
    ] {
        assert_eq!(HookResult::decode(&verdict.encode(Encoding::Resp)), Ok(verdict));
    }
    assert!(HookResult::decode(b"+OK\r\n").is_err());
}

#[test]
fn only_what_has_not_happened_can_be_aborted() {
    let aborts: Vec<_> = EVENTS.iter().map(|(name, _)| *name).filter(|name| may_abort(name)).collect();
    assert_eq!(aborts, ["BeforeCommand", "OnKeyWrite", "OnKeyRead", "OnKeyDelete", "OnClientConnect"]);
    let modifies: Vec<_> = EVENTS.iter().map(|(name, _)| *name).filter(|name| may_modify(name)).collect();
    assert_eq!(modifies, ["BeforeCommand", "AfterCommand", "OnKeyWrite", "OnKeyRead"]);
}

/// Every event and field that the library knows is one that the macro accepts.
mod every_event {
    use plugsmith::{Value, hook};

    #[hook(event = "BeforeCommand")]
    pub(super) fn before(command: &str, args: &[Value], client_id: i64) {
        let _ = (command, args, client_id);
    }

    #[hook(event = "AfterCommand")]
    pub(super) fn after(command: &str, args: &[Value], client_id: i64, result: &Value) {
        let _ = (command, args, client_id, result);
    }

    #[hook(event = "OnKeyWrite")]
    pub(super) fn write(key: &str, value: Value) {
        let _ = (key, value);
    }

    #[hook(event = "OnKeyRead")]
    pub(super) fn read(key: &str, value: Value) {
        let _ = (key, value);
    }

    #[hook(event = "OnKeyExpiry")]
    pub(super) fn expiry(key: &str) {
        let _ = key;
    }

    #[hook(event = "OnKeyDelete")]
    pub(super) fn delete(key: &str) {
        let _ = key;
    }

    #[hook(event = "OnClientConnect")]
    pub(super) fn connect(client_id: i64, address: &str) {
        let _ = (client_id, address);
    }

    #[hook(event = "OnClientDisconnect")]
    pub(super) fn disconnect(client_id: i64, address: &str) {
        let _ = (client_id, address);
    }

    #[hook(event = "OnServerStartup")]
    pub(super) fn startup() {}

    #[hook(event = "OnServerShutdown")]
    pub(super) fn shutdown() {}
}

#[test]
fn the_macro_knows_every_event() {
    every_event::before("SET", &[], 1);
    every_event::after("SET", &[], 1, &Value::Ok);
    every_event::write("a", Value::Null);
    every_event::read("a", Value::Null);
    every_event::expiry("a");
    every_event::delete("a");
    every_event::connect(1, "");
    every_event::disconnect(1, "");
    every_event::startup();
    every_event::shutdown();
    let fields: usize = EVENTS.iter().map(|(_, fields)| fields.len()).sum();
    assert_eq!((EVENTS.len(), fields), (10, 17), "an event or a field was added: add it to the hooks above, too");
}

/// What a guest answers to its host when a hook of `event` says `verdict`.
fn answer(
    event: &str,
    body: fn(&HookContext) -> Result<HookResult, plugsmith::CommandError>,
) -> Result<Vec<u8>, String> {
    plugsmith::__private::call_hook(event, &MockContext::new(), &Event::new(event).key("a").encode(), body)
}

#[test]
fn a_verdict_that_the_event_does_not_allow_is_an_error() {
    assert_eq!(
        answer("OnKeyExpiry", |_| Ok(HookResult::Abort("no".into()))),
        Err("ERR a hook of OnKeyExpiry cannot abort it: no".into())
    );
    assert_eq!(
        answer("OnKeyDelete", |_| Ok(HookResult::Modified(Value::Null))),
        Err("ERR a hook of OnKeyDelete has no value to modify".into())
    );
    assert!(answer("OnKeyDelete", |_| Ok(HookResult::Abort("no".into()))).is_ok());
}

#[test]
fn a_verdict_that_the_event_does_not_allow_is_an_error_natively() {
    let ctx = MockContext::new();
    let expiry = || Event::new("OnKeyExpiry").key("a");
    let fired = ctx.fire(expiry(), |_| HookResult::Abort("no".into()));
    assert_eq!(fired, Err("a hook of OnKeyExpiry cannot abort it: no".into()));
    let fired = ctx.fire(expiry(), |_| HookResult::Modified(Value::Null));
    assert_eq!(fired, Err("a hook of OnKeyExpiry has no value to modify".into()));
    assert_eq!(ctx.fire(expiry(), |_| ()), Ok(HookResult::Continue));
    assert_eq!(ctx.fire(expiry(), |_| Err::<(), _>("broken")), Err("broken".into()));
    let fired = ctx.fire(Event::new("OnKeyWrite").key("protected:a").value("x"), guard);
    assert_eq!(fired, Ok(HookResult::Abort("Cannot write to protected keys".into())));
}

#[test]
fn an_event_that_no_host_fires_is_refused_natively() {
    for (event, refusal) in [
        (
            Event::new("OnKeyWritt").key("a"),
            "no host fires the event `OnKeyWritt`: one of BeforeCommand, AfterCommand, OnKeyWrite, OnKeyRead, \
             OnKeyExpiry, OnKeyDelete, OnClientConnect, OnClientDisconnect, OnServerStartup, OnServerShutdown, \
             or `custom:` and a name of your own",
        ),
        (Event::new("OnKeyWrite"), "no host fires this event: OnKeyWrite needs the field `key`: add `.key(..)`"),
        (
            Event::new("OnKeyWrite").with("kye", "protected:a"),
            "no host fires this event: OnKeyWrite has no field `kye`: it has `key`, `value`",
        ),
        (
            Event::new("OnKeyWrite").with("key", 7),
            "no host fires this event: the field `key` of OnKeyWrite is text, not Integer(7)",
        ),
        (
            Event::new("OnKeyWrite").with("key", b"protected:\xff".as_slice()),
            "no host fires this event: the field `key` of OnKeyWrite is text, and these bytes are not UTF-8: \
             no host has such a name",
        ),
    ] {
        let panic = std::panic::catch_unwind(|| MockContext::new().event(event)).unwrap_err();
        assert_eq!(panic.downcast_ref::<String>().unwrap(), refusal);
    }
}

/// A guard asks `ctx.key()`, which is empty where there is no text: such an event must not pass it.
#[test]
fn an_event_of_no_key_reaches_no_guard() {
    for event in [
        Event::new("OnKeyWrite").value("x"),
        Event::new("OnKeyWrite").with("key", b"protected:\xff".as_slice()),
        Event::new("OnKeyWrite").with("key", 7),
    ] {
        let answer = plugsmith::__private::call_hook("OnKeyWrite", &MockContext::new(), &event.encode(), |_| {
            Ok(HookResult::Continue)
        });
        assert_eq!(answer, Err("ERR a hook of OnKeyWrite needs a `key` that is UTF-8 text".into()));
    }
}

#[test]
fn an_event_that_is_not_the_hooks_is_an_error() {
    let input = Event::new("OnKeyRead").key("a").encode();
    let answer =
        plugsmith::__private::call_hook("OnKeyWrite", &MockContext::new(), &input, |_| Ok(HookResult::Continue));
    assert_eq!(answer, Err("ERR a hook of OnKeyWrite cannot take the event OnKeyRead".into()));
}
