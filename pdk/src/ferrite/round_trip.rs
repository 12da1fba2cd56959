//! Values of a data type on their way through an artifact: the harness passes bytes in and gets back
//! what the artifact makes of them, so that a test sees what only differs on wasm32, such as the
//! width of `usize`. Artifacts under test alone export it.

use std::fmt::Debug;

/// A value that may have a `Debug`: `(&&Shown(&value)).shown()` is its text where it has.
#[derive(Debug)]
pub struct Shown<'a, T: ?Sized>(pub &'a T);

/// The text of a value with a `Debug`.
pub trait ViaDebug {
    /// The text.
    fn shown(&self) -> Option<String>;
}

impl<T: Debug + ?Sized> ViaDebug for &Shown<'_, T> {
    fn shown(&self) -> Option<String> {
        Some(format!("{:?}", self.0))
    }
}

/// No text of a value without one.
pub trait ViaNoDebug {
    /// Nothing.
    fn shown(&self) -> Option<String>;
}

impl<T: ?Sized> ViaNoDebug for Shown<'_, T> {
    fn shown(&self) -> Option<String> {
        None
    }
}

/// The fields of a type without a `Debug`, in the form of one that is derived.
pub fn fields(ty: &str, fields: &[(&str, Option<String>)]) -> String {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| format!("{name}: {}", value.as_deref().unwrap_or(".."))).collect();
    format!("{ty} {{ {} }}", fields.join(", "))
}

#[cfg(target_arch = "wasm32")]
mod guest {
    use std::cell::RefCell;

    use crate::values::ferrite::DataType;

    thread_local! {
        /// What goes in, what comes out, and what it is for a person.
        static PASSING: RefCell<(Vec<u8>, Option<String>)> = const { RefCell::new((Vec::new(), None)) };
    }

    /// One step: numbers only, so that it needs neither memory nor imports.
    pub fn round_trip<T: DataType>(step: i32, operand: i32) -> i32 {
        PASSING.with_borrow_mut(|(bytes, shown)| {
            let at = operand as usize;
            match step {
                // Takes a byte.
                0 => {
                    bytes.push(operand as u8);
                    0
                }
                // Reads the value, and writes it again; or the reason why it is none.
                1 => match T::decode(bytes) {
                    Ok(value) => {
                        *bytes = value.encode();
                        *shown = value.shown();
                        0
                    }
                    Err(why) => {
                        *bytes = why.into_bytes();
                        1
                    }
                },
                // Gives what came out, byte by byte.
                2 => bytes.len() as i32,
                3 => bytes.get(at).map_or(-1, |&byte| byte.into()),
                4 => shown.as_ref().map_or(-1, |shown| shown.len() as i32),
                5 => shown.as_ref().and_then(|shown| shown.as_bytes().get(at)).map_or(-1, |&byte| byte.into()),
                _ => {
                    bytes.clear();
                    *shown = None;
                    0
                }
            }
        })
    }
}
#[cfg(target_arch = "wasm32")]
pub use guest::round_trip;
