//! Every verb from the outside: what it prints, where, and the exit code.

#![expect(clippy::unwrap_used, reason = "whatever is missing here ends the test")]

#[path = "verbs/call.rs"]
mod call;
#[path = "verbs/inspect.rs"]
mod inspect;
#[path = "verbs/new.rs"]
mod new;
#[path = "verbs/pack.rs"]
mod pack;
#[path = "verbs/run.rs"]
mod run;
#[path = "verbs/sandbox.rs"]
mod sandbox;
#[path = "verbs/serve.rs"]
mod serve;
#[path = "verbs/test.rs"]
mod test;
#[path = "verbs/usage.rs"]
mod usage;
