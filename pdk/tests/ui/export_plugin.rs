//! A list that names what is no entry point.

#![allow(unused)]

use plugsmith::{command, export_plugin};

#[command]
fn hello() {}

export_plugin!(hello, hello, hello);
export_plugin!("hello");
export_plugin!();

fn main() {}
