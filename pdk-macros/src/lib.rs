//! The macros of plugsmith. Use them through the crate `plugsmith`, which documents them.
//!
//! Every macro takes `crate = ::ps` for a renamed dependency, or for a crate that re-exports plugsmith.
//!
//! Each macro goes four steps: **parse** into what the author wrote, **model** as plain data,
//! **check** (every mistake at once, at the smallest token), **emit**. The author's item comes
//! out exactly as it went in; what is added sits in `const _: () = { .. }` and calls the library.

mod arguments;
mod client;
mod command;
mod data_type;
mod diagnostics;
mod export;
mod export_plugin;
mod fcall;
mod function;
mod hook;
mod host_functions;
mod interface;
mod library;
mod marker;
mod named;
mod orbis;
#[cfg(feature = "package")]
mod package;
mod peer;
mod record;
mod signature;
mod storage_backend;
mod transformer;
mod unique;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// Makes a function a command of the plugin, exported under its own name.
///
/// The signature is the contract: parameters are `String`, `&str`, integers, floats, `bool`,
/// `Vec<u8>`, `Bytes`, `Json<T>`, `Option<T>` at the end, `Vec<T>` last, or `&[Value]` for all of
/// them raw; `ctx: &PluginContext` may come first. Arity, usage text and conversion errors follow
/// from it. The result is a reply (`Value`, `String`, a number, `()`, `Json<T>` ..) or a `Result`
/// of one whose error converts to `CommandError`.
///
/// All attributes are optional:
///
/// | attribute | meaning |
/// |---|---|
/// | `name = "A.B"` | the command's name; else the function's, in capitals |
/// | `flags = ["write", ..]` | of `read write admin readonly denyoom loading stale fast slow` |
/// | `arity = -2` | words of a call, the name included; -N for N or more; only needed with `&[Value]` |
/// | `first_key = 1, last_key = -1, step = 1` | which arguments are keys |
/// | `timeout_ms = 5000` | the longest a call may take; in the harness, a million of fuel counts for a millisecond |
/// | `description = ".."` | else the first paragraph of the doc comment |
/// | `acl_categories`, `complexity`, `since`, `tips` | as in Redis' command documentation |
/// | `client = ".."` | the name of the typed call for tests: else `greet_call` beside `fn greet` |
/// | `crate = ::ps` | the path of plugsmith in a crate that renames or re-exports it |
#[proc_macro_attribute]
pub fn command(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), command::expand, command::stand_in).into()
}

/// Makes a function an export that any Extism host calls by its name.
///
/// It takes the call's whole input as `String`, `&str`, `Vec<u8>`, `&[u8]`, `Bytes`, `Json<T>` or
/// `()` (or nothing), after an optional `ctx: &PluginContext`, and returns one of these, or a
/// `Result` whose error implements `Display`. `name = ".."` sets another name for the export.
///
/// Beside `fn hash` it puts `hash_call`, with which tests call the artifact; `client = ".."` names it otherwise.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn function(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), function::expand, function::stand_in).into()
}

/// Makes a function of numbers one that `FUNCTION LOAD` brings into the shipped Ferrite server and `FCALL`
/// calls there. It is the one path of that server that runs wasm, and has an ABI of its own: the plugin can
/// have nothing else, so it is a crate of its own.
///
/// Parameters are `i32`, `i64` and `f64`, the result is `i32`, `i64`, `f32`, `f64` or nothing. The server
/// passes a whole number that fits as an `i32`, a larger one as an `i64`, other numbers as an `f64`, and 0 as
/// an `i32` for each key and each text. `FCALL` runs the first function that the module exports, so a
/// plugin has one of these. What the server gives it is in the module `plugsmith::fcall`.
///
/// `name = ".."` sets another name for the export. Beside `fn price` it puts `price_call`, with which tests call
/// the artifact; `client = ".."` names it otherwise. `crate = ::ps` is the path of plugsmith in a crate that
/// renames or re-exports it.
#[proc_macro_attribute]
pub fn fcall(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), fcall::expand, fcall::stand_in).into()
}

