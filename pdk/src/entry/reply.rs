//! What a command may return, and how it becomes a reply in the caller's encoding.

use crate::error::CommandError;
use crate::protocol::Value;
use crate::protocol::arguments::Encoding;
use crate::protocol::{json, resp};
use crate::values::bytes::Bytes;

/// A reply under construction, RESP or JSON.
#[derive(Debug)]
pub enum ReplyWriter {
    /// RESP3.
    Resp(resp::Writer),
    /// JSON text.
    Json(Vec<u8>),
}

impl ReplyWriter {
    pub(crate) fn new(encoding: Encoding) -> ReplyWriter {
        match encoding {
            Encoding::Resp => ReplyWriter::Resp(resp::Writer::default()),
            Encoding::Json => ReplyWriter::Json(Vec::new()),
        }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        match self {
            ReplyWriter::Resp(writer) => writer.into_bytes(),
            ReplyWriter::Json(bytes) => bytes,
        }
    }

    fn array<T: Reply>(&mut self, items: Vec<T>) {
        match self {
            ReplyWriter::Resp(writer) => writer.array(items.len()),
            ReplyWriter::Json(out) => out.push(b'['),
        }
        for (index, item) in items.into_iter().enumerate() {
            if let (ReplyWriter::Json(out), 1..) = (&mut *self, index) {
                out.push(b',');
            }
            item.write(self);
        }
        if let ReplyWriter::Json(out) = self {
            out.push(b']');
        }
    }
}

/// A type that a command may return.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a command's reply",
    note = "replies are `Value`, `String`, `&str`, integers, floats, `bool`, `()`, `Vec<u8>`, `Bytes`, `Json<T>`, \
            an `Option` or `Vec` of these, or a `Result` of them"
)]
pub trait Reply {
    /// Appends this to the reply.
    fn write(self, reply: &mut ReplyWriter);
}

/// A [`Reply`] of which a `Vec` is an array; `Vec<u8>` is bytes.
pub trait ReplyElement: Reply {}

macro_rules! replies {
    ($($type:ty, $this:ident, resp($writer:ident) => $resp:expr, json($out:ident) => $json:expr;)*) => {$(
        impl Reply for $type {
            fn write(self, reply: &mut ReplyWriter) {
                let $this = self;
                match reply {
                    ReplyWriter::Resp($writer) => $resp,
                    ReplyWriter::Json($out) => $json,
                }
            }
        }
    )*};
}
replies! {
    Value, v, resp(w) => w.value(&v), json(out) => json::write(out, &v);
    String, v, resp(w) => w.bulk(v.as_bytes()), json(out) => json::write_string(out, &v);
    &str, v, resp(w) => w.bulk(v.as_bytes()), json(out) => json::write_string(out, v);
    Vec<u8>, v, resp(w) => w.bulk(&v), json(out) => json::write_bytes(out, &v);
    &[u8], v, resp(w) => w.bulk(v), json(out) => json::write_bytes(out, v);
    Bytes, v, resp(w) => w.bulk(&v), json(out) => json::write_bytes(out, &v);
    (), _v, resp(w) => w.simple("OK"), json(out) => json::write_string(out, "OK");
    bool, v, resp(w) => w.boolean(v), json(out) => out.extend_from_slice(if v { b"true" } else { b"false" });
    i64, v, resp(w) => w.integer(v), json(out) => json::write_integer(out, v);
    f64, v, resp(w) => w.double(v), json(out) => json::write_double(out, v);
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Reply for $type {
            fn write(self, reply: &mut ReplyWriter) {
                i64::from(self).write(reply);
            }
        }
    )*};
}
integers!(i8 i16 i32 u8 u16 u32);

impl Reply for u64 {
    /// RESP integers are signed: one beyond `i64::MAX` is sent as its decimal text.
    fn write(self, reply: &mut ReplyWriter) {
        match i64::try_from(self) {
            Ok(n) => n.write(reply),
            Err(_) => {
                let mut digits = Vec::new();
                crate::text::write_digits(&mut digits, self);
                digits.write(reply)
            }
        }
    }
}

impl Reply for usize {
    fn write(self, reply: &mut ReplyWriter) {
        (self as u64).write(reply);
    }
}

impl Reply for f32 {
    fn write(self, reply: &mut ReplyWriter) {
        f64::from(self).write(reply);
    }
}

impl<T: Reply> Reply for Option<T> {
    fn write(self, reply: &mut ReplyWriter) {
        match (self, reply) {
            (Some(value), reply) => value.write(reply),
            (None, ReplyWriter::Resp(writer)) => writer.null(),
            (None, ReplyWriter::Json(out)) => out.extend_from_slice(b"null"),
        }
    }
}

impl<T: ReplyElement> Reply for Vec<T> {
    fn write(self, reply: &mut ReplyWriter) {
        reply.array(self);
    }
}

macro_rules! elements {
    ($($type:ty)*) => { $(impl ReplyElement for $type {})* };
}
elements!(Value String &str Vec<u8> Bytes bool i8 i16 i32 i64 u16 u32 u64 usize f32 f64);
impl<T: Reply> ReplyElement for Option<T> {}
impl<T: ReplyElement> ReplyElement for Vec<T> {}

/// What a command's function returns: a [`Reply`], or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a command's result",
    note = "return a reply (`Value`, `String`, a number, `()`, `Json<T>` ..) or `Result<reply, E>` where \
            `E: Into<CommandError>`"
)]
pub trait CommandOutput {
    /// Appends the reply.
    ///
    /// # Errors
    /// The command's own error.
    fn finish(self, reply: &mut ReplyWriter) -> Result<(), CommandError>;
}

impl<T: Reply> CommandOutput for T {
    fn finish(self, reply: &mut ReplyWriter) -> Result<(), CommandError> {
        self.write(reply);
        Ok(())
    }
}

impl<T: Reply, E: Into<CommandError>> CommandOutput for Result<T, E> {
    fn finish(self, reply: &mut ReplyWriter) -> Result<(), CommandError> {
        self.map_err(Into::into)?.write(reply);
        Ok(())
    }
}
