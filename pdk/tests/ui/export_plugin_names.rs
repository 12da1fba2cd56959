//! A list that names a plain function, and one that names nothing.

#![allow(unused)]

use plugsmith::{command, export_plugin};

#[command]
fn hello() {}

fn plain() {}

mod other {
    #[plugsmith::command]
    fn private() {}
}

export_plugin!(hello, plain);
export_plugin!(hello, missing);
export_plugin!(other::private);

fn main() {}
