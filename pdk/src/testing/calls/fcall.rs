//! The call of a `#[fcall]` function.

use std::marker::PhantomData;

use super::mismatch::mismatch;
use crate::protocol::Value;

/// A call of a `#[fcall]` function with the parameters `P` and the result `R`, for the harness' `Fcall`. Natively the
/// function itself is called: it is a plain function of numbers.
#[derive(Debug)]
#[must_use = "a call does nothing until it is run"]
pub struct FcallCall<P, R> {
    parameters: P,
    result: PhantomData<fn() -> R>,
}

impl<P, R> FcallCall<P, R> {
    #[doc(hidden)]
    pub fn new(parameters: P) -> FcallCall<P, R> {
        FcallCall { parameters, result: PhantomData }
    }
}

impl<P: ToNumbers, R: FcallResult> FcallCall<P, R> {
    /// What a client sends behind the number of keys.
    pub fn arguments(self) -> Vec<Value> {
        self.parameters.into_numbers()
    }

    /// The result in what a client is answered.
    ///
    /// # Errors
    /// Why the answer is no such number.
    pub fn read(answer: &Value) -> Result<R, String> {
        R::from_answer(answer).ok_or_else(|| mismatch(R::EXPECTED, answer))
    }
}

/// The parameters of a `#[fcall]` function as the numbers that a client sends.
#[diagnostic::on_unimplemented(
    message = "the parameters `{Self}` cannot be sent to a #[fcall] function",
    note = "parameters are `i32`, `i64` and `f64`, and twelve are the most"
)]
pub trait ToNumbers {
    /// The numbers in order.
    fn into_numbers(self) -> Vec<Value>;
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: Into<Value>),*> ToNumbers for ($($name,)*) {
            #[allow(non_snake_case, reason = "a type and its value share a letter")]
            fn into_numbers(self) -> Vec<Value> {
                let ($($name,)*) = self;
                vec![$($name.into()),*]
            }
        }
    )*};
}
tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}

/// The result of a `#[fcall]` function, read from what a client is answered: whole numbers are integers, others text.
pub trait FcallResult: Sized {
    /// What a message says was expected.
    const EXPECTED: &'static str;

    /// The result; `None` for an answer that is none.
    fn from_answer(answer: &Value) -> Option<Self>;
}

macro_rules! results {
    ($($type:ty, $expected:literal, $answer:ident => $convert:expr;)*) => {$(
        impl FcallResult for $type {
            const EXPECTED: &'static str = $expected;

            fn from_answer($answer: &Value) -> Option<$type> {
                $convert
            }
        }
    )*};
}
results! {
    i32, "an integer of 32 bits", answer => answer.as_i64()?.try_into().ok();
    i64, "an integer", answer => answer.as_i64();
    f32, "a number", answer => answer.as_f64().map(|n| n as f32);
    f64, "a number", answer => answer.as_f64();
    (), "OK", answer => (*answer == Value::Ok).then_some(());
}
