//! What each macro emits: one stream of tokens with a `cfg` for each target.

use proc_macro2::TokenStream;

use super::{Expand, tokens};
use crate::library;

fn pretty(expand: Expand, args: &str, item: &str) -> String {
    let output = library::attribute(tokens(args), tokens(item), expand, |item| item);
    prettyplease::unparse(&syn::parse2(output).unwrap())
}

#[test]
fn a_typed_command() {
    insta::assert_snapshot!(pretty(
        crate::command::expand,
        r#"flags = ["write"]"#,
        "/// Greets.
        ///
        /// At length.
        pub fn greet(ctx: &PluginContext, name: &'static str, times: Option<u32>, mut rest: Vec<Bytes>) -> Result<String, CommandError> {
            Ok(name.repeat(times))
        }"
    ));
}

#[test]
fn a_raw_command_with_every_attribute() {
    insta::assert_snapshot!(pretty(
        crate::command::expand,
        r#"name = "HELLO.COUNT", flags = ["read", "write"], arity = -2, first_key = 1, last_key = -1, step = 1,
        timeout_ms = 5000, description = "Counts \"visits\".", acl_categories = ["keyspace"], complexity = "O(1)",
        since = "1.0.0", tips = ["nondeterministic_output"]"#,
        "fn hello_count(ctx: &PluginContext, args: &[Value]) -> CommandResult { Ok(Value::Ok) }"
    ));
}

#[test]
fn a_function() {
    insta::assert_snapshot!(pretty(
        crate::function::expand,
        r#"name = "hash-it""#,
        "/// Hashes.\npub(crate) fn hash(ctx: &PluginContext, password: &str) -> Result<String, HostError> { todo(password) }"
    ));
}

#[test]
fn a_function_without_input() {
    insta::assert_snapshot!(pretty(crate::function::expand, "", "fn r#type() {}"));
}

#[test]
fn host_functions() {
    insta::assert_snapshot!(pretty(
        crate::host_functions::expand,
        r#"namespace = "bank", prefix = "bank_""#,
        "/// The bank.
        pub trait Billing: Send {
            /// Charges.
            fn charge(&self, user: &str, cents: u64) -> Result<Receipt, HostError>;
            #[cfg(feature = \"notes\")]
            #[import(name = \"note.it\")]
            fn note(&self, _: String);
        }"
    ));
}

#[test]
fn a_peer() {
    insta::assert_snapshot!(pretty(
        crate::peer::expand,
        r#"name = "vowels", namespace = "env""#,
        "/// Counts.
        pub trait CountVowels {
            /// Them all.
            fn count_vowels(&self, text: &str) -> Result<Json<Count>, HostError>;
            #[cfg(feature = \"reset\")]
            #[import(name = \"RESET\")]
            fn reset(&self) -> Result<(), HostError>;
            fn raw(&self, _: Vec<u8>) -> Result<Vec<u8>, HostError>;
        }"
    ));
}

#[test]
fn a_list_of_entry_points() {
    let output =
        library::function(tokens("greet, other::hash, r#type,"), crate::export_plugin::expand, TokenStream::new);
    insta::assert_snapshot!(prettyplease::unparse(&syn::parse2(output).unwrap()));
}

#[test]
fn a_raw_hook() {
    insta::assert_snapshot!(pretty(
        crate::hook::expand,
        r#"event = "OnKeyWrite", priority = -5"#,
        "/// Guards.\nfn guard(ctx: &HookContext) -> HookResult { HookResult::Continue }"
    ));
}

#[test]
fn a_typed_hook() {
    insta::assert_snapshot!(pretty(
        crate::hook::expand,
        r#"event = "custom:StockLow""#,
        "pub fn stock_low(ctx: &PluginContext, item: &str, left: Option<u32>) -> Result<(), HostError> { Ok(()) }"
    ));
}

#[test]
fn a_transformer() {
    insta::assert_snapshot!(pretty(
        crate::transformer::expand,
        r#"on = "write", pattern = "blob:*", priority = 3"#,
        "/// Compresses.\nfn compress(key: &str, value: Vec<u8>) -> Result<Vec<u8>, CommandError> { Ok(value) }"
    ));
}

#[test]
fn a_storage_backend() {
    insta::assert_snapshot!(pretty(
        crate::storage_backend::expand,
        r#"prefix = "archive:""#,
        "/// Keeps.\nimpl StorageBackend for Archive { fn get(&self) {} }"
    ));
}

#[test]
fn a_data_type_with_everything() {
    insta::assert_snapshot!(pretty(
        crate::data_type::expand,
        r#"name = "POINT", version = 2, migrate = migrate_point, commands = ["POINT.SET"]"#,
        "/// A point.\nstruct Point { x: i32, y: i32 }"
    ));
}

#[test]
fn a_data_type_with_an_encoding_of_its_own() {
    insta::assert_snapshot!(pretty(crate::data_type::expand, r#"encoding = "mine-v1""#, "pub enum Mine { A, B(u8) }"));
}

#[test]
fn an_orbis_route() {
    insta::assert_snapshot!(pretty(
        crate::orbis::route::expand,
        r#"PUT, "/api/items/{id}", requires_auth = false, permissions = ["items:write"], rate_limit = 60"#,
        "/// Changes an item.
        pub fn update(id: u64, page: Option<u32>, user: User, Json(item): Json<Item>) -> Result<Json<Item>, Error> {
            change(id, item)
        }"
    ));
}

#[test]
fn an_orbis_lifecycle() {
    insta::assert_snapshot!(pretty(crate::orbis::lifecycle::expand, "", "fn init() -> Result<(), Error> { Ok(()) }"));
}

#[test]
fn an_orbis_plugin() {
    let list =
        r#"init, list, other::get, cleanup = sweep, permissions = ["network", "custom:x"], pages = "pages.json""#;
    let output = library::function(tokens(list), crate::orbis::export_plugin::expand, TokenStream::new);
    insta::assert_snapshot!(prettyplease::unparse(&syn::parse2(output).unwrap()));
}

#[test]
fn an_orbis_plugin_in_the_signatures_of_the_page() {
    let output = library::function(
        tokens(r#"init, list, execute = run, abi = "page""#),
        crate::orbis::export_plugin::expand,
        TokenStream::new,
    );
    let text = prettyplease::unparse(&syn::parse2(output).unwrap());
    let exports = text.lines().filter(|line| line.contains("export_name") || line.contains("__private::page"));
    insta::assert_snapshot!(exports.map(str::trim).collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_orbis_call() {
    let output = library::function(tokens("other::get, request"), crate::orbis::call::expand, TokenStream::new);
    insta::assert_snapshot!(
        output.to_string().replace(' ', ""),
        @"::plugsmith::orbis::__private::call(&other::__plugsmith_get_needs_an_orbis_route_or_lifecycle_attribute,request)"
    );
}
