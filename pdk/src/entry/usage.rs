//! The usage text of a command, made at compile time.

use super::argument::Kind;
use super::command::{Parameter, is_raw};

/// The most required arguments of a raw command that are shown one by one.
const SHOWN: u32 = 4;

/// `GREET <name> [times] [rest ..]`, and its length; of `&[Value]` with `arity = -2`, `COUNT <args> [args ..]`.
/// With `N` as 0 it is the length only.
pub const fn usage<const N: usize>(name: &str, arity: i32, parameters: &[Parameter]) -> ([u8; N], usize) {
    let mut out = [0; N];
    let mut at = put(&mut out, 0, name);
    let mut index = 0;
    while index < parameters.len() {
        let Parameter { name, kind, .. } = parameters[index];
        let mut required = match kind {
            Kind::Required => 1,
            Kind::Rest if is_raw(parameters) => arity.unsigned_abs().saturating_sub(1),
            _ => 0,
        };
        let is_many = required > SHOWN;
        if is_many {
            at = argument(&mut out, at, " <", name, " ..>");
        }
        while required > 0 && !is_many {
            at = argument(&mut out, at, " <", name, ">");
            required -= 1;
        }
        match kind {
            Kind::Optional => at = argument(&mut out, at, " [", name, "]"),
            Kind::Rest if !is_many && (arity < 0 || !is_raw(parameters)) => {
                at = argument(&mut out, at, " [", name, " ..]");
            }
            _ => {}
        }
        index += 1;
    }
    (out, at)
}

/// What a command of this name, arity and parameters accepts. Its usage text is made at compile time,
/// so that an artifact holds neither the parameters nor the code that words them.
#[doc(hidden)]
#[macro_export]
macro_rules! __signature {
    ($name:expr, $arity:expr, $parameters:expr) => {{
        const LENGTH: ::core::primitive::usize = $crate::__private::usage::<0>($name, $arity, $parameters).1;
        const USAGE: [::core::primitive::u8; LENGTH] = $crate::__private::usage($name, $arity, $parameters).0;
        $crate::__private::Signature::new($name, $arity, $parameters, $crate::__private::usage_text(&USAGE))
    }};
}

/// The text of the bytes that [`usage`] makes.
pub const fn usage_text(bytes: &[u8]) -> &str {
    match core::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => "",
    }
}

const fn argument<const N: usize>(out: &mut [u8; N], at: usize, open: &str, name: &str, close: &str) -> usize {
    let at = put(out, at, open);
    let at = put(out, at, name);
    put(out, at, close)
}

const fn put<const N: usize>(out: &mut [u8; N], mut at: usize, text: &str) -> usize {
    let text = text.as_bytes();
    let mut index = 0;
    while index < text.len() {
        if at < N {
            out[at] = text[index];
        }
        at += 1;
        index += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Value;

    fn text(arity: i32, parameters: &[Parameter]) -> String {
        let (bytes, length) = usage::<96>("A", arity, parameters);
        usage_text(&bytes[..length]).to_owned()
    }

    #[test]
    fn raw_arguments_that_are_required_are_shown_as_such() {
        let raw = [Parameter::of::<&[Value]>("args")];
        let texts = [-1, -2, -3, 1, 3, -9].map(|arity| text(arity, &raw));
        let expected =
            ["A [args ..]", "A <args> [args ..]", "A <args> <args> [args ..]", "A", "A <args> <args>", "A <args ..>"];
        assert_eq!(texts, expected);
    }

    #[test]
    fn typed_arguments_are_shown_by_their_kinds() {
        let typed = [Parameter::of::<&str>("a"), Parameter::of::<Option<u8>>("b"), Parameter::of::<Vec<String>>("c")];
        assert_eq!(text(-2, &typed), "A <a> [b] [c ..]");
    }
}
