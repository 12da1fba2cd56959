//! The command line: verbs, options, and the help with its examples.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::artifact::CrateOptions;
use crate::host::HostOptions;

const EXIT_CODES: &str = "\
Exit codes:
  0  it worked
  1  the plugin answered with an error, trapped, or reached a limit; a test or a check failed
  2  wrong usage or input: an unknown option, file, package, command or template
  3  the plugin does not build
  4  the plugin wants what this host lacks, such as an HTTP request without --http
  5  the output could not be written";

const RUN_EXAMPLES: &str = "\
Examples:
  cargo plugsmith run . HELLO.WORLD Ada
  cargo plugsmith run plugin.wasm HELLO.COUNT visits --storage visits=41
  cargo plugsmith run my-plugin TAGS post:1 --storage 'post:1:=[\"a\", \"b\"]' --json
  cargo plugsmith run . FETCH --http 'GET https://api.example.com/* 200 {\"ok\": true}'
  cargo plugsmith run . FETCH --http 'GET https://api.example.com/* 200 @answer.json'
  cargo plugsmith run . SUB total -- -5 --not-an-option
  cargo plugsmith run --client . SET user:1 Ada
  cargo plugsmith run --event . OnKeyWrite key=user:1 value=Ada

The reply goes to standard output as redis-cli prints it, the trace to standard error.
Every KEY=VALUE and BODY is text; @FILE is a file's contents; @@ starts text with one @.";

const CALL_EXAMPLES: &str = "\
Examples:
  cargo plugsmith call . hash --input password
  cat photo.jpg | cargo plugsmith call resize.wasm thumbnail > small.jpg
  cargo plugsmith call . verify --input-file request.json --quiet | jq .

The output goes to standard output byte for byte, all else to standard error.
Every KEY=VALUE and BODY is text; @FILE is a file's contents; @@ starts text with one @.";

const INSPECT_EXAMPLES: &str = "\
Examples:
  cargo plugsmith inspect .
  cargo plugsmith inspect plugin.wasm --json | jq .permissions

A crate is built as it ships, with its release profile, but keeping the names of functions.";

const MANIFEST_EXAMPLES: &str = "\
Examples:
  cargo plugsmith manifest --host ferrite
  cargo plugsmith manifest my-plugin --host ferrite --write
  cargo plugsmith manifest --host ferrite --check
  cargo plugsmith manifest dist/plugin.wasm --host ferrite --check dist/plugin.toml
  cargo plugsmith manifest --host orbis --check

FILE is plugin.toml or manifest.json beside the crate's Cargo.toml, or beside the artifact, unless it is named.
Commands, data types, hooks and permissions are the artifact's, the package is Cargo.toml's.
For ferrite, what both leave open is taken over from FILE, such as the hosts of a permission; its comments are not.
For orbis, the artifact's section is the manifest, with the pages of pages.json beside Cargo.toml.
--check prints a line for each difference, and ends with 1 if there is any.";
const CHECK_EXAMPLES: &str = "\
Examples:
  cargo plugsmith check . --host query
  cargo plugsmith check plugin.wasm --host extism --host ferrite
  cargo plugsmith check plugin.wasm --host extism --manifest manifest.json
  cargo plugsmith check . --host orbis --json | jq '.[0].findings'

The hosts are extism, query, ferrite, orbis and peers.
A breach keeps the plugin from loading or working, and makes the exit code 1; a note is something to know.";

const PACK_EXAMPLES: &str = "\
Examples:
  cargo plugsmith pack . --host query
  cargo plugsmith pack . --host query --out dist
  cargo plugsmith pack . --host query --project ../my-app --tag v0.1.0 --repo-url https://github.com/me/query-plugin-mine
  cargo plugsmith pack . --host orbis
  cargo plugsmith pack . --host orbis --form folder --out plugins/my-plugin
  cargo plugsmith pack plugin.wasm --manifest manifest.json --out dist/my-plugin.wasm

The artifact is the one that ships, without names and debug information.
For Query it makes query-plugin-NAME.wasm and its .sha256, the two files of a release on GitHub; with --project they
go into the plugins folder and .query/plugins.toml of a Query project, too.
For Orbis it makes one .zip, folder or .wasm, and opens it again as Orbis does.";

const SERVE_EXAMPLES: &str = "\
Examples:
  cargo plugsmith serve .
  cargo plugsmith serve . --db items.sqlite --port 8000
  cargo plugsmith serve . --record tests/requests.jsonl
  cargo plugsmith serve . --as-shipped
  curl http://127.0.0.1:8787/api/plugins/my-plugin/items -H 'authorization: Bearer test'
  cargo plugsmith serve examples/ferrite-json examples/ferrite-bloom
  cargo plugsmith serve --config ferrite.toml --requirepass secret --bind 0.0.0.0
  redis-cli -p 6379 JSON.GET mykey '$.name'

