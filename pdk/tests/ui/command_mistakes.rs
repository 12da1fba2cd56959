//! Every mistake of a command at once, at the smallest token.

#![allow(unused)]

use plugsmith::command;

#[command(name = "GRE ET", flags = ["reed", "write", "write", 7], arity = 0, frist_key = 1, step = 2, timeout_ms = 0)]
fn many() {}

#[command(name = "", last_key = 1, description = 7, tips = "x", since)]
fn empty() {}

#[command(name = "A", name = "B", arity = 2, first_key = 2, last_key = 1, step = 0)]
fn keys(args: &[plugsmith::Value]) {}

#[command("GREET", flags("read"), name =, arity = "2", complexity = O(1) O(2), timeout_ms = -1)]
fn malformed() {}

#[command]
async unsafe extern "C" fn qualified<T>(x: impl Into<String>, t: T) -> impl Into<String> {
    x
}

#[command(name = "*")]
fn glob() {}

#[command(name = "hook:OnKeyWrite:guard")]
fn colons() {}

#[command(name = ".ADD")]
fn dot_first() {}

#[command(name = "_initialize")]
fn taken() {}

#[command]
fn __dunder() {}

#[command]
struct Struct;

#[command]
impl Method {
    fn method(&self) {}
}

struct Method;

impl Method {
    #[command]
    fn other(&self) {}
}

fn main() {}
