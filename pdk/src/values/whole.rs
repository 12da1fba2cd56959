//! What a `#[function]` takes and gives: the whole input, the whole output.

use std::borrow::Cow;

use super::bytes::Bytes;
use crate::text::{decimal, join};

/// The parameter of a `#[function]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a function's input",
    note = "inputs are `String`, `&str`, `Vec<u8>`, `&[u8]`, `Bytes`, `Json<T>` and `()`; `&PluginContext` may come first"
)]
pub trait Input<'a>: Sized {
    /// The type's name in metadata.
    const TYPE: &'static str;

    /// Converts the call's input.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    fn from_input(bytes: &'a [u8]) -> Result<Self, String>;

    /// Converts the output of a call, for the caller.
    ///
    /// # Errors
    /// Why the bytes are no such value.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn from_output(bytes: &'a [u8]) -> Result<Self, String> {
        Self::from_input(bytes)
    }

    /// Takes the bytes of a call's output as the value, without a copy; `None`, and nothing is taken, where the value
    /// is not made of these bytes.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn take_output(bytes: &mut Vec<u8>) -> Option<Self> {
        let _ = bytes;
        None
    }
}

impl<'a> Input<'a> for &'a [u8] {
    const TYPE: &'static str = "bytes";

    fn from_input(bytes: &'a [u8]) -> Result<&'a [u8], String> {
        Ok(bytes)
    }
}

impl<'a> Input<'a> for &'a str {
    const TYPE: &'static str = "text";

    fn from_input(bytes: &'a [u8]) -> Result<&'a str, String> {
        text("the input", bytes)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn from_output(bytes: &'a [u8]) -> Result<&'a str, String> {
        text("the output", bytes)
    }
}

fn text<'a>(what: &str, bytes: &'a [u8]) -> Result<&'a str, String> {
    core::str::from_utf8(bytes)
        .map_err(|error| join(&[what, " is not UTF-8 at byte ", &decimal(error.valid_up_to() as i64)]))
}

impl Input<'_> for String {
    const TYPE: &'static str = "text";

    fn from_input(bytes: &[u8]) -> Result<String, String> {
        <&str>::from_input(bytes).map(str::to_owned)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn from_output(bytes: &[u8]) -> Result<String, String> {
        <&str>::from_output(bytes).map(str::to_owned)
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn take_output(bytes: &mut Vec<u8>) -> Option<String> {
        String::from_utf8(core::mem::take(bytes)).map_err(|error| *bytes = error.into_bytes()).ok()
    }
}

impl Input<'_> for Vec<u8> {
    const TYPE: &'static str = "bytes";

    fn from_input(bytes: &[u8]) -> Result<Vec<u8>, String> {
        Ok(bytes.to_vec())
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn take_output(bytes: &mut Vec<u8>) -> Option<Vec<u8>> {
        Some(core::mem::take(bytes))
    }
}

impl Input<'_> for Bytes {
    const TYPE: &'static str = "bytes";

    fn from_input(bytes: &[u8]) -> Result<Bytes, String> {
        Ok(Bytes(bytes.to_vec()))
    }
}

impl Input<'_> for () {
    const TYPE: &'static str = "none";

    /// Whatever the host sent is ignored, as hosts send anything to a function without input.
    fn from_input(_: &[u8]) -> Result<(), String> {
        Ok(())
    }
}

/// What a `#[function]` may return, alone or in a `Result`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a function's output",
    note = "outputs are `String`, `&str`, `Vec<u8>`, `&[u8]`, `Bytes`, `Json<T>`, `()`, or a `Result` of them whose \
            error implements `Display`"
)]
pub trait Output {
    /// The type's name in metadata.
    const TYPE: &'static str;

    /// The bytes for the host.
    ///
    /// # Errors
    /// Why the value has no bytes.
    fn into_output(self) -> Result<Vec<u8>, String>;

    /// The bytes for the host, of a value that only borrows them.
    #[cfg(not(target_arch = "wasm32"))]
    #[doc(hidden)]
    fn borrowed_output(&self) -> Option<&[u8]> {
        None
    }
}

macro_rules! outputs {
    ($($type:ty, $name:literal, $this:ident => $bytes:expr $(, borrowed $borrowed:expr)?;)*) => {$(
        impl Output for $type {
            const TYPE: &'static str = $name;

            fn into_output(self) -> Result<Vec<u8>, String> {
                let $this = self;
                Ok($bytes)
            }
            $(
                #[cfg(not(target_arch = "wasm32"))]
                fn borrowed_output(&self) -> Option<&[u8]> {
                    let $this = self;
                    Some($borrowed)
                }
            )?
        }
    )*};
}
outputs! {
    String, "text", text => text.into_bytes();
    &str, "text", text => text.as_bytes().to_vec(), borrowed text.as_bytes();
    Cow<'_, str>, "text", text => text.into_owned().into_bytes();
    Vec<u8>, "bytes", bytes => bytes;
    &[u8], "bytes", bytes => bytes.to_vec(), borrowed bytes;
    Bytes, "bytes", bytes => bytes.0;
    (), "none", _nothing => Vec::new();
}

#[cfg(feature = "json")]
mod json {
    use serde::Serialize;
    use serde::de::DeserializeOwned;

    use super::{Input, Output};
    use crate::values::json::Json;

    impl<T: DeserializeOwned> Input<'_> for Json<T> {
        const TYPE: &'static str = "json";

        fn from_input(bytes: &[u8]) -> Result<Json<T>, String> {
            serde_json::from_slice(bytes).map(Json).map_err(|error| error.to_string())
        }
    }

    impl<T: Serialize> Output for Json<T> {
        const TYPE: &'static str = "json";

        fn into_output(self) -> Result<Vec<u8>, String> {
            serde_json::to_vec(&self.0).map_err(|error| error.to_string())
        }
    }
}
