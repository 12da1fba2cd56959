//! What happened in a call: as data, and as the text of traces, reports and snapshots.

pub(crate) mod again;
pub(crate) mod call;
pub(crate) mod cost;
pub(crate) mod event;
pub(crate) mod history;
pub(crate) mod moment;
pub(crate) mod outcome;
pub(crate) mod render;
pub(crate) mod snapshot;
pub(crate) mod spent;
