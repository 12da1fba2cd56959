//! What a `#[hook]` is at run time: an event in, a verdict out.

use std::ops::Deref;

use crate::context::PluginContext;
use crate::entry::argument::{Argument, Element, mismatch};
use crate::error::CommandError;
use crate::protocol::Value;
use crate::protocol::event::{Event, HookResult, may_abort, may_modify};
use crate::text::join;

/// What a hook receives: the event, and the services of its host.
///
/// ```
/// use plugsmith::{hook, Event, HookContext, HookResult};
///
/// #[hook(event = "OnKeyWrite")]
/// fn protect(ctx: &HookContext) -> HookResult {
///     if ctx.key().starts_with("protected:") {
///         return HookResult::Abort("Cannot write to protected keys".to_string());
///     }
///     HookResult::Continue
/// }
///
/// let ctx = plugsmith::testing::MockContext::new();
/// let event = ctx.event(Event::new("OnKeyWrite").key("protected:a").value("x"));
/// assert_eq!(protect(&event), HookResult::Abort("Cannot write to protected keys".into()));
/// ```
#[derive(Debug)]
pub struct HookContext {
    context: PluginContext,
    event: Event,
}

impl HookContext {
    pub(crate) fn new(context: PluginContext, event: Event) -> HookContext {
        HookContext { context, event }
    }

    /// The event's name.
    pub fn event(&self) -> &str {
        &self.event.name
    }

    /// The key that the event is about; empty where it is about none.
    pub fn key(&self) -> &str {
        self.field("key").and_then(Value::as_str).unwrap_or_default()
    }

    /// The value that is written or read.
    pub fn value(&self) -> Option<&Value> {
        self.field("value").filter(|value| !value.is_null())
    }

    /// The command that runs, or ran.
    pub fn command(&self) -> Option<&str> {
        self.field("command").and_then(Value::as_str)
    }

    /// The command's arguments, its name not among them.
    pub fn args(&self) -> &[Value] {
        self.field("args").and_then(Value::as_array).unwrap_or_default()
    }

    /// The result of the command that ran.
    pub fn result(&self) -> Option<&Value> {
        self.field("result")
    }

    /// The client that the event is about.
    pub fn client_id(&self) -> Option<i64> {
        self.field("client_id").and_then(Value::as_i64)
    }

    /// Any field, as a custom event may have.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.event.field(name)
    }
}

impl Deref for HookContext {
    type Target = PluginContext;

    fn deref(&self) -> &PluginContext {
        &self.context
    }
}

/// What a parameter takes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// All of it, and the services of the host.
    Event,
    /// The field of the parameter's name.
    Field,
    /// Nothing: it is the services of the host.
    Services,
    /// A context by value, which is refused.
    Owned,
}

impl Takes {
    /// Whether it is the event.
    pub const fn is_event(self) -> bool {
        matches!(self, Takes::Event)
    }

    /// Whether it is a context by value.
    pub const fn is_owned(self) -> bool {
        matches!(self, Takes::Owned)
    }

    /// Whether it is a field, so that its name must be that of one.
    pub const fn is_field(self) -> bool {
        matches!(self, Takes::Field)
    }
}

/// A parameter of a `#[hook]`: `&HookContext`, `&PluginContext`, or the field of its name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a hook's parameter",
    note = "parameters are `&HookContext`, `&PluginContext`, or a field of the event by its name: `key: &str`, \
            `value: Option<Value>`, `client_id: i64`, `args: Vec<String>`"
)]
pub trait FromEvent<'a>: Sized {
    /// What it takes of the event.
    const TAKES: Takes = Takes::Field;

    /// The parameter called `name`.
    ///
    /// # Errors
    /// A field that is missing or of another type.
    fn from_event(context: &'a HookContext, name: &str) -> Result<Self, CommandError>;
}

impl<'a> FromEvent<'a> for &'a HookContext {
    const TAKES: Takes = Takes::Event;

    fn from_event(context: &'a HookContext, _: &str) -> Result<&'a HookContext, CommandError> {
        Ok(context)
    }
}

impl<'a> FromEvent<'a> for &'a PluginContext {
    const TAKES: Takes = Takes::Services;

    fn from_event(context: &'a HookContext, _: &str) -> Result<&'a PluginContext, CommandError> {
        Ok(context)
    }
}

/// Refused when it is compiled, with the cure.
impl<'a> FromEvent<'a> for PluginContext {
    const TAKES: Takes = Takes::Owned;

    fn from_event(context: &'a HookContext, _: &str) -> Result<PluginContext, CommandError> {
        Ok(context.context.clone())
    }
}

/// Refused when it is compiled, with the cure.
impl<'a> FromEvent<'a> for HookContext {
    const TAKES: Takes = Takes::Owned;

