//! The commands, natively.

use plugsmith::testing::MockContext;

use super::*;

fn path(text: &str) -> Path<'_> {
    Path::parse(text).unwrap()
}

/// A host whose key `doc` holds this.
fn holding(json: &str) -> MockContext {
    let ctx = MockContext::new();
    assert_eq!(put(&ctx, "$", json), Ok(Some(())));
    ctx
}

fn put(ctx: &PluginContext, at: &str, json: &str) -> Result<Option<()>, CommandError> {
    set(ctx, "doc", path(at), json, None)
}

fn whole(ctx: &PluginContext) -> String {
    get(ctx, "doc", Vec::new()).unwrap().unwrap()
}

/// What is left of `before` after one value is set.
#[track_caller]
fn assert_set(before: &str, at: &str, value: &str, after: &str) {
    let ctx = holding(before);
    assert_eq!(put(&ctx, at, value), Ok(Some(())));
    assert_eq!(whole(&ctx), after);
}

#[track_caller]
fn assert_refused(before: &str, at: &str, value: &str, message: &str) {
    let ctx = holding(before);
    assert_eq!(put(&ctx, at, value).unwrap_err().to_string(), message);
    assert_eq!(whole(&ctx), before, "what is refused changes nothing");
}

#[test]
fn the_page_is_right() {
    let ctx = MockContext::new();
    set(&ctx, "mykey", path("$"), r#"{"name": "Alice", "age": 30}"#, None).unwrap();
    assert_eq!(get(&ctx, "mykey", vec![path("$.name")]).unwrap().unwrap(), r#""Alice""#);
}

#[test]
fn a_value_is_replaced_where_it_stands() {
    assert_set(r#"{"a":1,"b":[2,3],"c":4}"#, "$.b[0]", r#"{"x": null}"#, r#"{"a":1,"b":[{"x":null},3],"c":4}"#);
    assert_set(r#"{"a":1,"b":[2,3],"c":4}"#, "$.b[-1]", "9", r#"{"a":1,"b":[2,9],"c":4}"#);
    assert_set(r#"{"a":1}"#, ".", "7", "7");
}

#[test]
fn a_new_member_comes_last() {
    assert_set(r#"{"b":1}"#, "$.a", "2", r#"{"b":1,"a":2}"#);
    assert_set(r#"{"b":{}}"#, "$.b['it\\'s \"new\"']", "[]", r#"{"b":{"it's \"new\"":[]}}"#);
}

#[test]
fn a_member_is_found_however_its_name_is_escaped() {
    let name = "\"\\u0061\\ud83e\\udd80\"";
    assert_set(&format!("{{{name}:1}}"), "$.a🦀", "2", &format!("{{{name}:2}}"));
}

#[test]
fn a_place_that_cannot_be_is_refused() {
    let document = r#"{"name":"Alice","list":[1,2],"none":null}"#;
    assert_refused(document, "$.a.b", "1", "ERR there is no $.a: set it first");
    assert_refused(document, "$.list[5].a", "1", "ERR there is no $.list[5]: set it first");
    assert_refused(document, "$.list[2]", "1", "ERR index out of range: $.list has a length of 2");
    assert_refused(document, "$.list[-3]", "1", "ERR index out of range: $.list has a length of 2");
    assert_refused(document, "$.name.x", "1", "ERR $.name is of type string, which has no members");
    assert_refused(document, "$.none.x", "1", "ERR $.none is of type null, which has no members");
    assert_refused(document, "$.list.x", "1", "ERR $.list is of type array, which has no members");
    assert_refused(document, "$[0]", "1", "ERR $ is of type object, which has no elements");
}

#[test]
fn a_new_document_begins_at_its_root() {
    let ctx = MockContext::new();
    let error = put(&ctx, "$.a", "1").unwrap_err();
    assert_eq!(error.to_string(), "ERR a new document is set at its root: use the path $");
}

#[test]
fn a_condition_decides() {
    let ctx = MockContext::new();
    let set = |at: &str, value: &str, condition: &str| set(&ctx, "doc", path(at), value, Some(condition));
    assert_eq!(set("$", "{}", "XX"), Ok(None));
    assert_eq!(set("$.a", "1", "XX"), Ok(None));
    assert_eq!(set("$", "{}", "nx"), Ok(Some(())));
    assert_eq!(set("$", "7", "NX"), Ok(None));
    assert_eq!(set("$.a", "1", "xx"), Ok(None));
    assert_eq!(set("$.a", "1", "NX"), Ok(Some(())));
    assert_eq!(set("$.a", "2", "XX"), Ok(Some(())));
    assert_eq!(set("$.a", "3", "NX"), Ok(None));
    assert_eq!(whole(&ctx), r#"{"a":2}"#);
    let error = set("$.a", "3", "YY").unwrap_err();
    assert_eq!(error.to_string(), "ERR syntax error: expected NX or XX behind the value");
}

#[test]
fn what_is_no_json_is_refused_whatever_the_key_holds() {
    for ctx in [MockContext::new(), holding("{}")] {
        let error = set(&ctx, "doc", path("$"), r#"{"name": Alice}"#, Some("NX")).unwrap_err();
        assert_eq!(error.to_string(), "ERR invalid JSON at byte 9: expected a value");
    }
}

#[test]
fn numbers_and_strings_stay_as_they_were_written() {
    for json in ["12345678901234567890123", "-0", "1e400", "1.10", "0.1E-7", r#""\u00e9\/é""#] {
        assert_eq!(whole(&holding(json)), json);
    }
}

#[test]
fn members_keep_their_order_and_lose_the_blanks_between_them() {
    let ctx = holding("\t{ \"z\" : [ 1 , { } , [ ] ] ,\r\n \"a b\" : \" c \" } ");
    assert_eq!(whole(&ctx), r#"{"z":[1,{},[]],"a b":" c "}"#);
}

#[test]
fn several_paths_are_answered_with_an_object() {
    let ctx = holding(r#"{"a":1,"b":[true]}"#);
    let answer = get(&ctx, "doc", vec![path("$.b"), path("$['x']"), path("$.b[0]"), path("$.b")]).unwrap();
    assert_eq!(answer.unwrap(), r#"{"$.b":[true],"$['x']":null,"$.b[0]":true}"#);
}

#[test]
fn absent_is_null() {
    let ctx = holding(r#"{"name":"Alice","list":[1]}"#);
    assert_eq!(get(&ctx, "other", Vec::new()), Ok(None));
    assert_eq!(type_of(&ctx, "other", None), Ok(None));
    for at in ["$.x", "$.name.x", "$.name[0]", "$.list[1]", "$.list[-2]", "$.list.x", "$[0]"] {
        assert_eq!(get(&ctx, "doc", vec![path(at)]), Ok(None), "{at}");
        assert_eq!(type_of(&ctx, "doc", Some(path(at))), Ok(None), "{at}");
        assert_eq!(delete(&ctx, "doc", Some(path(at))), Ok(0), "{at}");
    }
}

#[test]
fn every_type_has_a_name() {
    let ctx = holding(r#"[{},[],"",true,null,-7,1.0,1e3]"#);
    assert_eq!(type_of(&ctx, "doc", None), Ok(Some("array")));
    let kinds = ["object", "array", "string", "boolean", "null", "integer", "number", "number"];
    for (index, kind) in kinds.into_iter().enumerate() {
        assert_eq!(type_of(&ctx, "doc", Some(path(&format!("$[{index}]")))), Ok(Some(kind)));
    }
}

#[test]
fn a_removed_value_takes_one_comma_along() {
    for (at, left) in [
        ("$.a", r#"{"b":[1,2],"c":{"d":0}}"#),
        ("$.c", r#"{"a":0,"b":[1,2]}"#),
        ("$.b[0]", r#"{"a":0,"b":[2],"c":{"d":0}}"#),
        ("$.b[-1]", r#"{"a":0,"b":[1],"c":{"d":0}}"#),
        ("$.c.d", r#"{"a":0,"b":[1,2],"c":{}}"#),
    ] {
        let ctx = holding(r#"{"a":0,"b":[1,2],"c":{"d":0}}"#);
        assert_eq!(delete(&ctx, "doc", Some(path(at))), Ok(1));
        assert_eq!(whole(&ctx), left);
    }
}

#[test]
fn a_document_is_removed_whole() {
    let ctx = holding("{}");
    assert_eq!(delete(&ctx, "doc", None), Ok(1));
    assert_eq!(delete(&ctx, "doc", None), Ok(0));
    assert_eq!(ctx.storage().type_of("doc").unwrap(), "none");
}

#[test]
fn another_type_at_the_key_is_refused() {
    let ctx = MockContext::new();
    ctx.storage().set("doc", "{}").unwrap();
    assert_eq!(put(&ctx, "$", "{}"), Err(CommandError::WrongType));
    assert_eq!(get(&ctx, "doc", Vec::new()), Err(CommandError::WrongType));
    assert_eq!(delete(&ctx, "doc", None), Err(CommandError::WrongType));
    assert_eq!(type_of(&ctx, "doc", None), Err(CommandError::WrongType));
}

#[test]
fn nothing_is_set_so_deep_that_it_could_not_be_read() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    let deep = "$".to_owned() + &"[0]".repeat(128);
    let ctx = holding(&nested(128));
    assert_eq!(put(&ctx, &deep[..deep.len() - 3], "[7]"), Ok(Some(())));
    assert_eq!(put(&ctx, &deep, "8"), Ok(Some(())));
    assert_eq!(get(&ctx, "doc", vec![path(&deep)]).unwrap().unwrap(), "8");
    let error = put(&ctx, &deep, "[]").unwrap_err();
    assert_eq!(error.to_string(), "ERR more than 128 arrays and objects within each other");
    let error = put(&ctx, "$", &nested(129)).unwrap_err();
    let message = "ERR invalid JSON at byte 128: more than 128 arrays and objects within each other";
    assert_eq!(error.to_string(), message);
}
