//! Mistakes and unfit types of peers.

#![allow(unused)]

use plugsmith::testing::MockPeer;
use plugsmith::{HostError, PluginContext, peer, peers};

pub struct Point;

#[peer(nam = "x", namespace = "user")]
pub trait Many<T> {
    const N: u8;
    async fn wait(&self) -> Result<(), HostError>;
    unsafe fn danger(&self) -> Result<(), HostError>;
    fn generic<U>(&self, u: U) -> Result<(), HostError>;
    fn body(&self) -> Result<(), HostError> {
        Ok(())
    }
    fn free(text: &str) -> Result<(), HostError>;
    fn mutable(&mut self) -> Result<(), HostError>;
    fn two(&self, a: &str, b: &str) -> Result<(), HostError>;
    fn nothing(&self);
    #[import]
    fn bare(&self) -> Result<(), HostError>;
    #[import(name = "bare")]
    fn twice(&self) -> Result<(), HostError>;
}

#[peer(name = "")]
trait Nameless {}

#[peer]
pub trait Types {
    fn input(&self, point: Point) -> Result<(), HostError>;
    fn output(&self) -> Result<Point, HostError>;
    fn borrowed(&self) -> Result<&str, HostError>;
    fn plain(&self) -> String;
    fn other_error(&self) -> Result<String, String>;
}

#[peer]
struct NotATrait;

fn calls() -> Result<(), HostError> {
    let point: Point = peers().load("a")?.call("point", "")?;
    let text: &str = peers().load("a")?.call("text", "")?;
    MockPeer::new().function("point", |point: Point| "").function("two", |ctx: &PluginContext, a: String, b: String| "");
    Ok(())
}

fn main() {}
