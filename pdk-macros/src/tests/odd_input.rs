//! Input that no guide shows: an answer, never a panic, and the author's item as it was.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::{Expand, messages, tokens};

const MACROS: &[(&str, Expand)] = &[
    ("command", crate::command::expand),
    ("function", crate::function::expand),
    ("host_functions", crate::host_functions::expand),
    ("data_type", crate::data_type::expand),
    ("hook", crate::hook::expand),
    ("storage_backend", crate::storage_backend::expand),
    ("transformer", crate::transformer::expand),
    ("orbis::lifecycle", crate::orbis::lifecycle::expand),
    ("orbis::route", crate::orbis::route::expand),
];

const ARGS: &[&str] = &[
    "",
    ",",
    ",,",
    "name",
    "name =",
    "= 1",
    "name = \"A\",",
    "name = \"A\" \"B\"",
    "name == \"A\"",
    "\"A\"",
    "a::b = 1, a::b = 2",
    "name(x)",
    "name = concat!(\"a\", \"b\")",
    "name = 'c'",
    "name = b\"x\"",
    "name = r#\"raw\"#",
    "name = \"\\0\"",
    "name = \"größe\"",
    "r#name = \"x\"",
    "flags = []",
    "flags = [..]",
    "flags = [[\"read\"]]",
    "flags = \"read\"",
    "arity = 99999999999999999999",
    "arity = -9223372036854775808",
    "arity = 0x10",
    "arity = 1.0",
    "arity = - - 1",
    "namespace = \"a\", prefix = \"b\"",
    "prefix = 7",
    "client = \"not a name\"",
    "client = \"type\"",
    "client = \"r#type\"",
    "if while { } # ! @",
    "{}",
    "(a = 1)",
];

const ITEMS: &[&str] = &[
    "",
    "fn",
    "fn f();",
    "fn f() {}",
    "pub(in crate::a) fn f(_: u64) {}",
    "fn f(mut x: String, ref y: u8, &z: &u8) {}",
    "fn f((a, b): (u8, u8), Json(c): Json<u8>, Point { x, .. }: Point, [d, ..]: [u8; 3]) {}",
    "fn r#type(r#match: &str) -> &str { r#match }",
    "fn grüße(größe: u32) {}",
    "fn _f(_: (), __: (), _x: ()) {}",
    "fn f<'a>(x: &'a str, y: &'static str, z: &'_ str) -> &'a str where 'a: 'a { x }",
    "fn f<T, const N: usize>(x: T) where T: Clone {}",
    "async fn f() {}",
    "const fn f() {}",
    "unsafe extern \"C\" fn f(x: u8, ...) {}",
    "#[doc = concat!(\"a\", \"b\")] #[doc(hidden)] #[doc] fn f() {}",
    "///\n///\n/// a\n/// b\n///\n/// c\nfn f() {}",
    "#[cfg_attr(all(), doc = \"x\", inline)] #[must_use] fn f() -> u8 { 7 }",
    "fn f(&self) {}",
    "fn f(self: &mut Self, x: u8) {}",
    "fn f(#[cfg(test)] x: u8, #[allow(unused)] y: u8) {}",
    "fn f(x: fn(&str) -> &str, y: &dyn Fn(&str), z: Box<dyn for<'a> Fn(&'a str)>) {}",
    "fn f(x: impl Into<String>) -> impl Clone {}",
    "fn f(x: [u8; { 1 + 2 }], y: (), z: !, w: _, v: <A as B>::C, u: m!()) -> ! { loop {} }",
    "default fn f() {}",
    "struct S;",
    "enum E { A }",
    "impl S { fn f() {} }",
    "mod m { fn f() {} }",
    "use a::b;",
    "extern \"C\" { fn f(); }",
    "macro_rules! m { () => {} }",
    "m! {}",
    "trait T {}",
    "pub(crate) trait T: Send where Self: Sized { fn f(&self, _: u64, mut x: u8, (a, b): (u8, u8)); }",
    "unsafe trait T { fn f(&self); }",
    "trait T { #[cfg(test)] fn f(&self); m!(); type A; const B: u8; }",
    "trait r#type { fn r#match(&self, r#fn: &str); }",
    "trait Größe { fn größe(&self, größe: &str) -> u64; }",
    "trait T<'a, U> { fn f(&'a self, x: &'a str) -> Option<U>; }",
    "trait T { fn f(self: Rc<Self>); fn g(self); fn h(&mut self); }",
    "trait T { fn f(&self) -> impl Clone; fn g(&self, x: impl Clone); }",
    "trait T { #[import] fn f(&self); #[import = \"x\"] fn g(&self); #[import()] fn h(&self); }",
    "trait T { #[import(name = \"\")] fn f(&self); #[import(name = \"a\\0b\")] fn g(&self); }",
    "trait T = Send;",
];

