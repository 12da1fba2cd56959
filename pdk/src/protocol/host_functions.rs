//! A host function as data: what the harness needs to register an implementation.

use std::fmt;
use std::rc::Rc;

use super::wire::Wire;
pub use super::wire::WireType;

/// One value that crosses, as the host sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum HostValue {
    /// Nothing.
    Nothing,
    /// A 32-bit integer.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// A 32-bit float.
    F32(f32),
    /// A 64-bit float.
    F64(f64),
    /// A kernel block; `None` is offset 0.
    Block(Option<Vec<u8>>),
}

impl HostValue {
    pub(crate) fn bits(&self) -> i128 {
        match self {
            HostValue::I32(n) => (*n).into(),
            HostValue::I64(n) => (*n).into(),
            HostValue::F32(n) => n.to_bits().into(),
            HostValue::F64(n) => n.to_bits().into(),
            HostValue::Nothing | HostValue::Block(_) => 0,
        }
    }

    pub(crate) fn from_wire(ty: WireType, wire: Option<Wire<'_, i128>>) -> HostValue {
        match (ty, wire) {
            (WireType::Nothing, _) => HostValue::Nothing,
            (WireType::I32, Some(Wire::Number(n))) => HostValue::I32(n as i32),
            (WireType::I64, Some(Wire::Number(n))) => HostValue::I64(n as i64),
            (WireType::F32, Some(Wire::Number(n))) => HostValue::F32(f32::from_bits(n as u32)),
            (WireType::F64, Some(Wire::Number(n))) => HostValue::F64(f64::from_bits(n as u64)),
            (_, Some(Wire::Owned(bytes))) => HostValue::Block(Some(bytes)),
            (_, Some(Wire::Borrowed(bytes))) => HostValue::Block(Some(bytes.to_vec())),
            _ => HostValue::Block(None),
        }
    }
}

/// The work of one host function: values in, a value out, or the text of a failure that ends
/// the guest's call.
pub type HostCall = Rc<dyn Fn(&[HostValue]) -> Result<HostValue, String>>;

/// One function of a host, with an implementation.
#[derive(Clone)]
pub struct HostFunction {
    /// The module in the import, such as `extism:host/user`.
    pub namespace: String,
    /// The name in the import.
    pub name: String,
    /// What the arguments are.
    pub parameters: Vec<WireType>,
    /// What the result is.
    pub result: WireType,
    /// The implementation.
    pub call: HostCall,
}

impl HostFunction {
    /// `charge(i64, i64) -> i64`.
    pub fn signature(&self) -> String {
        signature(&self.name, self.parameters.iter().filter_map(|ty| ty.wasm()), self.result.wasm())
    }
}

/// A wasm signature as text: `charge(i64, i64) -> i64`.
pub fn signature<'a>(name: &str, parameters: impl Iterator<Item = &'a str>, result: Option<&str>) -> String {
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    match result {
        Some(result) => format!("{name}({parameters}) -> {result}"),
        None => format!("{name}({parameters})"),
    }
}

impl fmt::Debug for HostFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.namespace, self.signature())
    }
}

/// A closure that can be a host function: `|user: String, cents: u64| -> String { .. }`.
///
/// Its arguments are `String`, `Vec<u8>`, `Value`, `Json<T>` or numbers, its result one of these,
/// an `Option` of a block, or a `Result<_, String>` of them whose error ends the guest's call.
pub trait HostClosure<Arguments> {
    /// What the arguments are.
    fn parameters(&self) -> Vec<WireType>;
    /// What the result is.
    fn result(&self) -> WireType;
    /// The closure as a function of wire values.
    fn into_call(self) -> HostCall;
}

/// The result of a [`HostClosure`].
pub trait ClosureResult {
    /// What it is on the wire.
    const WIRE: WireType;

    /// The value for the wire.
    ///
    /// # Errors
    /// The closure's own error.
    fn lower(self) -> Result<HostValue, String>;
}
