//! The native twin: entry points called as plain functions, and the host in memory they talk to.

#![cfg_attr(miri, allow(unused, reason = "snapshots of files are not taken there"))]

mod calls;
mod commands;
mod errors;
mod functions;
mod glob;
mod host_functions;
mod http;
mod mock_context;
mod peers;
mod storage;
