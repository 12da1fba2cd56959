//! The host's half: an implementation of a `#[host_functions]` trait as functions of bytes.

use super::reply::HostReply;
use super::{Crossing, HostArgument, PlainResult, Via};
use crate::error::HostError;
use crate::protocol::host_functions::HostValue;
use crate::protocol::resp;
use crate::protocol::wire::Wire;
use crate::text::join;

/// The argument at `index`, as the implementation wants it.
///
/// # Errors
/// Which argument is not what the trait declares, and why.
pub fn lift_argument<T: HostArgument + ?Sized>(arguments: &[HostValue], index: usize) -> Result<T::Owned, String> {
    let wire = match arguments.get(index) {
        Some(HostValue::Block(bytes)) => Wire::Borrowed(bytes.as_deref().unwrap_or_default()),
        Some(number) => Wire::Number(number.bits()),
        None => return Err(format!("argument {} is missing", index + 1)),
    };
    T::from_wire(wire).map_err(|why| format!("argument {}: {why}", index + 1))
}

/// Chooses how a declared result is written; the guest's half explains why two traits do it.
pub trait ViaReply<R> {
    /// The result for the wire.
    fn lower(&self, result: R) -> HostValue;
}

/// See [`ViaReply`].
pub trait ViaJson<R> {
    /// The result for the wire.
    fn lower(&self, result: R) -> HostValue;
}

impl<T: HostReply> ViaReply<Result<T, HostError>> for &&&Via<Result<T, HostError>> {
    fn lower(&self, result: Result<T, HostError>) -> HostValue {
        reply(result.map(|value| {
            let mut writer = resp::Writer::default();
            value.write(&mut writer);
            writer.into_bytes()
        }))
    }
}

impl<R: PlainResult> ViaReply<R> for &&Via<R> {
    fn lower(&self, result: R) -> HostValue {
        lower_result(result)
    }
}

#[cfg(feature = "json")]
impl<T: serde::Serialize> ViaJson<Result<T, HostError>> for &Via<Result<T, HostError>> {
    fn lower(&self, result: Result<T, HostError>) -> HostValue {
        reply(result.and_then(|value| {
            let text = serde_json::to_vec(&value).map_err(|error| HostError::new(error.to_string()))?;
            let mut writer = resp::Writer::default();
            writer.bulk(&text);
            Ok(writer.into_bytes())
        }))
    }
}

/// Chosen where neither of the others is: rustc then says what is missing.
pub trait ViaNothing<R> {
    /// No type has this.
    fn lower(&self, result: R) -> HostValue
    where
        R: Crossing;
}

impl<R> ViaNothing<R> for Via<R> {
    fn lower(&self, _: R) -> HostValue
    where
        R: Crossing,
    {
        match R::NEVER {}
    }
}

/// A result that is no `Result`, for the wire.
fn lower_result<R: PlainResult>(result: R) -> HostValue {
    HostValue::from_wire(R::WIRE, result.into_wire())
}

fn reply(result: Result<Vec<u8>, HostError>) -> HostValue {
    HostValue::Block(Some(result.unwrap_or_else(|error| {
        let mut writer = resp::Writer::default();
        writer.error(&join(&[error.code(), " ", error.message()]));
        writer.into_bytes()
    })))
}
