//! What may cross in a `#[host_functions]` trait, seen from both sides of the boundary.
//!
//! | declared as | on the wire |
//! |---|---|
//! | `&str`, `String`, `&[u8]`, `Vec<u8>`, `Json<T>`, `Value` | `i64`, the offset of a kernel block |
//! | `i32 u32 bool`, `i64 u64`, `f32`, `f64` | the number itself |
//! | result `Option<..>` of a block type | `i64`, 0 for `None` |
//! | result `Result<T, HostError>` | `i64`, a block holding a RESP reply: the value, null, or `-CODE message` |
//!
//! Inside a `Result`, a `T` that is none of the above is JSON text in a bulk string.

use crate::error::HostError;
use crate::protocol::wire::{Wire, WireType};
use crate::protocol::{Value, resp};
#[cfg(feature = "json")]
use crate::values::json::Json;

#[cfg(not(target_arch = "wasm32"))]
mod closure;
#[cfg(target_arch = "wasm32")]
mod guest;
#[cfg(not(target_arch = "wasm32"))]
mod host;
#[cfg(not(target_arch = "wasm32"))]
mod mock;
mod reply;

#[cfg(target_arch = "wasm32")]
pub use guest::{Lowered, ViaJson, ViaNothing, ViaReply};
#[cfg(not(target_arch = "wasm32"))]
pub use host::{ViaJson, ViaNothing, ViaReply, lift_argument};
#[cfg(not(target_arch = "wasm32"))]
pub use mock::{MockGuard, implementation, missing, slot};
pub use reply::HostReply;

/// The chooser between a [`HostReply`] and plain JSON inside a `Result`; see `ViaReply`.
#[derive(Debug)]
pub struct Via<T>(core::marker::PhantomData<T>);

impl<T> Via<T> {
    /// The chooser for one declared result.
    #[expect(clippy::new_without_default, reason = "only the macro's output makes one")]
    pub const fn new() -> Via<T> {
        Via(core::marker::PhantomData)
    }
}

/// A type that an argument of a host function may have. `&T` may be declared for each of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a host function",
    note = "arguments are `&str`, `String`, `&[u8]`, `Vec<u8>`, `Value`, numbers, `bool`; wrap any other type in `Json<..>`"
)]
pub trait HostArgument {
    /// The type in the wasm signature: `i32`, `i64`, `f32` or `f64`.
    type Abi;
    /// What the wasm type means.
    const WIRE: WireType;
    /// What the host's implementation is handed, by reference where the trait declares a reference.
    type Owned;

    /// The number for the wire, or the bytes of the block.
    #[doc(hidden)]
    fn to_wire(&self) -> Wire<'_, Self::Abi>;

    /// What arrived at the host, as the implementation wants it.
    #[doc(hidden)]
    fn from_wire(wire: Wire<'_, i128>) -> Result<Self::Owned, String>;
}

fn text(wire: &Wire<'_, i128>) -> Result<String, String> {
    String::from_utf8(wire.bytes().to_vec()).map_err(|_| "the text is not UTF-8".to_owned())
}

macro_rules! block_arguments {
    ($($type:ty, $owned:ty, $wire:ident, $this:ident => $to:expr, $from:ident => $back:expr;)*) => {$(
        impl HostArgument for $type {
            type Abi = i64;
            const WIRE: WireType = WireType::$wire;
            type Owned = $owned;

            fn to_wire(&self) -> Wire<'_, i64> {
                let $this = self;
                $to
            }

            fn from_wire($from: Wire<'_, i128>) -> Result<$owned, String> {
                $back
            }
        }
    )*};
}
block_arguments! {
    str, String, Text, this => Wire::Borrowed(this.as_bytes()), wire => text(&wire);
    String, String, Text, this => Wire::Borrowed(this.as_bytes()), wire => text(&wire);
    [u8], Vec<u8>, Bytes, this => Wire::Borrowed(this), wire => Ok(wire.bytes().to_vec());
    Vec<u8>, Vec<u8>, Bytes, this => Wire::Borrowed(this), wire => Ok(wire.bytes().to_vec());
    Value, Value, Resp, this => Wire::Owned(resp::encode(this)),
        wire => resp::decode(wire.bytes()).map_err(|error| error.to_string());
}

#[cfg(feature = "json")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> HostArgument for Json<T> {
    type Abi = i64;
    const WIRE: WireType = WireType::Json;
    type Owned = Json<T>;

    fn to_wire(&self) -> Wire<'_, i64> {
        Wire::Owned(serde_json::to_vec(&self.0).expect("the argument has a JSON form"))
    }

    fn from_wire(wire: Wire<'_, i128>) -> Result<Json<T>, String> {
        serde_json::from_slice(wire.bytes()).map(Json).map_err(|error| error.to_string())
    }
}

macro_rules! number_arguments {
    ($($type:ty, $abi:ty, $wire:ident, $this:ident => $to:expr, $bits:ident => $back:expr;)*) => {$(
        impl HostArgument for $type {
            type Abi = $abi;
            const WIRE: WireType = WireType::$wire;
            type Owned = $type;

            fn to_wire(&self) -> Wire<'_, $abi> {
                let $this = *self;
                Wire::Number($to)
            }

            fn from_wire(wire: Wire<'_, i128>) -> Result<$type, String> {
                match wire {
                    Wire::Number($bits) => Ok($back),
                    _ => Err("expected a number, not a block".to_owned()),
                }
            }
        }
    )*};
}
// Floats travel as their bits inside `Wire<i128>`.
number_arguments! {
    i32, i32, I32, n => n, bits => bits as i32;
    u32, i32, I32, n => n as i32, bits => bits as u32;
    bool, i32, I32, b => b.into(), bits => bits as i32 != 0;
    i64, i64, I64, n => n, bits => bits as i64;
    u64, i64, I64, n => n as i64, bits => bits as u64;
    f32, f32, F32, n => n, bits => f32::from_bits(bits as u32);
    f64, f64, F64, n => n, bits => f64::from_bits(bits as u64);
}