The plugin decides which server it is: HTTP for Orbis, the Redis protocol for Ferrite. The address goes to standard output, a trace of each request to standard error.
When a source changes, the plugin is built again and takes the place of the old one; state and
database stay. A recording is sent again in a test by `App::replay`, and replayed by `cargo plugsmith replay`.";

const KEYGEN_EXAMPLES: &str = "\
Examples:
  cargo plugsmith keygen
  cargo plugsmith keygen release.key

The line in the .pub file goes into trusted_keys of [plugins.sandbox]. Keep the other to yourself.";

const SIGN_EXAMPLES: &str = "\
Examples:
  cargo plugsmith sign myplugin.wasm
  cargo plugsmith sign myplugin.wasm --key release.key --out signed.wasm

The signature is a custom section, in the form of the WebAssembly module signatures.";

const BUILD_EXAMPLES: &str = "\
Examples:
  cargo plugsmith build
  cargo plugsmith build my-plugin --features extra
  wasm=$(cargo plugsmith build . --quiet)

The artifact is target/plugsmith/my_plugin.wasm, built as a cdylib alone with settings of its own (opt-level z, fat LTO, one
codegen unit, panic abort), so the release profile of the workspace can be what it is. wasm-opt makes it smaller still
where it is installed. `check`, `inspect` and `pack` of a crate use the same file.";

const TEST_EXAMPLES: &str = "\
Examples:
  cargo plugsmith test
  cargo plugsmith test -p my-plugin greets

All arguments go to cargo nextest run, or to cargo test where cargo-nextest is not installed.
The exit code is cargo's.";

const NEW_EXAMPLES: &str = "\
Examples:
  cargo plugsmith new my-plugin
  cargo plugsmith new my-plugin --template ferrite
  cargo plugsmith new my-plugin --define 'plugsmith={ path = \"/some/checkout/pdk\" }' \\
    --define 'plugsmith_harness={ path = \"/some/checkout/harness\" }'

The templates are part of this program, so no network is needed.
A program that was installed from a checkout takes both crates from there, unless --define says otherwise.";

/// Runs, calls, inspects, serves, packs and tests WebAssembly plugins
#[derive(Debug, Parser)]
#[command(name = "cargo plugsmith", bin_name = "cargo plugsmith", version, after_help = EXIT_CODES)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Run a command of a plugin, as a Redis client would
    #[command(after_help = help(RUN_EXAMPLES))]
    Run(Run),
    /// Call a function of a plugin, with bytes in and bytes out
    #[command(after_help = help(CALL_EXAMPLES))]
    Call(Call),
    /// Build the artifact that ships, and show what it consists of
    #[command(after_help = help(BUILD_EXAMPLES))]
    Build(Build),
    /// Show what a plugin offers, wants and weighs
    #[command(after_help = help(INSPECT_EXAMPLES))]
    Inspect(Inspect),
    /// Write the file that tells a host of a plugin, or check one that is kept by hand
    #[command(after_help = help(MANIFEST_EXAMPLES))]
    Manifest(Manifest),
    /// Say whether a plugin can load and work in a host, and why not
    #[command(after_help = help(CHECK_EXAMPLES))]
    Check(Check),
    /// Make the files that a host installs
    #[command(after_help = help(PACK_EXAMPLES))]
    Pack(Pack),
    /// Serve an Orbis plugin over HTTP, or Ferrite plugins to Redis clients
    #[command(after_help = help(SERVE_EXAMPLES))]
    Serve(Box<Serve>),
    /// Make a pair of keys to sign plugins with
    #[command(after_help = help(KEYGEN_EXAMPLES))]
    Keygen(Keygen),
    /// Sign an artifact, for servers with verify_signatures
    #[command(after_help = help(SIGN_EXAMPLES))]
    Sign(Sign),
    /// Show what each export cost in the last test run, and hold it against a baseline
    #[command(after_help = help(crate::cost::EXAMPLES))]
    Cost(crate::cost::Cost),
    /// Show what a plugin was granted, can do and does, and what an update newly asks for
    #[command(after_help = help(crate::audit::EXAMPLES))]
    Audit(crate::audit::AuditOptions),
    /// Run the tests of a plugin
    #[command(after_help = help(TEST_EXAMPLES))]
    Test(Test),
    /// Create a plugin from a template
    #[command(after_help = new_help())]
    New(New),
    /// Add the harness and a first test to a crate that exists already
    #[command(after_help = help(crate::init::EXAMPLES))]
    Init(crate::init::Init),
    /// Say whether everything is installed that plugins need, and what to type if not
    #[command(after_help = help(crate::doctor::EXAMPLES))]
    Doctor(crate::doctor::Doctor),
    /// Print a completion script for a shell
    #[command(after_help = help(crate::shell::COMPLETIONS_EXAMPLES))]
    Completions(crate::shell::Completions),
    /// Write the manual pages
    #[command(after_help = help(crate::shell::MAN_EXAMPLES))]
    Man(crate::shell::Man),
    /// Make the calls of a recorded session again, with every host call answered from its file
    #[command(after_help = help(crate::replay::EXAMPLES))]
    Replay(Box<crate::replay::ReplayOptions>),
    /// Run test plugins of the xtp-test libraries against a plugin
    #[command(after_help = help(crate::xtp::EXAMPLES))]
    Xtp(Box<crate::xtp::Xtp>),
}

