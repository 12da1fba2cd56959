//! The guest's half: arguments become blocks, blocks become results.

use super::reply::HostReply;
use super::{Crossing, HostArgument, HostResult, PlainResult, Via};
use crate::abi::Block;
use crate::error::HostError;
use crate::protocol::resp::Reader;
use crate::protocol::wire::Wire;
use crate::text::join;

/// An argument ready for the call; its block is freed when this is dropped.
#[derive(Debug)]
pub struct Lowered<A> {
    /// What is passed.
    pub abi: A,
    _block: Option<Block>,
}

/// A wasm number type that a block's offset may be passed as.
pub trait Number: Copy {
    /// The number of a block's offset.
    fn from_offset(offset: u64) -> Self;
    /// The offset, or the number's bits.
    fn bits(self) -> i128;
}

macro_rules! numbers {
    ($($type:ty, $this:ident => $bits:expr, $offset:ident => $from:expr;)*) => {$(
        impl Number for $type {
            fn from_offset($offset: u64) -> $type {
                $from
            }

            fn bits(self) -> i128 {
                let $this = self;
                $bits
            }
        }
    )*};
}
numbers! {
    i64, n => n.into(), offset => offset.cast_signed();
    i32, n => n.into(), _offset => 0;
    f32, n => n.to_bits().into(), _offset => 0.0;
    f64, n => n.to_bits().into(), _offset => 0.0;
    (), _n => 0, _offset => ();
}

impl<A: Number> Lowered<A> {
    /// Makes the block of `argument`, where it needs one.
    pub fn new<T: HostArgument<Abi = A> + ?Sized>(argument: &T) -> Lowered<A> {
        match argument.to_wire() {
            Wire::Number(abi) => Lowered { abi, _block: None },
            wire => {
                let block = Block::new(wire.bytes());
                Lowered { abi: A::from_offset(block.offset()), _block: Some(block) }
            }
        }
    }
}

/// Chooses, by method resolution, how a declared result is read: this trait is found first, and
/// only where its bounds do not hold, [`ViaJson`]. That lets `Result<Receipt, HostError>` be JSON
/// without a `Json` around it, and without comparing a type's name as text.
pub trait ViaReply<R: HostResult> {
    /// The result that the host's number or block means.
    fn lift(&self, name: &str, abi: R::Abi) -> R;
}

/// See [`ViaReply`].
pub trait ViaJson<R: HostResult> {
    /// The result that the host's block means.
    fn lift(&self, name: &str, abi: R::Abi) -> R;
}

impl<T: HostReply> ViaReply<Result<T, HostError>> for &&&Via<Result<T, HostError>> {
    fn lift(&self, name: &str, abi: i64) -> Result<T, HostError> {
        reply(name, abi, T::read)
    }
}

impl<R: PlainResult<Abi: Number>> ViaReply<R> for &&Via<R> {
    fn lift(&self, name: &str, abi: R::Abi) -> R {
        lift(name, abi)
    }
}

#[cfg(feature = "json")]
impl<T: serde::de::DeserializeOwned> ViaJson<Result<T, HostError>> for &Via<Result<T, HostError>> {
    fn lift(&self, name: &str, abi: i64) -> Result<T, HostError> {
        let text = reply(name, abi, |reader| reader.text().map(<[u8]>::to_vec))?;
        serde_json::from_slice(&text).map_err(|error| HostError::new(join(&[name, ": ", &error.to_string()])))
    }
}

/// Chosen where neither of the others is: rustc then says what is missing.
pub trait ViaNothing<R> {
    /// No type has this.
    fn lift<A>(&self, name: &str, abi: A) -> R
    where
        R: Crossing;
}

impl<R> ViaNothing<R> for Via<R> {
    fn lift<A>(&self, _: &str, _: A) -> R
    where
        R: Crossing,
    {
        match R::NEVER {}
    }
}

/// A result that is no `Result`.
fn lift<R: PlainResult<Abi: Number>>(name: &str, abi: R::Abi) -> R {
    let bits = abi.bits();
    let result = match R::WIRE {
        super::WireType::Text | super::WireType::Bytes | super::WireType::Json | super::WireType::Resp => {
            let bytes = Block::from_offset(bits as u64).map(|block| block.read());
            R::from_wire(bytes.map(Wire::Owned))
        }
        _ => R::from_wire(Some(Wire::Number(bits))),
    };
    match result {
        Ok(result) => result,
        Err(why) => panic!("{}", join(&["the host function ", name, " gave an invalid result: ", &why])),
    }
}

fn reply<T>(name: &str, offset: i64, read: fn(&mut Reader<'_>) -> Option<T>) -> Result<T, HostError> {
    let bytes = answer(name, offset)?;
    let mut reader = Reader::new(&bytes);
    match read(&mut reader).and_then(|value| reader.finish().map(|()| value)) {
        Some(value) => Ok(value),
        None => Err(invalid(name, reader.fault().message)),
    }
}

/// The reply in the block at `offset`, which is no error. Not generic, so that a guest holds it once.
fn answer(name: &str, offset: i64) -> Result<Vec<u8>, HostError> {
    let Some(block) = Block::from_offset(offset.cast_unsigned()) else {
        return Err(invalid(name, "there is none"));
    };
    let bytes = block.read();
    let mut reader = Reader::new(&bytes);
    if !matches!(reader.peek(), Some(b'-' | b'!')) {
        return Ok(bytes);
    }
    Err(match reader.error_reply() {
        Some(text) => HostError::from_wire(&text),
        None => invalid(name, reader.fault().message),
    })
}

fn invalid(name: &str, why: &str) -> HostError {
    HostError::with_code("ERR", &join(&["the host function ", name, " gave an invalid reply: ", why]))
}