/// A type that the result of a host function may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a host function",
    note = "results are `()`, numbers, `bool`, `String`, `Vec<u8>`, `Json<T>`, an `Option` of the last three, or \
            `Result<T, HostError>`"
)]
pub trait HostResult {
    /// The type in the wasm signature: `()`, `i32`, `i64`, `f32` or `f64`.
    type Abi;
    /// What the wasm type means.
    const WIRE: WireType;
}

/// What no type implements: it is asked for where a result has no way to cross.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form in which it crosses from the host",
    note = "in `Result<T, HostError>`, T is `()`, a number, `bool`, `String`, `Vec<u8>`, `Value`, an `Option` or a \
            `Vec` of these, or a type of yours that derives serde's `Serialize` and `Deserialize`"
)]
pub trait Crossing {
    /// Never made.
    const NEVER: core::convert::Infallible;
}

/// A result whose bytes or number are all there is to it; not a `Result`.
pub trait PlainResult: HostResult + Sized {
    /// The result from the wire; `None` is offset 0.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    #[doc(hidden)]
    fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<Self, String>;

    /// The result for the wire; `None` is offset 0.
    #[doc(hidden)]
    fn into_wire(self) -> Option<Wire<'static, i128>>;
}

impl<T> HostResult for Result<T, HostError> {
    type Abi = i64;
    const WIRE: WireType = WireType::Resp;
}

impl HostResult for () {
    type Abi = ();
    const WIRE: WireType = WireType::Nothing;
}

impl PlainResult for () {
    fn from_wire(_: Option<Wire<'_, i128>>) -> Result<(), String> {
        Ok(())
    }

    fn into_wire(self) -> Option<Wire<'static, i128>> {
        None
    }
}

macro_rules! number_results {
    ($($type:ty, $this:ident => $bits:expr;)*) => {$(
        impl HostResult for $type {
            type Abi = <$type as HostArgument>::Abi;
            const WIRE: WireType = <$type as HostArgument>::WIRE;
        }

        impl PlainResult for $type {
            fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<$type, String> {
                <$type as HostArgument>::from_wire(wire.unwrap_or(Wire::Number(0)))
            }

            fn into_wire(self) -> Option<Wire<'static, i128>> {
                let $this = self;
                Some(Wire::Number($bits))
            }
        }
    )*};
}
number_results! {
    i32, n => n.into();
    u32, n => n.into();
    bool, b => b.into();
    i64, n => n.into();
    u64, n => n.into();
    f32, n => n.to_bits().into();
    f64, n => n.to_bits().into();
}

macro_rules! block_results {
    ($($type:ty, $wire:ident, $this:ident => $bytes:expr;)*) => {$(
        impl HostResult for $type {
            type Abi = i64;
            const WIRE: WireType = WireType::$wire;
        }

        impl PlainResult for $type {
            fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<$type, String> {
                <$type as HostArgument>::from_wire(wire.unwrap_or(Wire::Borrowed(&[])))
            }

            fn into_wire(self) -> Option<Wire<'static, i128>> {
                let $this = self;
                Some(Wire::Owned($bytes))
            }
        }

        impl HostResult for Option<$type> {
            type Abi = i64;
            const WIRE: WireType = WireType::$wire;
        }

        impl PlainResult for Option<$type> {
            fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<Option<$type>, String> {
                wire.map(<$type as HostArgument>::from_wire).transpose()
            }

            fn into_wire(self) -> Option<Wire<'static, i128>> {
                self.and_then(PlainResult::into_wire)
            }
        }
    )*};
}
block_results! {
    String, Text, text => text.into_bytes();
    Vec<u8>, Bytes, bytes => bytes;
    Value, Resp, value => resp::encode(&value);
}

#[cfg(feature = "json")]
mod json_results {
    use serde::{Serialize, de::DeserializeOwned};

    use super::{HostArgument, HostResult, PlainResult};
    use crate::protocol::wire::{Wire, WireType};
    use crate::values::json::Json;

    impl<T: Serialize + DeserializeOwned> HostResult for Json<T> {
        type Abi = i64;
        const WIRE: WireType = WireType::Json;
    }

    impl<T: Serialize + DeserializeOwned> PlainResult for Json<T> {
        fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<Json<T>, String> {
            <Json<T> as HostArgument>::from_wire(wire.unwrap_or(Wire::Borrowed(&[])))
        }

        fn into_wire(self) -> Option<Wire<'static, i128>> {
            Some(Wire::Owned(serde_json::to_vec(&self.0).expect("the result has a JSON form")))
        }
    }

    impl<T: Serialize + DeserializeOwned> HostResult for Option<Json<T>> {
        type Abi = i64;
        const WIRE: WireType = WireType::Json;
    }

    impl<T: Serialize + DeserializeOwned> PlainResult for Option<Json<T>> {
        fn from_wire(wire: Option<Wire<'_, i128>>) -> Result<Option<Json<T>>, String> {
            wire.map(<Json<T> as HostArgument>::from_wire).transpose()
        }

        fn into_wire(self) -> Option<Wire<'static, i128>> {
            self.and_then(PlainResult::into_wire)
        }
    }
}
