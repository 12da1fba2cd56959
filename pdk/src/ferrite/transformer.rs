//! What a `#[transformer]` is at run time: a key and a value in, the value that goes on out.
//!
//! On the wire the call is an event called `write` or `read` with the fields `key` and `value`
//! (see [`Event`](crate::Event)), in RESP or JSON; the output is the value alone, in the same
//! encoding. An Extism error rejects the write or the read.

use crate::context::PluginContext;
use crate::error::CommandError;
use crate::ferrite::hook::HookContext;
use crate::protocol::Value;
use crate::protocol::arguments::Encoding;
use crate::protocol::event::Event;
use crate::protocol::{json, resp};
use crate::values::bytes::Bytes;

/// What a transformer's function returns: a value that storage can hold, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a transformer's result",
    note = "return `Value`, `String`, `Vec<u8>`, `Bytes`, an integer, `f64` or `bool`, or a `Result` of one whose \
            error converts to `CommandError`"
)]
pub trait TransformerOutput {
    /// The value that goes on.
    ///
    /// # Errors
    /// Why the read or the write is rejected.
    fn transformed(self) -> Result<Value, CommandError>;
}

macro_rules! outputs {
    ($($type:ty)*) => {$(
        impl TransformerOutput for $type {
            fn transformed(self) -> Result<Value, CommandError> {
                Ok(self.into())
            }
        }
    )*};
}
outputs!(Value String &str Vec<u8> &[u8] Bytes i8 i16 i32 i64 u8 u16 u32 f64 bool);

impl<T: TransformerOutput, E: Into<CommandError>> TransformerOutput for Result<T, E> {
    fn transformed(self) -> Result<Value, CommandError> {
        self.map_err(Into::into)?.transformed()
    }
}

/// One call of a transformer: a key and a value in, the value or the error's text out.
///
/// # Errors
/// The text of the rejection; also where the transformer gives null, which no storage holds.
pub(crate) fn call(
    context: PluginContext,
    input: &[u8],
    body: fn(&HookContext) -> Result<Value, CommandError>,
) -> Result<Vec<u8>, String> {
    let (event, encoding) = Event::decode(input).map_err(|message| CommandError::Custom(message).wire())?;
    let context = HookContext::new(context, event);
    match body(&context).map_err(|error| error.wire())? {
        Value::Null => {
            Err("ERR a transformer must return a value: return an error, not null, to reject one".to_owned())
        }
        value => Ok(encode(&value, encoding)),
    }
}

/// A value in the caller's encoding.
pub(crate) fn encode(value: &Value, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Resp => resp::encode(value),
        Encoding::Json => {
            let mut out = Vec::new();
            json::write(&mut out, value);
            out
        }
    }
}
