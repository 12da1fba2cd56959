//! Ferrite's data types of a plugin's own: a value in storage that is neither a string nor a list.

use crate::error::HostError;
use crate::text::{decimal, join};

/// The name that `#[data_type]` gave a type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a data type",
    note = "put `#[data_type(name = \"..\")]` on it"
)]
pub trait NamedType {
    /// The name in storage, such as `BLOOM`.
    const NAME: &'static str;

    /// The value for a person, as its `Debug` or its fields say it; `None` where neither does. The
    /// attribute writes it.
    #[doc(hidden)]
    fn shown(&self) -> Option<String> {
        None
    }
}

/// How a value of a data type becomes bytes, and comes back.
///
/// An encoding must not depend on the target: `usize` is 8 bytes in a unit test and 4 in the
/// artifact. `#[data_type]` without `encoding` supplies one that does not.
pub trait Encoding: Sized {
    /// The version that [`Encoding::encode`] writes.
    const VERSION: u32 = 1;

    /// The bytes of this version.
    fn encode(&self) -> Vec<u8>;

    /// The value in bytes of this version.
    ///
    /// # Errors
    /// Why they are none.
    fn decode(bytes: &[u8]) -> Result<Self, String>;

    /// The value in bytes of an earlier version.
    ///
    /// # Errors
    /// Unless overridden, that no such version is known.
    fn migrate(version: u32, bytes: &[u8]) -> Result<Self, String> {
        let _ = bytes;
        Err(no_migration(version))
    }
}

/// A data type: its name, and what it weighs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` lacks `impl DataType`",
    note = "with `encoding = ..` both impls are yours: `impl DataType for {Self} {{}}` and `impl Encoding for {Self}`; \
            leave `encoding` out, and both are supplied"
)]
pub trait DataType: NamedType + Encoding {
    /// The name in storage, such as `BLOOM`.
    ///
    /// The manifest has that of the attribute, and so has storage: one of your own may differ in case,
    /// and any other is an error of each read and write.
    fn type_name() -> &'static str {
        Self::NAME
    }

    /// The version that values are written in.
    ///
    /// The manifest has [`Encoding::VERSION`]: another one here is an error of each read and write.
    fn encoding_version() -> u32 {
        Self::VERSION
    }

    /// The bytes that this value takes in memory, about.
    fn memory_usage(&self) -> usize {
        size_of_val(self) + self.encode().len()
    }
}

/// A value of some data type in storage: the version of its encoding, and its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// The version of the encoding.
    pub version: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Refuses a type of two names or two versions: its host would keep it as one and announce the other.
///
/// # Errors
/// Which of the two to change.
pub(crate) fn check<T: DataType>() -> Result<(), HostError> {
    let (name, version) = (T::type_name(), T::encoding_version());
    // The first comparison is one of a constant with itself, unless an author wrote the function.
    if name != T::NAME && !name.eq_ignore_ascii_case(T::NAME) {
        let fix = join(&["type_name() is ", name, ": make it the name of #[data_type]"]);
        return Err(HostError::new(join(&[T::NAME, ": ", &fix])));
    }
    if version != T::VERSION {
        let (own, declared) = (decimal(version.into()), decimal(T::VERSION.into()));
        let fix = join(&["encoding_version() is ", &own, ": make it Encoding::VERSION, which is ", &declared]);
        return Err(HostError::new(join(&[T::NAME, ": ", &fix])));
    }
    Ok(())
}

/// Why a version is not read. In an artifact it is short, as every plugin that reads data types has it.
fn no_migration(version: u32) -> String {
    let version = ["version ", &decimal(version.into()), " needs fn migrate"].concat();
    #[cfg(not(target_arch = "wasm32"))]
    let version = version
        + ": values of earlier versions never reach `decode`; write `fn migrate(version: u32, bytes: &[u8])` in \
           `impl Encoding`, or name one with `#[data_type(migrate = ..)]`; where `decode` reads every version by what \
           is in the bytes, it is `Self::decode(bytes)`";
    version
}

/// The value in what storage holds: of this version, or of an earlier one that migrates.
///
/// # Errors
/// A later version, an earlier one without a migration, and bytes that are no such value.
pub(crate) fn decode<T: DataType>(encoded: &Encoded) -> Result<T, HostError> {
    let newest = T::VERSION;
    let value = match encoded.version {
        version if version == newest => T::decode(&encoded.bytes),
        version if version > newest => Err(join(&[
            "version ",
            &decimal(version.into()),
            " is unknown: this plugin knows up to ",
            &decimal(newest.into()),
        ])),
        version => T::migrate(version, &encoded.bytes),
    };
    value.map_err(|why| HostError::new(join(&[T::NAME, ": ", &why])))
}

/// The compact, target-independent bytes of a value (postcard), as `#[data_type]` supplies them.
///
/// # Errors
/// A value that serde cannot write, such as a sequence of unknown length.
#[cfg(feature = "data-types")]
pub fn encode_compact<T: serde::Serialize>(value: &T) -> Result<Vec<u8>, String> {
    postcard::to_allocvec(value).map_err(explain)
}

/// The value in bytes that [`encode_compact`] wrote; for migrations, too:
/// `decode_compact::<OldBloom>(bytes)`.
///
/// # Errors
/// Bytes that are no such value, or more than one.
#[cfg(feature = "data-types")]
pub fn decode_compact<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok(_) => Err("bytes after the value".to_owned()),
        Err(error) => Err(explain(error)),
    }
}

/// What postcard's error means for the author of a type. It knows no field, and drops what serde says.
#[cfg(feature = "data-types")]
fn explain(error: postcard::Error) -> String {
    use postcard::Error::{
        DeserializeBadVarint, DeserializeUnexpectedEnd, SerdeDeCustom, SerdeSerCustom, SerializeSeqLengthUnknown,
        WontImplement,
    };
    let text = match error {
        DeserializeUnexpectedEnd => "the bytes end before the value does",
        DeserializeBadVarint | SerdeDeCustom => {
            "a field holds a value that its type cannot represent, such as a number beyond 32 bits in a usize on wasm32"
        }
        WontImplement | SerializeSeqLengthUnknown => {
            "a field such as serde_json::Value needs a format with names: give the data type an `encoding` of its own"
        }
        SerdeSerCustom => "serde cannot write this value",
        _ => "the bytes belong to another type",
    };
    text.to_owned()
}
