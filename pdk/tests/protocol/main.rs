//! The formats that cross the boundary: round trips, hostile input, and snapshots of every form.

#![cfg_attr(miri, allow(unused, reason = "snapshots of files are not taken there"))]

mod arguments;
mod base64;
mod hostile;
mod json;
#[cfg(feature = "json")]
mod metadata;
mod resp;
mod strategy;
mod wire;
