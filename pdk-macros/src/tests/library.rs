//! `crate = ..`: where the macros' output finds the library, and what it leaves alone.

use crate::library;

use super::tokens;

fn command(args: &str, item: &str) -> String {
    library::attribute(tokens(args), tokens(item), crate::command::expand, crate::command::stand_in).to_string()
}

#[test]
fn every_path_of_the_output_starts_at_the_given_one() {
    for path in ["::ps", "ps", "crate::sdk", "\"::ps\"", "self::super::ps"] {
        let output = command(&format!("crate = {path}, name = \"A\""), "fn f(x: u8) -> u8 { x }");
        assert!(!output.contains("plugsmith ::"), "{output}");
        let start = path.trim_matches('"').replace("::", " :: ").trim().to_owned();
        assert!(output.contains(&format!("{start} :: __private")), "{output}");
    }
}

#[test]
fn the_authors_item_keeps_its_own_paths() {
    let output = command("crate = ::ps", "fn f(x: ::plugsmith::Bytes) {}");
    assert!(output.contains("fn f (x : :: plugsmith :: Bytes)"), "{output}");
}

#[test]
fn texts_that_hold_the_path_are_resolved() {
    let output = library::attribute(
        tokens("crate = ::ps"),
        tokens("struct A { x: u8 }"),
        crate::data_type::expand,
        crate::data_type::stand_in,
    );
    assert!(output.to_string().contains("serde (crate = \"::ps::__private::serde\")"), "{output}");
}

#[test]
fn a_mistake_leaves_the_marker_and_the_path() {
    let output = command("crate = ::ps, nam = \"A\"", "fn f() {}");
    assert!(output.contains("compile_error"), "{output}");
    assert!(output.contains("__plugsmith_f_needs_an_attribute"), "{output}");
    assert!(output.contains("ps :: __private :: Entry"), "{output}");
}

#[test]
fn the_path_itself_is_judged() {
    for args in ["crate = 7", "crate =", "crate = ::ps, crate = ::ps", "crate = \"a b\""] {
        assert!(command(args, "fn f() {}").contains("compile_error"), "{args}");
    }
}
