//! A host function as data: what the harness needs to register an implementation.

use std::fmt;
use std::rc::Rc;

pub use crate::host_function::WireType;
use crate::host_function::{HostArgument, PlainResult, Wire, lift_argument};

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

impl<R: PlainResult> ClosureResult for R {
    const WIRE: WireType = R::WIRE;

    fn lower(self) -> Result<HostValue, String> {
        Ok(HostValue::from_wire(R::WIRE, self.into_wire()))
    }
}

impl<R: PlainResult> ClosureResult for Result<R, String> {
    const WIRE: WireType = R::WIRE;

    fn lower(self) -> Result<HostValue, String> {
        self?.lower()
    }
}

macro_rules! closures {
    ($($($argument:ident)*;)*) => {$(
        impl<F, R, $($argument),*> HostClosure<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> R + 'static,
            R: ClosureResult,
            $($argument: HostArgument<Owned = $argument>,)*
        {
            fn parameters(&self) -> Vec<WireType> {
                vec![$($argument::WIRE),*]
            }

            fn result(&self) -> WireType {
                R::WIRE
            }

            fn into_call(self) -> HostCall {
                Rc::new(move |arguments| {
                    let mut index = 0..;
                    let _ = (&arguments, &mut index);
                    self($(lift_argument::<$argument>(arguments, index.next().unwrap_or(0))?),*).lower()
                })
            }
        }
    )*};
}
closures! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E G;
}
