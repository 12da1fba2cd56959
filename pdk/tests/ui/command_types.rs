//! What rustc says of a command whose types do not fit.

#![allow(unused)]

use plugsmith::{CommandError, PluginContext, Value, command};

struct Point;

#[command]
fn parameter(point: Point) {}

#[command]
fn optional(point: Option<Point>) {}

#[command]
fn list(points: Vec<Point>) {}

#[command]
fn reply() -> Point {
    Point
}

#[command]
fn result() -> Result<Point, CommandError> {
    Ok(Point)
}

#[command]
fn error() -> Result<String, Point> {
    Err(Point)
}

#[command(arity = 7)]
fn arity(name: String) {}

#[command(arity = 2)]
fn open_arity(name: String, times: Option<u32>) {}

#[command]
fn order(times: Option<u32>, name: String) {}

#[command]
fn rest(names: Vec<String>, last: String) {}

#[command]
fn context_last(name: String, ctx: &PluginContext) {}

#[command]
fn context_twice(ctx: &PluginContext, context: &PluginContext) {}

#[command]
fn raw_and_typed(args: &[Value], name: String) {}

fn main() {}
