//! The Orbis guest natively: handlers as their exports run them, and the host in memory they talk to.

#![cfg_attr(miri, allow(unused, reason = "snapshots of files are not taken there"))]

mod lifecycle;
mod manifest;
mod parameters;
mod replies;
mod requests;
mod scan;
mod services;
