//! What happened in a call: as data, and as the text of traces, reports and snapshots.

pub(crate) mod call;
pub(crate) mod event;
pub(crate) mod outcome;
mod snapshot;
pub(crate) mod spent;
