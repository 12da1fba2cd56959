//! The call of a `#[function]`.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::mismatch::mismatch;
use super::{CallInput, CallOutput, EntryCall};
use crate::context::PluginContext;
use crate::values::bytes::Bytes;
use crate::values::whole::{Input, Output};

/// What a `#[function]`'s export runs.
pub(crate) type Body = fn(&PluginContext, &[u8]) -> Result<Vec<u8>, String>;

/// A call of a `#[function]` with the input `P`, whose function returns an `R`.
#[must_use = "a call does nothing until it is run"]
pub struct FunctionCall<P, R> {
    name: &'static str,
    body: Body,
    input: P,
    result: PhantomData<fn() -> R>,
}

impl<P, R> FunctionCall<P, R> {
    #[doc(hidden)]
    pub fn new(name: &'static str, body: Body, input: P) -> FunctionCall<P, R> {
        FunctionCall { name, body, input, result: PhantomData }
    }
}

impl<P: Output, R: FromFunctionOutput> EntryCall for FunctionCall<P, R> {
    type Output = R::Owned;
    type Error = String;

    fn name(&self) -> &'static str {
        self.name
    }

    fn input(self) -> Result<CallInput, String> {
        self.input.into_output().map(CallInput::Function)
    }

    fn read(output: CallOutput) -> Result<R::Owned, String> {
        match output {
            CallOutput::Function(bytes) => R::from_output(&bytes),
            CallOutput::Command(reply) => Err(mismatch("bytes", &reply)),
        }
    }

    fn run_in(self, context: &PluginContext) -> Result<R::Owned, String> {
        let body = self.body;
        R::from_output(&body(context, &self.input.into_output()?)?)
    }
}

impl<P: std::fmt::Debug, R> std::fmt::Debug for FunctionCall<P, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FunctionCall").field("name", &self.name).field("input", &self.input).finish()
    }
}

/// What a function returns, read from the output: the reverse of [`Output`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a function's output",
    note = "`T` of a `Json<T>` needs `Deserialize`; a type with `impl Output` needs `impl plugsmith::testing::calls::FromOutput`"
)]
pub trait FromOutput {
    /// The value, owned: a `String` for `&str`.
    type Owned;

    /// The value in the output.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    fn from_bytes(bytes: &[u8]) -> Result<Self::Owned, String>;
}

macro_rules! outputs {
    ($($type:ty => $owned:ty;)*) => {$(
        impl FromOutput for $type {
            type Owned = $owned;

            fn from_bytes(bytes: &[u8]) -> Result<$owned, String> {
                <$owned as Input<'_>>::from_output(bytes)
            }
        }
    )*};
}
outputs! {
    String => String;
    &str => String;
    Cow<'_, str> => String;
    Vec<u8> => Vec<u8>;
    &[u8] => Vec<u8>;
    Bytes => Bytes;
    () => ();
}

#[cfg(feature = "json")]
impl<T: serde::de::DeserializeOwned> FromOutput for crate::values::json::Json<T> {
    type Owned = crate::values::json::Json<T>;

    fn from_bytes(bytes: &[u8]) -> Result<Self::Owned, String> {
        <Self::Owned as Input<'_>>::from_output(bytes)
    }
}

/// What a function returns: a [`FromOutput`], or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a function's output",
    note = "`T` of a `Json<T>` needs `Deserialize`; a type with `impl Output` needs `impl plugsmith::testing::calls::FromOutput`"
)]
pub trait FromFunctionOutput {
    /// The value, owned.
    type Owned;

    /// The value in the output.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    fn from_output(bytes: &[u8]) -> Result<Self::Owned, String>;
}

impl<T: FromOutput> FromFunctionOutput for T {
    type Owned = T::Owned;

    fn from_output(bytes: &[u8]) -> Result<Self::Owned, String> {
        T::from_bytes(bytes)
    }
}

impl<T: FromOutput, E> FromFunctionOutput for Result<T, E> {
    type Owned = T::Owned;

    fn from_output(bytes: &[u8]) -> Result<Self::Owned, String> {
        T::from_bytes(bytes)
    }
}