fn help(examples: &str) -> String {
    format!("{examples}\n\n{EXIT_CODES}")
}

fn new_help() -> String {
    help(&format!("Templates, and the values that they ask for:\n{}\n\n{NEW_EXAMPLES}", crate::template::list()))
}

#[derive(Args, Debug)]
pub(crate) struct OutputOptions {
    /// Print one JSON object: the reply or error, host calls, logs, trace, fuel, pages, duration
    #[arg(long)]
    pub(crate) json: bool,
    /// Print no progress and no trace
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
    /// The command's name
    pub(crate) command: String,
    /// Its arguments; put -- before those that start with a dash
    #[arg(allow_negative_numbers = true)]
    pub(crate) arguments: Vec<OsString>,
    /// Run it as a client of a Ferrite host: through the plugin's hooks, transformers and storage
    /// backends, and with GET, SET and the like of the host's own
    #[arg(long)]
    pub(crate) client: bool,
    /// Fire an event of a Ferrite host: COMMAND is its name, and the arguments are its fields,
    /// FIELD=VALUE or FIELD:=JSON
    #[arg(long, conflicts_with = "client")]
    pub(crate) event: bool,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
    #[command(flatten)]
    pub(crate) host: HostOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Call {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
    /// The function's name
    pub(crate) function: String,
    /// The input [default: standard input, if it is no terminal]
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "input_file")]
    pub(crate) input: Option<String>,
    /// A file with the input, - for standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) input_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: OutputOptions,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
    #[command(flatten)]
    pub(crate) host: HostOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
    /// Print one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Manifest {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN", default_value = ".")]
    pub(crate) plugin: String,
    /// The host that the file is for: plugin.toml for ferrite, manifest.json for orbis
    #[arg(long)]
    pub(crate) host: ManifestHost,
    /// Write FILE instead of printing it
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with = "check")]
    pub(crate) write: Option<Option<PathBuf>>,
    /// Say where FILE and the artifact disagree
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    pub(crate) check: Option<Option<PathBuf>>,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Check {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
    /// The host; may be given more than once
    #[arg(long, value_name = "WORD", required = true)]
    pub(crate) host: Vec<String>,
    /// The manifest that an Extism host loads it with, JSON or TOML
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// Print one JSON object for each host
    #[arg(long)]
    pub(crate) json: bool,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

/// A host that reads a file beside the artifact.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ManifestHost {
    /// plugin.toml
    Ferrite,
    /// manifest.json
    Orbis,
}

/// A host that installs packed plugins.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum PackHost {
    Orbis,
    Query,
}

/// How a plugin is packed for Orbis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PackForm {
    /// A folder with manifest.json and the code
    Folder,
    /// A .zip of both
    Zip,
    /// The code, with the manifest in a section
    Wasm,
}

