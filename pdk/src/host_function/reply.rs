//! What a host answers inside of a `Result`: one RESP value, of a type that the trait declares.

use crate::protocol::Value;
use crate::protocol::resp::{self, Reader, ResponseError};
use crate::values::ferrite::Encoded;
#[cfg(feature = "json")]
use crate::values::json::Json;

/// What may stand in the `Ok` of a `Result<T, HostError>`, read from a RESP reply.
pub trait HostReply: Sized {
    /// Reads it; the reply is known to be no error.
    ///
    /// # Errors
    /// A reply of another type, or malformed.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Result<Self, ResponseError>;

    /// Writes it.
    #[doc(hidden)]
    fn write(self, writer: &mut resp::Writer);
}

macro_rules! host_replies {
    ($($type:ty, $reader:ident => $read:expr, $this:ident, $writer:ident => $write:expr;)*) => {$(
        impl HostReply for $type {
            fn read($reader: &mut Reader<'_>) -> Result<$type, ResponseError> {
                $read
            }

            fn write(self, $writer: &mut resp::Writer) {
                let $this = self;
                $write
            }
        }
    )*};
}
host_replies! {
    (), reader => reader.text().map(drop), _nothing, writer => writer.simple("OK");
    bool, reader => reader.boolean(), b, writer => writer.boolean(b);
    i64, reader => reader.integer(), n, writer => writer.integer(n);
    u64, reader => reader.unsigned(), n, writer => writer.integer(n.cast_signed());
    i32, reader => reader.integer().and_then(|n| reader.fit(n)), n, writer => writer.integer(n.into());
    u32, reader => reader.integer().and_then(|n| reader.fit(n)), n, writer => writer.integer(n.into());
    f64, reader => reader.value().and_then(|value| value.as_f64().ok_or(reader.other("expected a number"))),
        n, writer => writer.double(n);
    String, reader => reader.bytes().and_then(|bytes| {
        String::from_utf8(bytes.to_vec()).map_err(|_| reader.other("text is not UTF-8"))
    }), text, writer => writer.bulk(text.as_bytes());
    Vec<u8>, reader => reader.bytes().map(<[u8]>::to_vec), bytes, writer => writer.bulk(&bytes);
    Value, reader => reader.value(), value, writer => writer.value(&value);
}

#[cfg(feature = "json")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> HostReply for Json<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Json<T>, ResponseError> {
        let bytes = reader.bytes()?;
        serde_json::from_slice(bytes).map(Json).map_err(|_| reader.other("not JSON of the declared type"))
    }

    fn write(self, writer: &mut resp::Writer) {
        match serde_json::to_vec(&self.0) {
            Ok(text) => writer.bulk(&text),
            Err(error) => writer.error(&["ERR ", &error.to_string()].concat()),
        }
    }
}

impl<T: HostReply> HostReply for Option<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Option<T>, ResponseError> {
        if reader.take_null() { Ok(None) } else { T::read(reader).map(Some) }
    }

    fn write(self, writer: &mut resp::Writer) {
        match self {
            Some(value) => value.write(writer),
            None => writer.null(),
        }
    }
}

impl<T: HostReply> HostReply for Vec<T> {
    fn read(reader: &mut Reader<'_>) -> Result<Vec<T>, ResponseError> {
        let length = reader.array()?;
        (0..length).map(|_| T::read(reader)).collect()
    }

    fn write(self, writer: &mut resp::Writer) {
        writer.array(self.len());
        for item in self {
            item.write(writer);
        }
    }
}

impl HostReply for Encoded {
    fn read(reader: &mut Reader<'_>) -> Result<Encoded, ResponseError> {
        if reader.array()? != 2 {
            return Err(reader.other("expected a version and bytes"));
        }
        let version = reader.integer()?;
        Ok(Encoded { version: reader.fit(version)?, bytes: reader.bytes()?.to_vec() })
    }

    fn write(self, writer: &mut resp::Writer) {
        writer.array(2);
        writer.integer(self.version.into());
        writer.bulk(&self.bytes);
    }
}