/// The item as the macro must give it back.
fn untouched(item: TokenStream) -> String {
    match syn::parse2::<syn::ItemTrait>(item.clone()) {
        Ok(mut item) => {
            item = crate::interface::stripped(item);
            item.to_token_stream().to_string()
        }
        Err(_) => item.to_string(),
    }
}

/// The text without its spaces, which tokens do not keep.
fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn every_macro_answers_every_input() {
    for (name, expand) in MACROS {
        for args in ARGS {
            for item in ITEMS {
                match expand(tokens(args), tokens(item)) {
                    Ok(output) => {
                        let text = letters(&output.to_string());
                        // A data type's derives come before it.
                        assert!(text.contains(&letters(&untouched(tokens(item)))), "#[{name}({args})] changed {item}");
                        syn::parse2::<syn::File>(output)
                            .unwrap_or_else(|error| panic!("#[{name}({args})] {item}: {error}"));
                    }
                    Err(error) => assert!(error.into_iter().all(|mistake| !mistake.to_string().is_empty())),
                }
            }
        }
    }
}

#[test]
fn every_odd_list_of_names_is_answered() {
    for names in ARGS.iter().chain(ITEMS) {
        let _ = crate::export_plugin::expand(tokens(names));
        let _ = crate::orbis::export_plugin::expand(tokens(names));
        let _ = crate::orbis::call::expand(tokens(names));
    }
}

/// The mistakes that each input makes, none shown where it makes none.
fn mistakes(inputs: &[&str], expand: impl Fn(&str) -> syn::Result<TokenStream>) -> String {
    inputs
        .iter()
        .map(|input| match expand(input) {
            Ok(_) => format!("{input}\n    fine\n"),
            Err(error) => format!("{input}\n    {}\n", messages(error).trim_end().replace('\n', "\n    ")),
        })
        .collect()
}

#[test]
fn the_arguments_of_a_command_are_judged_one_by_one() {
    insta::assert_snapshot!(mistakes(ARGS, |args| crate::command::expand(tokens(args), tokens("fn f() {}"))));
}

#[test]
fn a_misspelt_event_is_recognised() {
    let events = [
        "BeforeCmd",
        "OnWrite",
        "onkeywrite",
        "OnKeyExpired",
        "OnConnect",
        "OnDisconnect",
        "OnStartup",
        "OnClient",
        "OnKeyUpdate",
        "Custom:Stock",
        "StockLow",
        "custom:",
        "",
    ];
    insta::assert_snapshot!(mistakes(&events, |event| {
        crate::hook::expand(tokens(&format!("event = {event:?}")), tokens("fn f() {}"))
    }));
}

#[test]
fn the_path_of_a_route_is_judged() {
    let paths = [
        "",
        "/",
        "//",
        "/a",
        "/a/",
        "a",
        "/{id}",
        "/{}",
        "/{ id }",
        "/{1}",
        "/{id}/{id}",
        "/x{id}",
        "/{id",
        "/:id",
        "/*",
        "/{*rest}",
        "/a b",
        "/a?b=c",
        "/a#b",
        "/größe",
        "/a.b-c_d~e",
        "/%20",
    ];
    insta::assert_snapshot!(mistakes(&paths, |path| {
        crate::orbis::route::expand(tokens(&format!("GET, {path:?}")), tokens("fn f() {}"))
    }));
}

#[test]
fn the_permissions_of_a_plugin_are_judged() {
    let permissions = [
        "database_read",
        "database:read",
        "database.write",
        "DatabaseRead",
        "db:write",
        "file:read",
        "filesystem:write",
        "network:http",
        "http",
        "env",
        "shell",
        "sheel",
        "custom:x",
        "custom:",
        "reports",
        "",
    ];
    insta::assert_snapshot!(mistakes(&permissions, |permission| {
        crate::orbis::export_plugin::expand(tokens(&format!("permissions = [{permission:?}]")))
    }));
}

#[test]
fn the_item_of_a_command_is_judged() {
    insta::assert_snapshot!(mistakes(ITEMS, |item| crate::command::expand(TokenStream::new(), tokens(item))));
}

#[test]
fn the_item_of_a_function_is_judged() {
    insta::assert_snapshot!(mistakes(ITEMS, |item| crate::function::expand(TokenStream::new(), tokens(item))));
}

#[test]
fn the_item_of_host_functions_is_judged() {
    let traits: Vec<&str> = ITEMS.iter().copied().filter(|item| item.contains("trait")).collect();
    insta::assert_snapshot!(mistakes(&traits, |item| crate::host_functions::expand(TokenStream::new(), tokens(item))));
}
