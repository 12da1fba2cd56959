//! What a `#[command]` is at run time: its signature, and one call from bytes to bytes.

use crate::context::PluginContext;
use crate::entry::argument::{Call, FromCall, Kind};
use crate::entry::reply::ReplyWriter;
use crate::error::CommandError;
use crate::protocol::arguments;
use crate::text::join;

/// One parameter, as metadata and usage text show it.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in the author's function.
    pub name: &'static str,
    /// Which arguments it takes.
    pub kind: Kind,
    /// The name of its type.
    pub ty: &'static str,
}

impl Parameter {
    /// The parameter called `name`, of type `T`.
    pub const fn of<'a, T: FromCall<'a>>(name: &'static str) -> Parameter {
        Parameter { name, kind: T::KIND, ty: T::TYPE }
    }
}

/// What a command accepts.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The command's name.
    pub name: &'static str,
    /// The fewest words of a call, the name included.
    least: usize,
    /// The most.
    most: usize,
    /// `GREET <name> [times]`.
    usage: &'static str,
}

/// The arity that `parameters` ask for, in Redis' convention.
pub const fn arity(parameters: &[Parameter]) -> i32 {
    let mut least = 1;
    let mut open = false;
    let mut index = 0;
    while index < parameters.len() {
        match parameters[index].kind {
            Kind::Context | Kind::OwnedContext => {}
            Kind::Required => least += 1,
            Kind::Optional | Kind::Rest => open = true,
        }
        index += 1;
    }
    if open { -least } else { least }
}

/// Whether the one parameter that takes arguments is `&[Value]`, which says nothing of the arity.
pub const fn is_raw(parameters: &[Parameter]) -> bool {
    let mut index = 0;
    while index < parameters.len() {
        match parameters[index].kind {
            Kind::Context | Kind::OwnedContext => {}
            Kind::Rest => return matches!(parameters[index].ty.as_bytes(), b"value"),
            _ => return false,
        }
        index += 1;
    }
    false
}

/// The compile error for a context that is taken by value.
pub const BY_REFERENCE: &str = "a context is passed by reference: add `&`";

/// What is wrong with the order of parameters at `index`, if anything; for a compile error.
pub const fn misplaced(parameters: &[Parameter], index: usize) -> Option<&'static str> {
    let kind = parameters[index].kind;
    if matches!(kind, Kind::OwnedContext) {
        return Some(BY_REFERENCE);
    }
    let mut before = 0;
    while before < index {
        match (parameters[before].kind, kind) {
            (Kind::Rest, Kind::Context) | (Kind::Optional, Kind::Context) | (Kind::Required, Kind::Context) => {
                return Some("the context comes first: move it before the other parameters");
            }
            (Kind::Context, Kind::Context) => return Some("the context is passed once: take one away"),
            (Kind::Rest, _) => return Some("a parameter after a `Vec` never gets an argument: move the `Vec` last"),
            (Kind::Optional, Kind::Required) => {
                return Some("a required parameter after an optional one: move the `Option` behind it");
            }
            _ => {}
        }
        before += 1;
    }
    None
}

/// Whether some call has an argument at `place`, from 1; for a compile error.
pub const fn has_argument(arity: i32, parameters: &[Parameter], place: i32) -> bool {
    place as i64 <= most(arity, parameters)
}

/// Whether some call has keys from `first` to `last`; for a compile error. A negative `last` is
/// counted from the end.
pub const fn has_keys(arity: i32, parameters: &[Parameter], first: i32, last: i32) -> bool {
    let most = most(arity, parameters);
    let last = from_start(most, last);
    // Where the first is beyond the arguments, that is the one mistake.
    first as i64 > most || (first as i64 <= last && last <= most)
}

/// Whether a step from `first` stays before `last`; for a compile error. One key alone has the
/// step 1.
pub const fn has_step(arity: i32, parameters: &[Parameter], first: i32, last: i32, step: i32) -> bool {
    let length = from_start(most(arity, parameters), last) - first as i64;
    step <= 1 || !has_keys(arity, parameters, first, last) || step as i64 <= length
}

/// The place that a place counted from the end is in the longest call.
const fn from_start(most: i64, place: i32) -> i64 {
    if place < 0 { most + 1 + place as i64 } else { place as i64 }
}

/// How many arguments a call can have.
const fn most(arity: i32, parameters: &[Parameter]) -> i64 {
    if arity > 0 {
        return arity as i64 - 1;
    }
    let mut most = 0;
    let mut index = 0;
    while index < parameters.len() {
        match parameters[index].kind {
            Kind::Context | Kind::OwnedContext => {}
            Kind::Required | Kind::Optional => most += 1,
            Kind::Rest => return u32::MAX as i64,
        }
        index += 1;
    }
    most
}

impl Signature {
    /// What a command of this name, arity and usage text accepts. All of it is made at compile time:
    /// an artifact holds two numbers and a text.
    pub const fn new(name: &'static str, arity: i32, parameters: &[Parameter], usage: &'static str) -> Signature {
        let most = match most(arity, parameters) {
            most if most == u32::MAX as i64 => usize::MAX,
            most => most as usize + 1,
        };
        Signature { name, least: arity.unsigned_abs() as usize, most, usage }
    }

    /// Checks the number of arguments, the name not counted.
    ///
    /// # Errors
    /// `ERR wrong number of arguments for 'GREET' (usage: GREET <name>)`.
    pub fn check(&self, arguments: usize) -> Result<(), CommandError> {
        let words = arguments + 1;
        if self.least <= words && words <= self.most {
            return Ok(());
        }
        Err(CommandError::Custom(join(&["wrong number of arguments for '", self.name, "' (usage: ", self.usage, ")"])))
    }
}

/// The author's function with its arguments read and its reply written. The reply is written
/// within, so that it may borrow from the arguments.
pub type Body = fn(&mut Call<'_>, &mut ReplyWriter) -> Result<(), CommandError>;

/// One call of a command: arguments in, the reply or the error's text out.
///
/// # Errors
/// The text of the command's error, never empty.
pub(crate) fn call(
    signature: &Signature,
    context: &PluginContext,
    input: &[u8],
    body: Body,
) -> Result<Vec<u8>, String> {
    let (arguments, encoding) = arguments::decode(input).map_err(|message| CommandError::Custom(message).wire())?;
    let mut reply = ReplyWriter::new(encoding);
    signature
        .check(arguments.len())
        .and_then(|()| body(&mut Call { context, arguments: &arguments }, &mut reply))
        .map_err(|error| error.wire())?;
    Ok(reply.into_bytes())
}

/// The text of a compile error for an `arity` that the signature contradicts.
pub const fn arity_message(given: i32, computed: i32) -> [u8; 96] {
    let mut out = [b' '; 96];
    let mut at = put(&mut out, 0, b"the signature asks for `arity = ");
    at = put_integer(&mut out, at, computed);
    at = put(&mut out, at, b"`, not ");
    at = put_integer(&mut out, at, given);
    put(&mut out, at, b": correct it or leave it out");
    out
}

const fn put(out: &mut [u8; 96], at: usize, text: &[u8]) -> usize {
    let mut index = 0;
    while index < text.len() {
        out[at + index] = text[index];
        index += 1;
    }
    at + text.len()
}

const fn put_integer(out: &mut [u8; 96], mut at: usize, n: i32) -> usize {
    if n < 0 {
        at = put(out, at, b"-");
    }
    let n = n.unsigned_abs();
    if n >= 10 {
        at = put_integer(out, at, (n / 10) as i32);
    }
    put(out, at, &[b'0' + (n % 10) as u8])
}
