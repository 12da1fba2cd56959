//! `#[fcall]`: a numeric function for `FUNCTION LOAD` and `FCALL` of the shipped Ferrite server, and what that
//! server gives it.
//!
//! It is the one path of that server (0.3.0-dev) that runs wasm. Its store is not connected: every key is
//! absent, writes report success and are forgotten, and `incr` answers 1. Natively the functions do the same.
//!
//! ```
//! use plugsmith::fcall;
//!
//! #[fcall]
//! fn price(cents: i32, percent: i32) -> i32 {
//!     fcall::log(plugsmith::log::Level::Info, "price");
//!     cents - cents * percent / 100
//! }
//! assert_eq!(price(200, 10), 180);
//! ```

use crate::HostError;
use crate::abi::fcall as host;
use crate::protocol::log::Level;

/// A parameter of a `#[fcall]` function.
///
/// The server passes a whole number that fits as an `i32`, a larger one as an `i64`, other numbers as an
/// `f64`, and a 0 as an `i32` for every text and for every key. Where that is not the parameter's type,
/// the call fails.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a #[fcall] function",
    note = "the server passes numbers only: `i32`, `i64` where a whole number does not fit into 32 bits, `f64` for \
            numbers with a fraction"
)]
pub trait FcallArgument {
    /// The type's name in metadata.
    const TYPE: &'static str;
    /// As wasm passes it.
    type Wasm;

    /// From what wasm passes.
    fn from_wasm(wasm: Self::Wasm) -> Self;
}

/// The result of a `#[fcall]` function: the client gets whole numbers as integers, others as text, and `OK`
/// for nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a #[fcall] function",
    note = "results are `i32`, `i64`, `f32`, `f64` and `()`: the server knows no others"
)]
pub trait FcallOutput {
    /// The type's name in metadata.
    const TYPE: &'static str;
    /// As wasm passes it.
    type Wasm;

    /// To what wasm passes.
    fn into_wasm(self) -> Self::Wasm;
}

// By hand: rustc's errors about other types would show a macro of these.
impl FcallArgument for i32 {
    const TYPE: &'static str = "i32";
    type Wasm = i32;

    fn from_wasm(wasm: i32) -> i32 {
        wasm
    }
}

impl FcallArgument for i64 {
    const TYPE: &'static str = "i64";
    type Wasm = i64;

    fn from_wasm(wasm: i64) -> i64 {
        wasm
    }
}

impl FcallArgument for f64 {
    const TYPE: &'static str = "f64";
    type Wasm = f64;

    fn from_wasm(wasm: f64) -> f64 {
        wasm
    }
}

impl FcallOutput for i32 {
    const TYPE: &'static str = "i32";
    type Wasm = i32;

    fn into_wasm(self) -> i32 {
        self
    }
}

impl FcallOutput for i64 {
    const TYPE: &'static str = "i64";
    type Wasm = i64;

    fn into_wasm(self) -> i64 {
        self
    }
}

impl FcallOutput for f32 {
    const TYPE: &'static str = "f32";
    type Wasm = f32;

    fn into_wasm(self) -> f32 {
        self
    }
}

impl FcallOutput for f64 {
    const TYPE: &'static str = "f64";
    type Wasm = f64;

    fn into_wasm(self) -> f64 {
        self
    }
}

impl FcallOutput for () {
    const TYPE: &'static str = "none";
    type Wasm = ();

    fn into_wasm(self) {}
}

/// The server's time in milliseconds since 1970.
pub fn time() -> i64 {
    host::time()
}

/// Writes a line into the server's log.
pub fn log(level: Level, text: impl AsRef<str>) {
    host::log(level, text.as_ref());
}

/// The value of a key; `None` for a key that is absent, as every key is in the shipped server.
///
/// # Errors
/// The server refuses the key.
pub fn get(key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, HostError> {
    read("get", |buffer| host::get(key.as_ref(), buffer))
}

/// Sets a key.
///
/// # Errors
/// The server refuses the key, or the call is an `FCALL_RO`.
pub fn set(key: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<(), HostError> {
    checked("set", host::set(key.as_ref(), value.as_ref()).into()).map(drop)
}

/// Deletes a key; whether it was there.
///
/// # Errors
/// The server refuses the key, or the call is an `FCALL_RO`.
pub fn del(key: impl AsRef<[u8]>) -> Result<bool, HostError> {
    Ok(checked("del", host::del(key.as_ref()).into())? > 0)
}

/// Whether a key is there.
///
/// # Errors
/// The server refuses the key.
pub fn exists(key: impl AsRef<[u8]>) -> Result<bool, HostError> {
    Ok(checked("exists", host::exists(key.as_ref()).into())? > 0)
}

/// Adds one to a number; the sum.
///
/// # Errors
/// The key holds no number, or the call is an `FCALL_RO`.
pub fn incr(key: impl AsRef<[u8]>) -> Result<i64, HostError> {
    match host::incr(key.as_ref()) {
        i64::MIN => Err(refused("incr")),
        sum => Ok(sum),
    }
}

/// The value of a field of a hash; `None` for one that is absent.
///
/// # Errors
/// The server refuses the key.
pub fn hget(key: impl AsRef<[u8]>, field: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, HostError> {
    read("hget", |buffer| host::hget(key.as_ref(), field.as_ref(), buffer))
}

/// Sets a field of a hash; whether it is new.
///
/// # Errors
/// The server refuses the key, or the call is an `FCALL_RO`.
pub fn hset(key: impl AsRef<[u8]>, field: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Result<bool, HostError> {
    Ok(checked("hset", host::hset(key.as_ref(), field.as_ref(), value.as_ref()).into())? > 0)
}

/// What the host writes into a buffer, which it cuts off where the buffer ends: a full one is too small.
fn read(name: &str, fill: impl Fn(&mut [u8]) -> i32) -> Result<Option<Vec<u8>>, HostError> {
    let mut buffer = vec![0; 256];
    loop {
        let length = match fill(&mut buffer) {
            -1 => return Ok(None),
            length => usize::try_from(length).map_err(|_| refused(name))?,
        };
        if length < buffer.len() {
            buffer.truncate(length);
            return Ok(Some(buffer));
        }
        buffer.resize(buffer.len() * 4, 0);
    }
}

fn checked(name: &str, code: i64) -> Result<i64, HostError> {
    if code < 0 { Err(refused(name)) } else { Ok(code) }
}

fn refused(name: &str) -> HostError {
    HostError::new(crate::text::join(&["the host refused ", name]))
}
