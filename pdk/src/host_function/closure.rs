//! Closures as host functions.

use std::rc::Rc;

use super::host::lift_argument;
use super::{HostArgument, PlainResult};
use crate::protocol::host_functions::{ClosureResult, HostCall, HostClosure, HostValue};
use crate::protocol::wire::WireType;

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
