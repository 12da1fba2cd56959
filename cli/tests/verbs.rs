//! Every verb from the outside: what it prints, where, and the exit code.

#![expect(clippy::unwrap_used, reason = "whatever is missing here ends the test")]

#[path = "verbs/again.rs"]
mod again;
#[path = "verbs/author.rs"]
mod author;
#[path = "verbs/build.rs"]
mod build;
#[path = "verbs/call.rs"]
mod call;
#[path = "verbs/check.rs"]
mod check;
#[path = "verbs/doctor.rs"]
mod doctor;
#[path = "verbs/ferrite.rs"]
mod ferrite;
#[path = "verbs/init.rs"]
mod init;
#[path = "verbs/inspect.rs"]
mod inspect;
#[path = "verbs/manifest.rs"]
mod manifest;
#[path = "verbs/new.rs"]
mod new;
#[path = "verbs/orbis.rs"]
mod orbis;
#[path = "verbs/pack.rs"]
mod pack;
#[path = "verbs/peers.rs"]
mod peers;
#[path = "verbs/powers.rs"]
mod powers;
#[path = "verbs/replay.rs"]
mod replay;
#[path = "verbs/run.rs"]
mod run;
#[path = "verbs/sandbox.rs"]
mod sandbox;
#[path = "verbs/serve.rs"]
mod serve;
#[path = "verbs/shell.rs"]
mod shell;
#[path = "verbs/sizes.rs"]
mod sizes;
#[path = "verbs/test.rs"]
mod test;
#[path = "verbs/usage.rs"]
mod usage;
#[path = "verbs/xtp.rs"]
mod xtp;
