//! The parameters of a `#[function]`, and what its body returns.

use std::fmt::Display;

use crate::context::PluginContext;
use crate::values::whole::{Input, Output};

/// What a `#[function]`'s body returns: an [`Output`] or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a function's output",
    note = "outputs are `String`, `&str`, `Vec<u8>`, `&[u8]`, `Bytes`, `Json<T>`, `()`, or a `Result` of them whose \
            error implements `Display`"
)]
pub trait FunctionOutput {
    /// The type's name in metadata.
    const TYPE: &'static str;

    /// The bytes for the host.
    ///
    /// # Errors
    /// The text of the function's error, never empty.
    fn finish(self) -> Result<Vec<u8>, String>;
}

impl<T: Output> FunctionOutput for T {
    const TYPE: &'static str = T::TYPE;

    fn finish(self) -> Result<Vec<u8>, String> {
        self.into_output()
    }
}

impl<T: Output, E: Display> FunctionOutput for Result<T, E> {
    const TYPE: &'static str = T::TYPE;

    fn finish(self) -> Result<Vec<u8>, String> {
        match self {
            Ok(value) => value.into_output(),
            // An empty error reads as success in some hosts' SDKs.
            Err(error) => match error.to_string() {
                text if text.is_empty() => Err("failed without a reason".to_owned()),
                text => Err(text),
            },
        }
    }
}

/// The first of a function's two parameters, which is always the context.
#[diagnostic::on_unimplemented(
    message = "the first of two parameters is `&PluginContext`, not `{Self}`",
    note = "a function takes its whole input as one parameter; use `Json<T>` for several values"
)]
pub trait Context<'a> {
    /// The context itself.
    fn from_context(context: &'a PluginContext) -> Self;
}

impl<'a> Context<'a> for &'a PluginContext {
    fn from_context(context: &'a PluginContext) -> &'a PluginContext {
        context
    }
}

/// A function's only parameter: its input, or the context.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a function's input",
    note = "inputs are `String`, `&str`, `Vec<u8>`, `&[u8]`, `Bytes`, `Json<T>` and `()`; `&PluginContext` may come first"
)]
pub trait Sole<'a>: Sized {
    /// Whether it is a context by value, which is refused.
    const IS_OWNED: bool = false;

    /// The input type's name in metadata.
    const TYPE: &'static str;

    /// The parameter of a call.
    ///
    /// # Errors
    /// Why the input is no such value.
    fn from_call(context: &'a PluginContext, input: &'a [u8]) -> Result<Self, String>;
}

impl<'a, T: Input<'a>> Sole<'a> for T {
    const TYPE: &'static str = T::TYPE;

    fn from_call(_: &'a PluginContext, input: &'a [u8]) -> Result<T, String> {
        T::from_input(input)
    }
}

impl<'a> Sole<'a> for &'a PluginContext {
    const TYPE: &'static str = "none";

    fn from_call(context: &'a PluginContext, _: &'a [u8]) -> Result<&'a PluginContext, String> {
        Ok(context)
    }
}

/// Refused when it is compiled, with the cure.
impl<'a> Sole<'a> for PluginContext {
    const IS_OWNED: bool = true;
    const TYPE: &'static str = "none";

    fn from_call(context: &'a PluginContext, _: &'a [u8]) -> Result<PluginContext, String> {
        Ok(context.clone())
    }
}
