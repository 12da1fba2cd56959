//! What a host answers inside of a `Result`: one RESP value, of a type that the trait declares.

use crate::protocol::Value;
use crate::protocol::resp::{self, Reader};
use crate::values::ferrite::Encoded;
#[cfg(feature = "json")]
use crate::values::json::Json;

/// What may stand in the `Ok` of a `Result<T, HostError>`, read from a RESP reply.
pub trait HostReply: Sized {
    /// Reads it; the reply is known to be no error. `None` for a reply of another type, or malformed.
    #[doc(hidden)]
    fn read(reader: &mut Reader<'_>) -> Option<Self>;

    /// Writes it.
    #[doc(hidden)]
    fn write(self, writer: &mut resp::Writer);
}

macro_rules! host_replies {
    ($($type:ty, $reader:ident => $read:expr, $this:ident, $writer:ident => $write:expr;)*) => {$(
        impl HostReply for $type {
            fn read($reader: &mut Reader<'_>) -> Option<$type> {
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
    f64, reader => match reader.value()?.as_f64() {
        Some(n) => Some(n),
        None => reader.fail("expected a number"),
    }, n, writer => writer.double(n);
    String, reader => reader.text().and_then(|text| reader.utf8(text)).map(str::to_owned), text, writer => writer.bulk(text.as_bytes());
    Vec<u8>, reader => reader.text().map(<[u8]>::to_vec), bytes, writer => writer.bulk(&bytes);
    Value, reader => reader.value(), value, writer => writer.value(&value);
}

#[cfg(feature = "json")]
impl<T: serde::Serialize + serde::de::DeserializeOwned> HostReply for Json<T> {
    fn read(reader: &mut Reader<'_>) -> Option<Json<T>> {
        match serde_json::from_slice(reader.text()?) {
            Ok(value) => Some(Json(value)),
            Err(_) => reader.fail("not JSON of the declared type"),
        }
    }

    fn write(self, writer: &mut resp::Writer) {
        match serde_json::to_vec(&self.0) {
            Ok(text) => writer.bulk(&text),
            Err(error) => writer.error(&["ERR ", &error.to_string()].concat()),
        }
    }
}

impl<T: HostReply> HostReply for Option<T> {
    fn read(reader: &mut Reader<'_>) -> Option<Option<T>> {
        if reader.take_null() { Some(None) } else { T::read(reader).map(Some) }
    }

    fn write(self, writer: &mut resp::Writer) {
        match self {
            Some(value) => value.write(writer),
            None => writer.null(),
        }
    }
}

impl<T: HostReply> HostReply for Vec<T> {
    fn read(reader: &mut Reader<'_>) -> Option<Vec<T>> {
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
    fn read(reader: &mut Reader<'_>) -> Option<Encoded> {
        if reader.array()? != 2 {
            return reader.fail("expected a version and bytes");
        }
        let version = reader.integer()?;
        Some(Encoded { version: reader.fit(version)?, bytes: reader.text()?.to_vec() })
    }

    fn write(self, writer: &mut resp::Writer) {
        writer.array(2);
        writer.integer(self.version.into());
        writer.bulk(&self.bytes);
    }
}
