//! The host's half: an implementation of a `#[host_functions]` trait as functions of bytes.

use std::any::{Any, TypeId};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Crossing, HostArgument, HostReply, PlainResult, Via, Wire};
use crate::HostError;
use crate::protocol::host_functions::HostValue;
use crate::protocol::resp;

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
        writer.error(&crate::text::join(&[error.code(), " ", error.message()]));
        writer.into_bytes()
    })))
}

thread_local! {
    /// The mock of each `#[host_functions]` trait in this thread, as an `Rc<dyn Trait>`.
    static SLOTS: RefCell<HashMap<TypeId, Box<dyn Any>>> = RefCell::default();
}

/// Puts a mock in the slot of its trait until the guard is dropped.
pub fn slot<T: ?Sized + 'static>(mock: Rc<T>) -> crate::testing::MockGuard {
    let before = SLOTS.with_borrow_mut(|slots| slots.insert(TypeId::of::<T>(), Box::new(mock)));
    crate::testing::MockGuard::new(move || {
        SLOTS.with_borrow_mut(|slots| match before {
            Some(before) => slots.insert(TypeId::of::<T>(), before),
            None => slots.remove(&TypeId::of::<T>()),
        });
    })
}

/// The mock in the slot of trait `T`.
pub fn implementation<T: ?Sized + 'static>() -> Option<Rc<T>> {
    SLOTS.with_borrow(|slots| slots.get(&TypeId::of::<T>())?.downcast_ref::<Rc<T>>().cloned())
}

/// Ends a unit test that called a host function without a mock.
///
/// # Panics
/// Always, with the line to add.
#[track_caller]
pub fn missing(name: &str, stub: &str) -> ! {
    panic!(
        "no mock for the host function `{name}`: a unit test puts one in its place with\n    \
         let _mock = {stub}::mock(MyMock);"
    )
}
