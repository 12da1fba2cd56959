//! Mistakes and unfit types of functions.

#![allow(unused)]

use plugsmith::{PluginContext, function};

struct Point;

#[function(nmae = "x")]
fn misspelt() {}

#[function(name = "")]
fn nameless() {}

#[function(name = "memory")]
fn taken() {}

#[function]
fn three(ctx: &PluginContext, a: String, b: String) {}

#[function]
fn two(a: String, b: String) {}

#[function]
fn input(point: Point) {}

#[function]
fn output() -> Point {
    Point
}

#[function]
fn error() -> Result<String, Point> {
    Err(Point)
}

#[function]
fn number() -> u64 {
    7
}

#[function]
fn borrowed(text: &str) -> &str {
    text
}

#[function]
const NOT_A_FUNCTION: u8 = 7;

fn main() {}
