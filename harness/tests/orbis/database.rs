//! The documented database: values, permissions, transactions, and what a statement cannot do.

use plugsmith_harness::assert_outcome_snapshot;
use plugsmith_harness::hosts::orbis::{App, Orbis};
use serde_json::{Value as Json, json};

use crate::guest::{ALL, load, run};

/// What the plugin does after its statements.
#[derive(Clone, Copy)]
pub(crate) enum End {
    /// Answers with the last query's rows.
    Answer,
    /// Answers with this status.
    Status(u16),
    Trap,
}

/// A handler that runs these statements, each with its parameters: queries by `db_query`, and what
/// starts with `!` by `db_execute`.
pub(crate) fn handler(statements: &[(&str, Json)], end: End) -> String {
    let (mut data, mut code, mut at) = (String::new(), String::new(), 8);
    let mut place = |text: &str| {
        let escaped: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        data.push_str(&format!("(data (i32.const {at}) \"{escaped}\")\n"));
        at += text.len();
        (at - text.len(), text.len())
    };
    for (sql, params) in statements {
        let (function, sql) = sql.strip_prefix('!').map_or(("$db_query", *sql), |sql| ("$db_execute", sql));
        let ((sql, length), (params, params_length)) = (place(sql), place(&params.to_string()));
        code.push_str(&format!(
            "(local.set $last (call {function} (i32.const {sql}) (i32.const {length}) (i32.const {params}) (i32.const {params_length})))\n"
        ));
    }
    let end = match end {
        End::Answer if statements.last().is_some_and(|(sql, _)| !sql.starts_with('!')) => {
            "(local.get $last)".to_owned()
        }
        End::Answer => "(i32.const 0)".to_owned(),
        End::Trap => "unreachable".to_owned(),
        End::Status(status) => {
            let text = format!("{{\"status\": {status}, \"body\": null}}");
            let length = String::from_utf8((text.len() as u32).to_le_bytes().to_vec()).unwrap();
            format!("(i32.const {})", place(&format!("{length}{text}")).0)
        }
    };
    format!("{data}(func (export \"run\") (param i32 i32) (result i32) (local $last i32)\n{code}{end})")
}

fn host() -> Orbis {
    Orbis::as_documented().sql("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, price REAL)")
}

pub(crate) fn app(statements: &[(&str, Json)], end: End) -> App {
    load(host(), &handler(statements, end), ALL).unwrap()
}

fn names(app: &App) -> Vec<Json> {
    app.query("SELECT name FROM items ORDER BY id").unwrap()
}

