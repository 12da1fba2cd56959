//! Orbis' host through its front door: what it answers to good, bad and hostile plugins.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

mod confined;
mod database;
mod documented;
mod guest;
mod hostile;
mod kept;
mod manifest;
mod migrations;
mod package;
mod page_abi;
mod replay;
mod sdk;
mod server;
mod services;
mod shipped;
mod watch;
