//! The call of a `#[command]`.

use std::marker::PhantomData;

use super::mismatch::mismatch;
use super::{CallInput, CallOutput, EntryCall, FromCommandOutput, ToArguments};
use crate::context::PluginContext;
use crate::entry::argument::Call;
use crate::entry::command::{Body, Signature};
use crate::entry::reply::ReplyWriter;
use crate::error::CommandError;
use crate::protocol::arguments::{self, Encoding};
use crate::protocol::{Value, resp};

/// A call of a `#[command]` with the parameters `P`, whose function returns an `R`.
#[must_use = "a call does nothing until it is run"]
pub struct CommandCall<P, R> {
    signature: Signature,
    body: Body,
    parameters: P,
    result: PhantomData<fn() -> R>,
}

impl<P, R> CommandCall<P, R> {
    #[doc(hidden)]
    pub fn new(signature: Signature, body: Body, parameters: P) -> CommandCall<P, R> {
        CommandCall { signature, body, parameters, result: PhantomData }
    }
}

impl<P: ToArguments, R: FromCommandOutput> EntryCall for CommandCall<P, R> {
    type Output = R::Owned;
    type Error = CommandError;

    fn name(&self) -> &'static str {
        self.signature.name
    }

    fn input(self) -> Result<CallInput, String> {
        self.parameters.into_arguments().map(CallInput::Command)
    }

    fn read(output: CallOutput) -> Result<R::Owned, String> {
        match output {
            CallOutput::Command(reply) => R::from_output(reply),
            CallOutput::Function(bytes) => Err(mismatch("a reply", &Value::from_bytes(bytes))),
        }
    }

    fn run_in(self, context: &PluginContext) -> Result<R::Owned, CommandError> {
        let (signature, body) = (self.signature, self.body);
        let input = arguments::encode(&self.parameters.into_arguments()?, Encoding::Resp);
        let (arguments, encoding) = arguments::decode(&input)?;
        signature.check(arguments.len())?;
        let mut reply = ReplyWriter::new(encoding);
        body(&mut Call { context, arguments: &arguments }, &mut reply)?;
        R::from_output(resp::decode(&reply.into_bytes())?).map_err(CommandError::Custom)
    }
}

impl<P: std::fmt::Debug, R> std::fmt::Debug for CommandCall<P, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CommandCall").field("name", &self.signature.name).field("parameters", &self.parameters).finish()
    }
}
