//! What a plugin asks of its host, one file per service.

pub mod clock;
pub mod config;
pub mod http;
pub mod kv;
pub mod log;
pub mod peers;
pub mod random;
pub mod storage;
pub mod vars;
