//! What crosses between a plugin and a host function: numbers, and blocks of bytes.

/// What an argument is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireType {
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit float.
    F32,
    /// A 64-bit float.
    F64,
    /// A kernel block of text.
    Text,
    /// A kernel block of bytes.
    Bytes,
    /// A kernel block of JSON text.
    Json,
    /// A kernel block of one RESP value.
    Resp,
    /// Nothing.
    Nothing,
}

#[cfg(not(target_arch = "wasm32"))]
impl WireType {
    /// The name of the wasm type: `i32`, `i64`, `f32`, `f64`, or nothing.
    pub fn wasm(self) -> Option<&'static str> {
        match self {
            WireType::I32 => Some("i32"),
            WireType::F32 => Some("f32"),
            WireType::F64 => Some("f64"),
            WireType::Nothing => None,
            WireType::I64 | WireType::Text | WireType::Bytes | WireType::Json | WireType::Resp => Some("i64"),
        }
    }

    /// Whether the number on the wire is the offset of a block.
    pub fn is_block(self) -> bool {
        matches!(self, WireType::Text | WireType::Bytes | WireType::Json | WireType::Resp)
    }
}

/// A value about to cross: a number, or bytes that want a block.
#[derive(Debug)]
pub enum Wire<'a, A> {
    /// The number itself.
    Number(A),
    /// Borrowed bytes.
    Borrowed(&'a [u8]),
    /// Bytes made for the crossing.
    Owned(Vec<u8>),
}

impl<A> Wire<'_, A> {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Wire::Number(_) => &[],
            Wire::Borrowed(bytes) => bytes,
            Wire::Owned(bytes) => bytes,
        }
    }
}
