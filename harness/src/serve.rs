//! Servers around hosts: sockets for what the harness otherwise runs in a test.

pub mod ferrite;
pub mod resp;
