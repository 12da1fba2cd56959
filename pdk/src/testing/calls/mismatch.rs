//! The message for a value of another type.

use crate::protocol::Value;

/// The message for a value of another type.
pub(super) fn mismatch(expected: &str, value: &Value) -> String {
    format!("expected {expected}, got {value:?}")
}