#[derive(Args, Debug)]
pub(crate) struct Pack {
    /// A crate's folder, a package of this workspace, or a .wasm or .wat file
    #[arg(value_name = "PLUGIN")]
    pub(crate) plugin: String,
    /// The host [default: orbis, for a plugin that speaks its ABI]
    #[arg(long, value_name = "WORD")]
    pub(crate) host: Option<PackHost>,
    /// Where to [default: here; for Orbis under the plugin's name]
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Orbis: the form [default: what the name after --out says, otherwise zip]
    #[arg(long, conflicts_with_all = ["project", "tag", "repo_url"])]
    pub(crate) form: Option<PackForm>,
    /// Orbis: the manifest [default: the artifact's, or manifest.json beside Cargo.toml]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["project", "tag", "repo_url"])]
    pub(crate) manifest: Option<PathBuf>,
    /// Query: a project to install the plugin in
    #[arg(long, value_name = "FOLDER")]
    pub(crate) project: Option<PathBuf>,
    /// Query: the release's tag, for the project
    #[arg(long, default_value = "", requires = "project", hide_default_value = true)]
    pub(crate) tag: String,
    /// Query: the repository on GitHub, for the project
    #[arg(long, value_name = "URL", default_value = "", requires = "project", hide_default_value = true)]
    pub(crate) repo_url: String,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Build {
    /// A crate's folder, or a package of this workspace
    #[arg(value_name = "CRATE", default_value = ".")]
    pub(crate) plugin: String,
    /// Print the path alone
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// A crate's folder, a package of this workspace, a .wasm, or a packed plugin; several for Ferrite
    #[arg(value_name = "PLUGIN", required_unless_present = "config")]
    pub(crate) plugins: Vec<String>,
    /// The port; 0 takes a free one [default: 8787 for Orbis, 6379 for Ferrite]
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
    #[command(flatten)]
    pub(crate) ferrite: ServeFerrite,
    /// Whoever sends `authorization: Bearer TOKEN` is logged in [default: another at each start]
    #[arg(long, value_name = "TOKEN")]
    pub(crate) token: Option<String>,
    /// Answer to this name, too, and let pages of it change things [default: 127.0.0.1 and localhost only]
    #[arg(long, value_name = "NAME")]
    pub(crate) allow_host: Vec<String>,
    /// The id of whoever is logged in
    #[arg(long, value_name = "ID", default_value = "test")]
    pub(crate) user: String,
    /// Whoever is logged in administers the host
    #[arg(long)]
    pub(crate) admin: bool,
    /// Do as the shipped host does: no database, no HTTP, no events, no path parameters
    #[arg(long, conflicts_with_all = ["db", "migrations", "http"])]
    pub(crate) as_shipped: bool,
    /// Let nobody log in, as the shipped host does unless authentication is switched on
    #[arg(long, requires = "as_shipped")]
    pub(crate) without_auth: bool,
    /// Leave OPTIONS to the plugin, as the shipped host does when CORS is switched off
    #[arg(long, requires = "as_shipped")]
    pub(crate) without_cors: bool,
    /// A manifest [default: the artifact's, or manifest.json beside Cargo.toml]
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,
    /// The database's file [default: in memory]
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// A folder with the database's .sql files [default: migrations beside Cargo.toml]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) migrations: Option<PathBuf>,
    /// The state's file [default: in memory]
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// A configuration value, over the manifest's; for Ferrite the server's configuration file
    #[arg(long, value_name = "KEY=VALUE|FILE", value_parser = crate::values::setting)]
    pub(crate) config: Vec<crate::values::Setting>,
    /// The answer to the plugin's own HTTP requests; `*` in the URL stands for anything
    #[arg(long, value_name = "METHOD URL STATUS [BODY]", value_parser = crate::values::http_answer)]
    pub(crate) http: Vec<crate::values::HttpAnswer>,
    /// Append each request to a file, and what the plugin was called with for it
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Build with the release profile, as the plugin ships
    #[arg(long)]
    pub(crate) release: bool,
    /// Leave the plugin as it is when a source changes
    #[arg(long)]
    pub(crate) no_reload: bool,
    /// Print no progress and no traces
    #[arg(long, short)]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) krate: CrateOptions,
}

/// What only a Ferrite server has.
#[derive(Args, Debug)]
pub(crate) struct ServeFerrite {
    /// Ferrite: the address to listen on; any but this machine's needs --requirepass
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) bind: std::net::IpAddr,
    /// Ferrite: keep the keys in this Redis or Valkey, alone or a cluster [default: in memory]
    #[arg(long, value_name = "URL")]
    pub(crate) store: Option<String>,
    /// Ferrite: below each command, print what plugins do
    #[arg(long, short, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
    /// Ferrite: the password of the default user
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) requirepass: Option<String>,
    /// Ferrite: speak TLS, with the certificates in this PEM file
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Ferrite: the key of the certificate, a PEM file
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Ferrite: serve counts of calls, errors, fuel and time for Prometheus on this port
    #[arg(long, value_name = "PORT")]
    pub(crate) metrics: Option<u16>,
}

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// Where the secret key goes; the public one goes beside it, with `.pub` at its end
    #[arg(value_name = "FILE", default_value = "plugsmith.key")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Sign {
    /// The .wasm file
    #[arg(value_name = "FILE")]
    pub(crate) artifact: PathBuf,
    /// The secret key that `keygen` wrote
    #[arg(long, value_name = "FILE", default_value = "plugsmith.key")]
    pub(crate) key: PathBuf,
    /// Where the signed artifact goes [default: the same file]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Test {
    /// Arguments for cargo nextest run, or cargo test
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) arguments: Vec<OsString>,
}

#[derive(Args, Debug)]
pub(crate) struct New {
    /// The plugin's name, which is its folder's too
    pub(crate) name: String,
    /// The template
    #[arg(long, default_value = "ferrite")]
    pub(crate) template: String,
    /// A value that the template asks for
    #[arg(long, value_name = "NAME=VALUE", value_parser = crate::values::text_pair)]
    pub(crate) define: Vec<crate::values::TextPair>,
}