#[test]
fn rows_are_objects_and_parameters_are_bound() {
    let mut app = app(
        &[
            ("!INSERT INTO items (name, price) VALUES (?, ?), (?2, ?1)", json!(["a'); DROP TABLE items; --", 1.5])),
            ("SELECT id, name, price FROM items WHERE name = ?", json!(["a'); DROP TABLE items; --"])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "INSERT INTO items (name, price) VALUES (?, ?), (?2, ?1)" ["a'); DROP TABLE items; --",1.5] -> 2
      db_query "SELECT id, name, price FROM items WHERE name = ?" ["a'); DROP TABLE items; --"] -> [{"id":1,"name":"a'); DROP TABLE items; --","price":1.5}]
    => [{"id":1,"name":"a'); DROP TABLE items; --","price":1.5}]
    "#);
}

#[test]
fn every_type_goes_in_and_comes_out() {
    let values = json!([null, true, 7, -9_223_372_036_854_775_808_i64, 1.5, "text", [0, 255], [], {"a": [1]}]);
    let sql = "SELECT ?1 AS a, ?2 AS b, ?3 AS c, ?4 AS d, ?5 AS e, ?6 AS f, ?7 AS g, ?8 AS h, ?9 AS i, 9e999 AS j, \
               typeof(?7) AS k, typeof(?8) AS l";
    let mut app = app(&[(sql, values)], End::Answer);
    insta::assert_snapshot!(run(&mut app).unwrap()[0], @r#"{"a":null,"b":1,"c":7,"d":-9223372036854775808,"e":1.5,"f":"text","g":[0,255],"h":[],"i":"{\"a\":[1]}","j":null,"k":"blob","l":"blob"}"#);
}

#[test]
fn an_answer_of_the_sdks_own_form_is_an_object() {
    let request = |sql: &str, params: Json| json!({"sql": sql, "params": params});
    let mut app = app(
        &[
            ("SELECT ? AS one", request("SELECT ? AS one", json!([1]))),
            ("SELECT one", request("SELECT one", json!([]))),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_query "SELECT ? AS one" [1] -> {"rows":[{"one":1}]}
      db_query "SELECT one" [] -> {"error":"no such column: one","rows":[]}
    => {"error":"no such column: one","rows":[]}
    "#);
}

#[test]
fn mistakes_in_sql_are_told_and_the_plugin_hears_no() {
    let mut app = app(
        &[
            ("SELEC 1", json!([])),
            ("SELECT * FROM nowhere", json!([])),
            ("SELECT 1; SELECT 2", json!([])),
            ("SELECT ?", json!([])),
            ("SELECT 1", json!([1])),
            ("SELECT 1", json!("no list")),
            ("SELECT ?", json!([u64::MAX])),
            ("SELECT ?", json!([[1, 256]])),
            ("SELECT ?", json!([["a"]])),
            ("SELECT 1 AS a, 2 AS a", json!([])),
            ("", json!([])),
            ("!INSERT INTO items (name) VALUES (NULL)", json!([])),
            ("!INSERT INTO items (name) VALUES ('a'), ('a')", json!([])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_query "SELEC 1" [] -> {"error":"near \"SELEC\": syntax error","rows":[]}
      db_query "SELECT * FROM nowhere" [] -> {"error":"no such table: nowhere","rows":[]}
      db_query "SELECT 1; SELECT 2" [] -> {"error":"more than one statement: give them one by one","rows":[]}
      db_query "SELECT ?" [] -> {"error":"the statement has 1 parameters, and 0 were given","rows":[]}
      db_query "SELECT 1" [1] -> {"error":"the statement has 0 parameters, and 1 were given","rows":[]}
      db_query "SELECT 1" "no list" -> failed: the parameters are no JSON array
      db_query "SELECT ?" [18446744073709551615] -> {"error":"18446744073709551615 is beyond SQLite's 64-bit integers: pass it as text","rows":[]}
      db_query "SELECT ?" [[1,256]] -> {"error":"an array as a parameter is a BLOB, so of numbers from 0 to 255: pass JSON as text","rows":[]}
      db_query "SELECT ?" [["a"]] -> {"error":"an array as a parameter is a BLOB, so of numbers from 0 to 255: pass JSON as text","rows":[]}
      db_query "SELECT 1 AS a, 2 AS a" [] -> {"error":"two columns are called `a`: a row is an object, so name one with AS","rows":[]}
      db_query "" [] -> {"error":"there is no statement","rows":[]}
      db_execute "INSERT INTO items (name) VALUES (NULL)" [] -> failed: NOT NULL constraint failed: items.name
      db_execute "INSERT INTO items (name) VALUES ('a'), ('a')" [] -> failed: UNIQUE constraint failed: items.name
    => null
    "#);
    assert_eq!(names(&app), [] as [Json; 0]);
}

#[test]
fn execute_answers_with_the_number_of_changed_rows() {
    let mut app = app(
        &[
            ("!INSERT INTO items (name) VALUES ('a'), ('b'), ('c')", json!([])),
            ("!UPDATE items SET price = 1 WHERE name < 'c'", json!([])),
            ("!CREATE TABLE other (id)", json!([])),
            ("!SELECT * FROM items", json!([])),
            ("!DELETE FROM items RETURNING id", json!([])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "INSERT INTO items (name) VALUES ('a'), ('b'), ('c')" [] -> 3
      db_execute "UPDATE items SET price = 1 WHERE name < 'c'" [] -> 2
      db_execute "CREATE TABLE other (id)" [] -> 0
      db_execute "SELECT * FROM items" [] -> 0
      db_execute "DELETE FROM items RETURNING id" [] -> 3
    => null
    "#);
}

#[test]
fn a_query_that_writes_needs_the_permission_to_write() {
    let statements = [("INSERT INTO items (name) VALUES ('a') RETURNING id", json!([]))];
    let body = handler(&statements, End::Answer);
    assert_outcome_snapshot!(run(&mut load(host(), &body, r#"["database_read"]"#).unwrap()), @r#"
    run {}
      db_query "INSERT INTO items (name) VALUES ('a') RETURNING id" [] -> failed: denied: the statement writes, and the manifest's permissions lack "database_write"
    => null
    "#);
    assert_eq!(run(&mut load(host(), &body, ALL).unwrap()).unwrap(), json!([{"id": 1}]));
}

const BEGIN_AND_INSERT: [&str; 2] = ["!BEGIN", "!INSERT INTO items (name) VALUES ('half done')"];

fn after_begin(end: End, more: &[&str]) -> App {
    let statements: Vec<_> = BEGIN_AND_INSERT.iter().chain(more).map(|sql| (*sql, json!([]))).collect();
    app(&statements, end)
}

#[test]
fn a_transaction_that_is_open_when_the_plugin_traps_is_rolled_back() {
    let mut app = after_begin(End::Trap, &[]);
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "BEGIN" [] -> 0
      db_execute "INSERT INTO items (name) VALUES ('half done')" [] -> 1
      rollback
    => error: trapped: wasm `unreachable` instruction executed
    "#);
    assert_eq!(names(&app), [] as [Json; 0]);
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "BEGIN" [] -> 0
      db_execute "INSERT INTO items (name) VALUES ('half done')" [] -> 1
      rollback
    => error: trapped: wasm `unreachable` instruction executed
    "#);
}

#[test]
fn a_transaction_that_is_open_when_the_plugin_answers_with_an_error_is_rolled_back() {
    let mut app = after_begin(End::Status(409), &[]);
    assert_outcome_snapshot!(app.get("/run").send(), @r#"
    GET /run
      db_execute "BEGIN" [] -> 0
      db_execute "INSERT INTO items (name) VALUES ('half done')" [] -> 1
      rollback
    => 409
    "#);
    assert_eq!(names(&app), [] as [Json; 0]);
}

#[test]
fn a_handler_that_is_called_past_the_router_is_rolled_back_as_well() {
    let mut app = after_begin(End::Status(409), &[]);
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "BEGIN" [] -> 0
      db_execute "INSERT INTO items (name) VALUES ('half done')" [] -> 1
      rollback
    => {"body":null,"status":409}
    "#);
    assert_eq!(names(&app), [] as [Json; 0]);
}

#[test]
fn a_transaction_that_is_left_open_is_the_plugins_mistake() {
    let mut app = after_begin(End::Status(200), &[]);
    assert_outcome_snapshot!(app.get("/run").send(), @r#"
    GET /run
      db_execute "BEGIN" [] -> 0
      db_execute "INSERT INTO items (name) VALUES ('half done')" [] -> 1
      rollback
    => error: bad output of `run`: it has left a transaction open: COMMIT or ROLLBACK before it answers
    "#);
    assert_eq!(names(&app), [] as [Json; 0]);
}

#[test]
fn a_transaction_that_is_committed_stays() {
    let mut app = after_begin(End::Trap, &["!COMMIT"]);
    assert!(run(&mut app).result.is_err());
    assert_eq!(names(&app), [json!({"name": "half done"})]);
}