/// Makes a struct or an enum a data type, which storage keeps under a name of its own.
///
/// `name = "BLOOM"` is that name. Without `encoding` a compact, versioned, target-independent
/// encoding is supplied (`version = 2` names the one that is written, `migrate = function` a
/// `fn(u32, &[u8]) -> Result<Self, String>` that reads earlier ones); every field must be one that
/// serde knows, and the macro derives `Serialize` and `Deserialize` itself, so do not. Without
/// `name` it is the type's, in capitals. With `encoding = "bloom-v1"` the author writes `impl Encoding` and `impl DataType`.
/// `commands = ["BF.ADD", ..]` says which commands work on it, for the plugin's manifest.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn data_type(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), data_type::expand, data_type::stand_in).into()
}

/// Makes a function a hook, which a Ferrite host calls when an event happens.
///
/// `event = ".."` is one of `BeforeCommand AfterCommand OnKeyWrite OnKeyRead OnKeyExpiry
/// OnKeyDelete OnClientConnect OnClientDisconnect OnServerStartup OnServerShutdown`, or `custom:`
/// and a name. Hooks of one event run by `priority`, lowest first (0 unless set); those of one
/// priority in the order of `export_plugin!`.
///
/// Parameters are `ctx: &HookContext`, or fields of the event by their names: `key: &str`,
/// `value: Option<Value>`, `client_id: i64`, `command: &str`, `args: Vec<String>`, `result: &Value`.
/// The result is a `HookResult`, nothing (let it be), or a `Result` of either. Only what has not
/// happened yet can be aborted, only what has a value can be modified.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn hook(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), hook::expand, hook::stand_in).into()
}

/// Makes a function a transformer: a Ferrite host passes it the values of keys on their way into
/// or out of storage, and goes on with what it returns.
///
/// `on` is `"write"` or `"read"`, `pattern` a glob for the keys. Writers run by `priority`, lowest
/// first (0 unless set), then in the order of `export_plugin!`; readers the other way round, so that
/// the last that went on comes off first. Parameters are `key: &str`, `value` of the type that
/// it works on (`Value`, `Vec<u8>`, `&str`, `i64` ..) and `ctx: &PluginContext`. The result is a
/// value, or a `Result` of one whose error rejects the read or the write.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn transformer(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), transformer::expand, transformer::stand_in).into()
}

/// Mounts an `impl StorageBackend` on the keys that start with `prefix = ".."`: a Ferrite host asks
/// it instead of its own store. The type is a unit struct of the same module.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn storage_backend(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), storage_backend::expand, storage_backend::stand_in).into()
}

/// Declares functions of the host as a trait: stubs in the guest, mocks in tests, one declaration.
///
/// For `trait Billing` this adds the unit struct `BillingHost`, which implements it by calling
/// the host. Off wasm32 `BillingHost::mock(m)` puts an implementation in its place for unit
/// tests, and `BillingHost::serve(m)` gives the harness what it registers.
///
/// `namespace = ".."` is the import module, `extism:host/user` unless set; `prefix = ".."` goes
/// before every name; `#[import(name = "..")]` on a method sets its whole name.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn host_functions(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), host_functions::expand, host_functions::stand_in).into()
}

/// Declares another plugin as a trait: a typed client in the guest, a mock in tests, one declaration.
///
/// For `trait CountVowels` this adds the struct `CountVowelsPeer`: `CountVowelsPeer::load()?` (or
/// `load_from(ctx.peers())`) loads the plugin named `count_vowels`, and each method calls the export
/// of its own name with its whole input. A method takes at most one input, as a `#[function]` does,
/// and returns `Result<T, HostError>`. Off wasm32 `CountVowelsPeer::mock(m)` puts an implementation in
/// its place for unit tests, and `CountVowelsPeer::serve(m)` makes it a peer for the harness.
///
/// `name = ".."` is the plugin's name, the trait's in snake case unless set; `namespace = "env"`
/// imports from there instead of `extism:host/user`; `#[import(name = "..")]` on a method sets the
/// export's name.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn peer(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), peer::expand, peer::stand_in).into()
}

