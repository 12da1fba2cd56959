//! The ways in which a host call can fail, and which of them a real host can produce where.

use plugsmith::Value;
use plugsmith::protocol::host_functions::{HostValue, WireType};
use plugsmith::protocol::resp;

use crate::engine::watch::{Passing, Verdict};
use crate::import::{KERNEL, WASI};

/// A way in which a host call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The host's own error; where the function has no way to say so, the guest's call ends.
    Error,
    /// `NOPERM ..`: the host refuses.
    Denied,
    /// `WRONGTYPE ..`: the key holds something else.
    WrongType,
    /// There is nothing.
    Absent,
    /// There is something, and it is empty.
    Empty,
    /// Bytes that are neither text nor JSON.
    Garbage,
    /// A megabyte of text.
    Megabyte,
    /// A response with the status 500.
    ServerError,
    /// No response in time, which ends the guest's call.
    Timeout,
}

/// The faults that the real host can produce in this call.
pub(crate) fn faults_of(call: &Passing<'_>) -> Vec<Fault> {
    use Fault::{Absent, Denied, Empty, Error, Garbage, Megabyte, ServerError, Timeout, WrongType};
    match (call.module, call.name) {
        (KERNEL, "http_request") => vec![ServerError, Empty, Timeout],
        (KERNEL, "config_get" | "var_get") => vec![Absent],
        (KERNEL, "var_set") => vec![Error],
        // A clock does not fail.
        (WASI, "random_get") => vec![Error],
        (KERNEL | WASI, _) => Vec::new(),
        (_, "storage_get" | "storage_get_typed") => vec![Error, Denied, WrongType, Absent],
        (_, "storage_read_range") => vec![Error, Denied, WrongType, Empty],
        (_, "storage_set_typed" | "storage_incr") => vec![Error, Denied, WrongType],
        (_, "storage_type_of" | "storage_ttl" | "storage_exists" | "storage_keys") => vec![Error, Denied],
        (_, "storage_set" | "storage_set_ex" | "storage_delete" | "storage_expire") => vec![Error, Denied],
        (_, "kv_read") => vec![Absent, Garbage, Megabyte],
        (_, "kv_write") => vec![Error],
        // Those of Orbis are a number, or a pointer to text behind its length.
        ("env", "state_get" | "get_config") => vec![Absent],
        _ => match call.answers {
            WireType::Resp => vec![Error, Denied, Absent, Garbage, Megabyte],
            WireType::Text | WireType::Bytes | WireType::Json => vec![Error, Absent, Garbage, Megabyte],
            _ => vec![Error],
        },
    }
}

/// Whether the function changes what the host keeps, as far as its name says.
pub(super) fn writes(name: &str) -> bool {
    const WRITES: &[&str] = &["set", "write", "delete", "remove", "incr", "expire", "execute", "emit"];
    name.split('_').any(|part| WRITES.contains(&part))
}

impl Fault {
    /// Whether the guest is told that the host did not do it.
    pub(super) fn is_refusal(self) -> bool {
        matches!(self, Fault::Error | Fault::Denied | Fault::WrongType)
    }

    pub(crate) fn verdict(self, call: &Passing<'_>) -> Verdict {
        let refuse = |text: &str| Verdict::Refuse(format!("{text} injected by the fault sweep"));
        let block = |bytes: &[u8]| Verdict::Answer(HostValue::Block(Some(bytes.to_vec())));
        let value = |value: Value| match call.answers {
            WireType::Resp => Verdict::Answer(HostValue::Block(Some(resp::encode(&value)))),
            _ => Verdict::Answer(HostValue::Block(value.as_bytes().map(<[u8]>::to_vec))),
        };
        match self {
            Fault::Error => refuse("ERR"),
            Fault::Denied => refuse("NOPERM"),
            Fault::WrongType => refuse("WRONGTYPE"),
            Fault::Timeout => refuse("timeout"),
            Fault::Absent => value(Value::Null),
            Fault::Empty => value(Value::BulkString(Vec::new())),
            Fault::Garbage => block(b"\xff\xfe\x00{]garbage"),
            Fault::Megabyte => value(Value::BulkString(vec![b'x'; 1024 * 1024])),
            Fault::ServerError => block(b"Internal Server Error"),
        }
    }

    /// How a report says it.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Fault::Error => "fails with `ERR ..`",
            Fault::Denied => "is refused with `NOPERM ..`",
            Fault::WrongType => "fails with `WRONGTYPE ..`",
            Fault::Absent => "finds nothing",
            Fault::Empty => "answers with nothing in it",
            Fault::Garbage => "answers with garbage bytes",
            Fault::Megabyte => "answers with a megabyte",
            Fault::ServerError => "gets a response with status 500",
            Fault::Timeout => "gets no response in time",
        }
    }
}
