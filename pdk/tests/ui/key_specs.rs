//! Keys that no call has.

use plugsmith::{PluginContext, command};

#[command(first_key = 2)]
fn one_argument(_ctx: &PluginContext, _key: &str) {}

#[command(first_key = 1, last_key = 3)]
fn two_arguments(_key: &str, _other: Option<&str>) {}

#[command(first_key = 1, last_key = -2)]
fn from_the_end(_key: &str) {}

#[command(first_key = 1)]
fn none() {}

#[command(first_key = 7, last_key = -1)]
fn any(_keys: Vec<&str>) {}

fn main() {}
