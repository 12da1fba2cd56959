//! Keys that no call has.

use plugsmith::{PluginContext, Value, command};

#[command(first_key = 2)]
fn one_argument(_ctx: &PluginContext, _key: &str) {}

#[command(first_key = 1, last_key = 3)]
fn two_arguments(_key: &str, _other: Option<&str>) {}

#[command(first_key = 1, last_key = -2)]
fn from_the_end(_key: &str) {}

#[command(first_key = 1)]
fn none() {}

#[command(first_key = 2, last_key = -2)]
fn last_before_first(_a: &str, _b: &str) {}

#[command(arity = 2, first_key = 1, last_key = 5)]
fn raw_of_one(_args: &[Value]) {}

#[command(arity = 2, first_key = 2)]
fn raw_first(_args: &[Value]) {}

#[command(arity = 2, first_key = 1, last_key = -5)]
fn raw_from_the_end(_args: &[Value]) {}

#[command(first_key = 1, last_key = 2, step = 9999)]
fn step_of_two(_a: &str, _b: &str) {}

#[command(first_key = 1, step = 2)]
fn step_of_one(_a: &str, _b: &str) {}

#[command(first_key = 7, last_key = -1)]
fn any(_keys: Vec<&str>) {}

#[command(arity = -3, first_key = 1, last_key = -1, step = 2)]
fn pairs(_pairs: &[Value]) {}

#[command(first_key = 1, last_key = 3, step = 2)]
fn every_other(_a: &str, _b: &str, _c: &str) {}

fn main() {}