/// Lists the plugin's entry points, as the Ferrite page does: `export_plugin!(hello_world, hello_count);`
///
/// The attributes already export them; the list is checked, so that it cannot name anything else.
/// Its order is that of hooks and transformers of one priority.
#[proc_macro]
pub fn export_plugin(names: TokenStream) -> TokenStream {
    library::function(names.into(), export_plugin::expand, proc_macro2::TokenStream::new).into()
}

/// Makes a function the handler of an Orbis route: `#[route(GET, "/api/items/{id}")]`.
///
/// Parameters are those of the path by their names (`id: u64`), of the query by theirs
/// (`page: Option<u32>`), `Json<T>` for the body, `User` or `Option<User>`, and `&Request` for all of
/// it. The result is a `Response`, whatever becomes one, or a `Result` of it whose error converts to
/// `orbis::Error`: then it is answered as its status and a JSON body. `export_plugin!` must list it.
///
/// | attribute | meaning |
/// |---|---|
/// | `requires_auth = false` | anybody may call it; else the host asks for a user |
/// | `permissions = ["items:write"]` | what its user must have |
/// | `rate_limit = 60` | calls a minute |
/// | `description = ".."` | else the first paragraph of the doc comment |
/// | `client = ".."` | the name of the typed call for tests: else `get_item_call` beside a public `fn get_item` |
/// | `crate = ::ps` | the path of plugsmith in a crate that renames or re-exports it |
#[proc_macro_attribute]
pub fn orbis_route(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), orbis::route::expand, orbis::route::stand_in).into()
}

/// Makes a function called `init`, `execute` or `cleanup` that of an Orbis plugin's life.
///
/// It takes nothing and returns nothing, an `i32` (0 for success), or a `Result` whose error
/// converts to `orbis::Error`. `export_plugin!` must list it. The shipped host calls none of them.
///
/// `crate = ::ps` is the path of plugsmith in a crate that renames or re-exports it.
#[proc_macro_attribute]
pub fn orbis_lifecycle(args: TokenStream, item: TokenStream) -> TokenStream {
    library::attribute(args.into(), item.into(), orbis::lifecycle::expand, orbis::lifecycle::stand_in).into()
}

/// Makes the crate an Orbis plugin with these handlers: `export_plugin!(list_items, get_item);`
///
/// It exports the handlers, `allocate`, `deallocate`, `init`, `execute` and `cleanup`, and embeds
/// the manifest, whose name, version, description, author, homepage and licence are those in Cargo.toml.
///
/// | option | meaning |
/// |---|---|
/// | `permissions = ["database_read", ..]` | what the plugin asks of Orbis; `custom:x` for one of your own |
/// | `pages = "pages.json"` | a file beside Cargo.toml with the array of its pages |
/// | `config = "config.json"` | a file beside Cargo.toml with the object of its configuration |
/// | `description = ".."` | else that in Cargo.toml |
/// | `init = f`, `execute = f`, `cleanup = f` | functions of its life, without an attribute |
/// | `abi = "page"` | `alloc`, `dealloc` and handlers as on Orbis' page, which no real host runs |
/// | `crate = ::ps` | the path of plugsmith in a crate that renames or re-exports it |
#[proc_macro]
pub fn orbis_export_plugin(tokens: TokenStream) -> TokenStream {
    library::function(tokens.into(), orbis::export_plugin::expand, orbis::export_plugin::stand_in).into()
}

/// Calls a handler as its export does, for unit tests: `call!(get_item, host.request("GET", "/api/items/7"))`.
#[proc_macro]
pub fn orbis_call(tokens: TokenStream) -> TokenStream {
    library::function(tokens.into(), orbis::call::expand, orbis::call::stand_in).into()
}

/// The features of the package that this stands in, whether it is compiled with each, and whether it
/// is by default: `&[("extra", true, false), ..]`. For the macros of the harness.
#[cfg(feature = "package")]
#[doc(hidden)]
#[proc_macro]
pub fn package_features(_: TokenStream) -> TokenStream {
    package::features().into()
}
