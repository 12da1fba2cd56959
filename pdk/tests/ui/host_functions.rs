//! Mistakes and unfit types of host functions.

#![allow(unused)]

use plugsmith::{HostError, host_functions};

pub struct Point;

#[host_functions(namespace = "", prefiks = "x_")]
pub trait Many<T> {
    const N: u8;
    type Item;
    async fn wait(&self);
    unsafe fn danger(&self);
    fn generic<U>(&self, u: U);
    fn body(&self) {}
    fn free(name: &str);
    fn mutable(&mut self);
    fn fill(&self, bytes: &mut [u8]);
    fn borrowed(&self) -> &str;
    #[import]
    fn bare(&self);
    #[import(nam = "x")]
    fn misspelt(&self);
    #[import(name = "bare")]
    fn twice(&self);
}

#[host_functions]
pub trait Types {
    fn argument(&self, point: Point);
    fn optional(&self, name: Option<&str>);
    fn result(&self) -> Point;
    fn json(&self) -> Result<Point, HostError>;
    fn other_error(&self) -> Result<String, String>;
}

#[host_functions]
struct NotATrait;

fn main() {}
