//! What can go wrong, one variant for each thing that a test may assert on.

mod kind;
mod unexpected;
mod words;

use std::path::PathBuf;

use crate::import::Import;

use self::words::{MORE_FUEL, hash_fix, leaked, list, meant, missing, of_peer, trap, used, why_missing};

pub use unexpected::Missing;
pub(crate) use unexpected::Unexpected;
pub(crate) use words::{LEAK_CURE, called_by, out_of_fuel, out_of_host_calls, owned};

/// The fuel that each host call counts for: the default limit gives half a million of them, or 10 GB,
/// which take about ten seconds.
pub(crate) const HOST_CALL: u64 = 20_000;

/// The result of whatever can fail in the harness.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a plugin did not load, or a call of it failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such file.
    #[error("{}", missing(path))]
    MissingArtifact {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The given file is older than what it was built from.
    #[error("{} is stale: {} has changed since; build it again (`touch` it where cargo finds nothing to build), or unset PLUGSMITH_WASM", artifact.display(), source_file.display())]
    StaleArtifact {
        /// The artifact.
        artifact: PathBuf,
        /// A source that changed after it.
        source_file: PathBuf,
    },
    /// cargo could not build the artifact; its own words.
    #[error("the plugin does not build:\n{output}")]
    BuildFailed {
        /// What cargo and rustc said.
        output: String,
    },
    /// The bytes are no WebAssembly module that this runtime accepts.
    #[error("not a valid plugin: {reason}")]
    InvalidModule {
        /// The validator's reason.
        reason: String,
    },
    /// The artifact has entry points of a crate that it depends on, and did not ask for them.
    #[error("{}", leaked(exports))]
    Leaked {
        /// Each export, and the crate that it is from.
        exports: Vec<(String, String)>,
    },
    /// The artifact has no such export.
    #[error("no export `{name}`{}there is {}", meant(name, available), list(available))]
    MissingExport {
        /// What was called.
        name: String,
        /// What could be.
        available: Vec<String>,
    },
    /// Neither the plugin nor the host has such a command.
    #[error("no command `{name}`{}there is {}", meant(name, available), list(available))]
    MissingCommand {
        /// What the client sent.
        name: String,
        /// What it could have sent.
        available: Vec<String>,
    },
    /// An import and its implementation, or an export and Extism, disagree on the types.
    #[error("signatures differ: the artifact has `{artifact}`, {other}")]
    BadSignature {
        /// The artifact's signature.
        artifact: String,
        /// The other side and its signature.
        other: String,
    },
    /// The test mocks what the artifact does not import.
    #[error("the test mocks `{name}`, which the artifact does not import; it imports {}", list(imports))]
    UnusedMock {
        /// The mock's name.
        name: String,
        /// What could be mocked.
        imports: Vec<String>,
    },
    /// The test puts something into a host that has no use for it.
    #[error("`{option}` does nothing in {host}, which {reason}: leave it out, or use {instead}")]
    IgnoredOption {
        /// The option: `Orbis::migrations`.
        option: String,
        /// The host as the test made it.
        host: &'static str,
        /// Why it has no use for it.
        reason: String,
        /// A host that has.
        instead: &'static str,
    },
    /// The host has nothing behind an import.
    #[error("the host has no `{}.{}`, which the artifact imports{}", import.module, import.name, why_missing(import))]
    MissingImport {
        /// The import.
        import: Import,
    },
    /// An import that no host has, made by a tool for another environment.
    #[error(
        "no host has `{}.{}`, which the artifact imports, {what}{}: {cure}",
        import.module, import.name, called_by(crates)
    )]
    ForeignImport {
        /// The import.
        import: Box<Import>,
        /// What it is: `a function of C's library`.
        what: String,
        /// The crates that lead to it, where the artifact has names; the nearest first.
        crates: Vec<String>,
        /// What to do.
        cure: String,
    },
    /// The plugin called a host function that the test does not expect.
    #[error("unexpected host call {call}\nif it is expected, add to the host:\n    {paste}")]
    UnexpectedHostCall {
        /// The call with its arguments.
        call: String,
        /// What would answer it.
        missing: Missing,
        /// The line that adds it to the host.
        paste: String,
    },
    /// The plugin answered with an error of its own.
    #[error("{message}")]
    Plugin {
        /// The error's text.
        message: String,
    },
    /// The host refused: the plugin passed on a `NOPERM` or `DENIED`.
    #[error("{message}")]
    Denied {
        /// The refusal.
        message: String,
    },
    /// A host function failed, which ends the call.
    #[error("host function `{function}` failed: {message}")]
    HostFailed {
        /// The host function.
        function: String,
        /// Why.
        message: String,
    },
    /// The plugin makes its host hold more than the test's host does.
    #[error("host function `{function}` failed: {reason}")]
    HostFull {
        /// The host function.
        function: String,
        /// The limit, and how to raise it.
        reason: String,
    },
    /// The plugin trapped.
    #[error("{}", trap(panic.as_deref(), reason))]
    Trapped {
        /// The panic's message and place, if it was a panic.
        panic: Option<String>,
        /// wasm's own reason.
        reason: String,
        /// The frames of the author's code, innermost first: `greet at src/lib.rs:7`.
        frames: Vec<String>,
    },
    /// The call took longer than the host's timeout.
    #[error("timed out after {milliseconds} ms")]
    TimedOut {
        /// The timeout.
        milliseconds: u64,
    },
    /// The call used all of its fuel.
    #[error("{}", out_of_fuel(*limit, MORE_FUEL))]
    OutOfFuel {
        /// The limit.
        limit: u64,
    },
    /// The call's host calls used all of its fuel: each counts, and each of their bytes.
    #[error("{}", out_of_host_calls(*limit, MORE_FUEL))]
    OutOfHostCalls {
        /// The limit.
        limit: u64,
    },
    /// The call used all of its fuel or its time while it waited for the clock to move.
    #[error(
        "it waits for the clock: it read the time {reads} times without sleeping, and the time that it waits for does \
         not come, because the clock of a test stands still during a call and moves only while the plugin sleeps; \
         sleep, or let the test move it between calls with `Plugin::advance`"
    )]
    WaitsForClock {
        /// How often it asked for the time.
        reads: u64,
    },
    /// The call has run to its end and cost more than its [`Budget`](crate::powers::cost::Budget).
    #[error("`{export}` exceeds its budget: {}{}", exceeded.join("; "), used(host_calls))]
    OverBudget {
        /// The export.
        export: String,
        /// What exceeds it, and how far.
        exceeded: Vec<String>,
        /// Its host functions, the most frequent first.
        host_calls: Vec<String>,
    },
    /// The plugin wanted more memory than the host gives.
    #[error("out of memory: more than {pages} pages of 64 KiB")]
    OutOfMemory {
        /// The limit.
        pages: u32,
    },
    /// The plugin's own memory is larger at the start than all that the host gives.
    #[error(
        "out of memory: starts with {pages} pages of 64 KiB, and the host gives {limit}; give it more with \
         `Host::memory_pages`, `--memory-pages` or `max_pages`, or use less static data"
    )]
    StartsTooLarge {
        /// What it starts with.
        pages: u64,
        /// The limit.
        limit: u32,
    },
    /// The call used more than its host gives, which no test changes there.
    #[error("more than {limit} {what} in one call, which is all that the host gives: do less in one call")]
    HostLimit {
        /// What there is too much of: `units of fuel`.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The input is none that the host can pass.
    #[error("bad input of `{function}`: {reason}")]
    BadInput {
        /// The export.
        function: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The output is not what the call should give.
    #[error("bad output of `{function}`: {reason}")]
    BadOutput {
        /// The export.
        function: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A manifest that the host refuses.
    #[error("the host refuses the manifest:\n  {}", problems.join("\n  "))]
    InvalidManifest {
        /// Each with its place in the manifest, and the fix.
        problems: Vec<String>,
    },
    /// A test fired an event that no host fires.
    #[error("no host fires the event `{event}`: {choice}")]
    UnknownEvent {
        /// The event's name.
        event: String,
        /// What it could have been.
        choice: String,
    },
    /// A test fired an event with other fields than a host gives it.
    #[error("no host fires this event: {reason}")]
    BadEvent {
        /// Which field it is, and how to give it.
        reason: String,
    },
    /// There is no host with this name.
    #[error("no host `{word}`: choose one of {}", known.join(", "))]
    UnknownHost {
        /// What was asked for.
        word: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The host has no plugin of this name.
    #[error("no plugin `{name}`{}there is {}", meant(name, available), list(available))]
    MissingPlugin {
        /// What was called.
        name: String,
        /// What could be.
        available: Vec<String>,
    },
    /// A plugin that others load cannot be loaded.
    #[error("the peer `{plugin}`: {}", of_peer(plugin, error))]
    Peer {
        /// Its name.
        plugin: String,
        /// Why not.
        #[source]
        error: Box<Error>,
    },
    /// A manifest, options or a list of plugins that a host could not read.
    #[error("{place}: {reason}")]
    BadManifest {
        /// The file and line, or what else was read.
        place: String,
        /// What is wrong, and what to write.
        reason: String,
    },
    /// An artifact is not the one whose hash was written down.
    #[error("hash mismatch: {source_name} has the SHA-256 {found}, but {expected} was expected{}", hash_fix(expected))]
    HashMismatch {
        /// The file, URL or bytes.
        source_name: String,
        /// The hash of what was found.
        found: String,
        /// The hash that was written down.
        expected: String,
    },
    /// A manifest's URL gave no artifact.
    #[error("no artifact from {url}: {reason}")]
    Download {
        /// The URL.
        url: String,
        /// Why, and the line to add.
        reason: String,
    },
    /// A file of the harness's own could not be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
}
