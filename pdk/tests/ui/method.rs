//! A command among the methods of a type, without self: rustc alone can see where it stands.

#![allow(unused)]

use plugsmith::command;

struct Method;

impl Method {
    #[command]
    fn associated() {}
}

fn main() {}