    fn from_event(context: &'a HookContext, _: &str) -> Result<HookContext, CommandError> {
        Ok(HookContext::new(context.context.clone(), context.event.clone()))
    }
}

/// A parameter without a name: there is no field that it could take.
#[diagnostic::on_unimplemented(
    message = "a parameter without a name cannot be `{Self}`",
    note = "name it after a field of the event: `key: &str`; only a context may go without"
)]
pub trait EventContext<'a> {
    /// The context.
    fn of(context: &'a HookContext) -> Self;
}

impl<'a> EventContext<'a> for &'a HookContext {
    fn of(context: &'a HookContext) -> &'a HookContext {
        context
    }
}

impl<'a> EventContext<'a> for &'a PluginContext {
    fn of(context: &'a HookContext) -> &'a PluginContext {
        context
    }
}

impl<'a> FromEvent<'a> for &'a [Value] {
    fn from_event(context: &'a HookContext, name: &str) -> Result<&'a [Value], CommandError> {
        Ok(context.field(name).and_then(Value::as_array).unwrap_or_default())
    }
}

impl<'a, T: Argument<'a>> FromEvent<'a> for T {
    fn from_event(context: &'a HookContext, name: &str) -> Result<T, CommandError> {
        convert(context.field(name).unwrap_or(&Value::Null), name)
    }
}

impl<'a, T: Argument<'a>> FromEvent<'a> for Option<T> {
    fn from_event(context: &'a HookContext, name: &str) -> Result<Option<T>, CommandError> {
        context.field(name).filter(|value| !value.is_null()).map(|value| convert(value, name)).transpose()
    }
}

impl<'a, T: Element<'a>> FromEvent<'a> for Vec<T> {
    fn from_event(context: &'a HookContext, name: &str) -> Result<Vec<T>, CommandError> {
        let items = context.field(name).and_then(Value::as_array).unwrap_or_default();
        items.iter().map(|item| convert(item, name)).collect()
    }
}

fn convert<'a, T: Argument<'a>>(value: &'a Value, name: &str) -> Result<T, CommandError> {
    T::from_value(value).ok_or_else(|| mismatch("field", name, &T::expected(value), value))
}

/// What a hook's function returns: a [`HookResult`], nothing (let it be), or a `Result` of either.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a hook's result",
    note = "return `HookResult`, nothing, or a `Result` of either whose error converts to `CommandError`"
)]
pub trait HookOutput {
    /// The verdict.
    ///
    /// # Errors
    /// The hook's own error, which is not an abort.
    fn verdict(self) -> Result<HookResult, CommandError>;
}

impl HookOutput for HookResult {
    fn verdict(self) -> Result<HookResult, CommandError> {
        Ok(self)
    }
}

impl HookOutput for () {
    fn verdict(self) -> Result<HookResult, CommandError> {
        Ok(HookResult::Continue)
    }
}

impl<T: HookOutput, E: Into<CommandError>> HookOutput for Result<T, E> {
    fn verdict(self) -> Result<HookResult, CommandError> {
        self.map_err(Into::into)?.verdict()
    }
}

/// One call of a hook: an event in, the verdict or the error's text out.
///
/// # Errors
/// The text of the hook's error; also where the event is another one than the hook's or has no key
/// that is text, which a guard would take for an allowed one, and where the verdict is one that the
/// event does not allow.
pub(crate) fn call(
    name: &str,
    context: PluginContext,
    input: &[u8],
    body: fn(&HookContext) -> Result<HookResult, CommandError>,
) -> Result<Vec<u8>, String> {
    let (event, encoding) = Event::decode(input).map_err(|message| CommandError::Custom(message).wire())?;
    if event.name != name {
        return Err(join(&["ERR a hook of ", name, " cannot take the event ", &event.name]));
    }
    if name.starts_with("OnKey") && event.field("key").and_then(Value::as_str).is_none() {
        return Err(join(&["ERR a hook of ", name, " needs a `key` that is UTF-8 text"]));
    }
    let context = HookContext::new(context, event);
    let verdict = body(&context).and_then(|verdict| judge(name, verdict)).map_err(|error| error.wire())?;
    Ok(verdict.encode(encoding))
}

/// The verdict, if the event allows it.
///
/// # Errors
/// Which part of it the event does not allow.
pub(crate) fn judge(event: &str, verdict: HookResult) -> Result<HookResult, CommandError> {
    match verdict {
        HookResult::Abort(message) if !may_abort(event) => {
            Err(join(&["a hook of ", event, " cannot abort it: ", &message]).into())
        }
        HookResult::Modified(_) if !may_modify(event) => {
            Err(join(&["a hook of ", event, " has no value to modify"]).into())
        }
        verdict => Ok(verdict),
    }
}
