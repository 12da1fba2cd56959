//! Typed calls of entry points, for tests.
//!
//! Beside `fn greet`, `#[command]` and `#[function]` put `greet_call`, which has the parameters of `greet` without the
//! context and makes a value that stands for the call. The harness passes it to the built artifact
//! (`plugin.run(greet_call("Ada".into()))`), and a [`MockContext`](super::MockContext) to the function itself. Either
//! way the arguments and the result cross as bytes, and the result has the type of the signature.
//!
//! ```
//! use plugsmith::{CommandError, PluginContext, command, testing::MockContext};
//!
//! #[command]
//! fn greet(ctx: &PluginContext, name: &str, times: Option<u32>) -> Result<String, CommandError> {
//!     ctx.storage().incr_by("greeted", times.unwrap_or(1).into())?;
//!     Ok(format!("Hello, {name}!"))
//! }
//!
//! let ctx = MockContext::new();
//! assert_eq!(ctx.run(greet_call("Ada", Some(2)))?, "Hello, Ada!");
//! assert_eq!(ctx.storage().get("greeted")?, Some(2.into()));
//! # Ok::<(), CommandError>(())
//! ```
//!
//! `client = "greet_again"` in the attribute gives the function another name, where the crate has a `greet_call` of its own.

mod argument;
mod command;
mod fcall;
mod function;
mod mismatch;
mod reply;

pub use argument::{ToArgument, ToArguments, ToElement, Written};
pub use command::CommandCall;
pub use fcall::{FcallCall, FcallResult, ToNumbers};
pub use function::{FromFunctionOutput, FromOutput, FunctionCall};
pub use reply::{FromCommandOutput, FromReply};

use crate::context::PluginContext;
use crate::protocol::Value;

/// A call of a command or of a function, which a test can run.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a call that can be run here",
    note = "beside `fn greet`, #[command] and #[function] put `greet_call`: `run(greet_call(\"Ada\"))`; its arguments must \
            convert to bytes and its result from bytes: `T` of `Json<T>` needs `Serialize` as a parameter, and \
            `Deserialize` as a result"
)]
pub trait EntryCall: Sized {
    /// What the function returns, owned; of a `Result` it is the value.
    type Output;
    /// The error of a call that runs natively.
    type Error;

    /// The name of the export.
    fn name(&self) -> &'static str;

    /// What the host passes.
    ///
    /// # Errors
    /// Why an argument has no bytes.
    fn input(self) -> Result<CallInput, String>;

    /// The result in what the export returned.
    ///
    /// # Errors
    /// Why it is no such value.
    fn read(output: CallOutput) -> Result<Self::Output, String>;

    /// Calls the function itself as the export does: with arguments that were read from bytes.
    ///
    /// # Errors
    /// The function's own error, and arguments or results without bytes.
    fn run_in(self, context: &PluginContext) -> Result<Self::Output, Self::Error>;
}

/// What a host passes to an export.
#[derive(Clone, Debug, PartialEq)]
pub enum CallInput {
    /// The arguments of a command.
    Command(Vec<Value>),
    /// The input of a function.
    Function(Vec<u8>),
}

/// What an export returned.
#[derive(Clone, Debug, PartialEq)]
pub enum CallOutput {
    /// The reply of a command.
    Command(Value),
    /// The output of a function.
    Function(Vec<u8>),
}
