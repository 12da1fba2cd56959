//! What each macro emits: one stream of tokens with a `cfg` for each target.

use super::{Expand, tokens};

fn pretty(expand: Expand, args: &str, item: &str) -> String {
    let output = expand(tokens(args), tokens(item)).unwrap();
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
    let output = crate::export_plugin::expand(tokens("greet, other::hash, r#type,")).unwrap();
    insta::assert_snapshot!(prettyplease::unparse(&syn::parse2(output).unwrap()), @r"
    const _: ::plugsmith::__private::Entry = __plugsmith_greet_needs_a_command_hook_or_function_attribute;
    const _: ::plugsmith::__private::Entry = other::__plugsmith_hash_needs_a_command_hook_or_function_attribute;
    const _: ::plugsmith::__private::Entry = __plugsmith_type_needs_a_command_hook_or_function_attribute;
    ");
}
