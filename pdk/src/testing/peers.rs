//! Other plugins, as a unit test has them: functions by name.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::context::MockContext;
use crate::context::PluginContext;
use crate::entry::function::FunctionOutput;
use crate::error::HostError;
use crate::in_memory::peers::FakePeer;
use crate::values::bytes::Bytes;
#[cfg(feature = "json")]
use crate::values::json::Json;
use crate::values::whole::{Input, Output};

/// Bytes in, bytes or an error's text out.
type Function = Rc<dyn Fn(&PluginContext, &[u8]) -> Result<Vec<u8>, String>>;

/// Another plugin made of native functions: closures, or another plugin's own `#[function]`s.
///
/// Inputs and outputs go through bytes, as they do between artifacts, and its functions have a
/// host of their own, as another plugin has.
///
/// ```
/// use plugsmith::testing::{MockContext, MockPeer};
/// use plugsmith::{PluginContext, function};
///
/// #[function]
/// fn greet(ctx: &PluginContext, name: &str) -> String {
///     format!("{}, {name}!", ctx.config().get("greeting").unwrap_or_default())
/// }
///
/// let ctx = MockContext::new();
/// let greeter = MockPeer::new().function("greet", greet).function("shout", |text: String| text.to_uppercase());
/// greeter.context().set_config("greeting", "Hello");
/// ctx.mock_peer("greeter", greeter);
///
/// let peer = ctx.peers().load("greeter")?;
/// assert_eq!(peer.call::<_, String>("greet", "Ada")?, "Hello, Ada!");
/// assert_eq!(peer.call::<_, String>("shout", "hey")?, "HEY");
/// # Ok::<(), plugsmith::HostError>(())
/// ```
#[derive(Clone)]
pub struct MockPeer {
    functions: BTreeMap<String, Function>,
    context: Rc<MockContext>,
}

impl MockPeer {
    /// A peer without functions, in an empty host.
    #[expect(clippy::new_without_default, reason = "as the MockContext inside")]
    pub fn new() -> MockPeer {
        MockPeer { functions: BTreeMap::new(), context: Rc::new(MockContext::detached()) }
    }

    /// With an export: a closure or a function that takes and gives what a `#[function]` does.
    #[must_use]
    pub fn function<Form>(self, name: &str, function: impl PeerFunction<Form>) -> MockPeer {
        self.raw(name, move |context, input| function.call(context, input))
    }

    /// With an export that takes and gives bytes.
    #[doc(hidden)]
    #[must_use]
    pub fn raw(
        mut self,
        name: &str,
        function: impl Fn(&PluginContext, &[u8]) -> Result<Vec<u8>, String> + 'static,
    ) -> MockPeer {
        self.functions.insert(name.to_owned(), Rc::new(function));
        self
    }

    /// The names of its exports.
    #[doc(hidden)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.functions.keys().map(String::as_str)
    }

    /// The host that its functions find.
    pub fn context(&self) -> &MockContext {
        &self.context
    }

    /// One call, as a host makes it.
    ///
    /// # Errors
    /// The function's own error, and that there is no such function.
    pub fn call(&self, function: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        let Some(found) = self.functions.get(function) else {
            let known = self.functions.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            return Err(format!(
                "no function `{function}`; the mock has {}",
                if known.is_empty() { "none" } else { &known }
            ));
        };
        self.context.while_entered(|| found(&self.context, input))
    }
}

impl FakePeer for MockPeer {
    fn call(&self, function: &str, input: &[u8]) -> Result<Vec<u8>, String> {
        MockPeer::call(self, function, input)
    }
}

impl MockContext {
    /// Puts native functions behind the peer of this name; see [`MockPeer`].
    pub fn mock_peer(&self, name: &str, peer: MockPeer) {
        self.with(|host| host.peers.insert(name, peer));
    }
}

impl fmt::Debug for MockPeer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.functions.keys()).finish()
    }
}

/// A native function that can be a peer's: `fn(String) -> String`, `fn(&PluginContext, &str) -> ..`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a function of a peer",
    note = "it takes what a `#[function]` takes (at most a `&PluginContext` and one input, whose type a closure must \
            name) and gives what a `#[function]` gives"
)]
pub trait PeerFunction<Form>: 'static {
    /// Bytes in, bytes out.
    ///
    /// # Errors
    /// The function's own error, or an input that it does not take.
    #[doc(hidden)]
    fn call(&self, context: &PluginContext, input: &[u8]) -> Result<Vec<u8>, String>;
}

/// What a method of a `#[peer]` trait may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a peer's function",
    note = "results are `Result<T, HostError>`, where T is `String`, `Vec<u8>`, `Bytes`, `Json<T>`, `()`, or an \
            `Option` of these"
)]
pub trait PeerAnswer {
    /// The bytes for the caller; none for `None`.
    ///
    /// # Errors
    /// The text of the error.
    #[doc(hidden)]
    fn answer(self) -> Result<Vec<u8>, String>;
}

impl<T: Output> PeerAnswer for Result<T, HostError> {
    fn answer(self) -> Result<Vec<u8>, String> {
        self.map_err(|error| error.to_string())?.into_output()
    }
}

impl<T: Output> PeerAnswer for Result<Option<T>, HostError> {
    fn answer(self) -> Result<Vec<u8>, String> {
        self.map_err(|error| error.to_string())?.map_or(Ok(Vec::new()), Output::into_output)
    }
}

/// What a `#[function]` takes and owns.
pub trait OwnedInput: for<'a> Input<'a> {}

impl OwnedInput for String {}
impl OwnedInput for Vec<u8> {}
impl OwnedInput for Bytes {}
impl OwnedInput for () {}
#[cfg(feature = "json")]
impl<T: serde::de::DeserializeOwned> OwnedInput for Json<T> {}

/// How a function is called, so that rustc finds the one form that fits.
#[derive(Debug)]
pub struct Form<C, I: ?Sized, R>(PhantomData<(C, R)>, PhantomData<I>);

macro_rules! forms {
    ($($context_form:ty, $input_form:ty, ($($bound:tt)*), ($($type:ty),*),
        |$context:ident, $input:ident| ($($argument:expr),*);)*) => {$(
        impl<F, R, $($bound)*> PeerFunction<Form<$context_form, $input_form, R>> for F
        where
            F: Fn($($type),*) -> R + 'static,
            R: FunctionOutput,
        {
            fn call(&self, $context: &PluginContext, $input: &[u8]) -> Result<Vec<u8>, String> {
                let _ = ($context, $input);
                self($($argument),*).finish()
            }
        }
    )*};
}
forms! {
    (), (), (), (), |context, input| ();
    (), (I,), (I: OwnedInput), (I), |context, input| (I::from_input(input)?);
    (), str, (), (&str), |context, input| (Input::from_input(input)?);
    (), [u8], (), (&[u8]), |context, input| (input);
    PluginContext, (), (), (&PluginContext), |context, input| (context);
    PluginContext, (I,), (I: OwnedInput), (&PluginContext, I), |context, input| (context, I::from_input(input)?);
    PluginContext, str, (), (&PluginContext, &str), |context, input| (context, Input::from_input(input)?);
    PluginContext, [u8], (), (&PluginContext, &[u8]), |context, input| (context, input);
}
