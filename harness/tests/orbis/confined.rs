//! What a plugin's statements cannot do: reach other files, run without end, fill the host, and change
//! the connection.

use std::time::Duration;

use plugsmith_harness::assert_outcome_snapshot;
use plugsmith_harness::hosts::orbis::{Limits, Orbis};
use serde_json::json;

use crate::database::{End, app, handler};
use crate::guest::{ALL, load, run};

#[test]
fn a_statement_reaches_no_other_file_and_comes_to_an_end() {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n";
    let mut app = app(
        &[
            ("!ATTACH DATABASE '/tmp/other.sqlite' AS other", json!([])),
            ("!VACUUM INTO '/tmp/other.sqlite'", json!([])),
            ("SELECT load_extension('/tmp/evil.so')", json!([])),
            ("SELECT readfile('/etc/passwd')", json!([])),
            ("SELECT zeroblob(100000000) AS big", json!([])),
            (
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, zeroblob(1000000) AS b FROM n",
                json!([]),
            ),
            (endless, json!([])),
            ("SELECT 'goes on' AS and_then", json!([])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "ATTACH DATABASE '/tmp/other.sqlite' AS other" [] -> failed: denied: ATTACH, DETACH and VACUUM reach other files
      db_execute "VACUUM INTO '/tmp/other.sqlite'" [] -> failed: denied: ATTACH, DETACH and VACUUM reach other files
      db_query "SELECT load_extension('/tmp/evil.so')" [] -> {"error":"not authorized","rows":[]}
      db_query "SELECT readfile('/etc/passwd')" [] -> {"error":"no such function: readfile","rows":[]}
      db_query "SELECT zeroblob(100000000) AS big" [] -> {"error":"a text, a blob or a row has more than 1048576 bytes","rows":[]}
      db_query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, zeroblob(1000000) AS b FROM n" [] -> {"error":"the rows are more than 16777216 bytes: ask for fewer with LIMIT","rows":[]}
      db_query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n" [] -> {"error":"the statement took more than 10000000 steps","rows":[]}
      db_query "SELECT 'goes on' AS and_then" [] -> [{"and_then":"goes on"}]
    => [{"and_then":"goes on"}]
    "#);
}

#[test]
fn a_statement_ends_with_the_time_of_its_call() {
    // Few of SQLite's steps, each of which takes its time.
    let slow = "!SELECT sum(length(hex(randomblob(500000)))) FROM \
                (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n)";
    let body = handler(&[(slow, json!([]))], End::Answer);
    let limits = Limits { time: Duration::from_millis(50), ..Limits::default() };
    let outcome = run(&mut load(Orbis::as_documented().limits(limits), &body, ALL).unwrap());
    assert_eq!(outcome.host_calls()[0].result, Err("more than 50ms in one call".to_owned()));
}

#[test]
fn a_test_s_own_query_ends_too() {
    let limits = Limits { time: Duration::ZERO, ..Limits::default() };
    let app = load(Orbis::as_documented().limits(limits), "", ALL).unwrap();
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n";
    insta::assert_snapshot!(app.query(endless).unwrap_err(), @"host function `db_query` failed: more than 0ns in one call");
}

#[test]
fn a_database_does_not_fill_the_host() {
    let many = |count: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i, zeroblob(1000000) AS b FROM n"
        )
    };
    let big = format!("!CREATE TABLE big AS {}", many(100));
    let mut app = app(
        &[
            (&big, json!([])),
            ("SELECT count(*) AS n FROM sqlite_schema WHERE name = 'big'", json!([])),
            ("!INSERT INTO items (name) VALUES (zeroblob(1048577))", json!([])),
            ("!INSERT INTO items (name) VALUES ('fits')", json!([])),
            ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", json!([])),
            ("SELECT 'a' LIKE hex(zeroblob(126)) AS b", json!([])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_execute "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i, zeroblob(1000000) AS b FROM n" [] -> failed: the database would have more than 67108864 bytes
      db_query "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'big'" [] -> [{"n":0}]
      db_execute "INSERT INTO items (name) VALUES (zeroblob(1048577))" [] -> failed: a text, a blob or a row has more than 1048576 bytes
      db_execute "INSERT INTO items (name) VALUES ('fits')" [] -> 1
      db_query "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n" [] -> {"error":"there are more than 100000 rows: ask for fewer with LIMIT","rows":[]}
      db_query "SELECT 'a' LIKE hex(zeroblob(126)) AS b" [] -> {"error":"LIKE or GLOB pattern too complex","rows":[]}
    => {"error":"LIKE or GLOB pattern too complex","rows":[]}
    "#);
}

#[test]
fn a_function_does_not_take_long() {
    let long =
        |function: &str, rest: &str| format!("SELECT {function}(hex(zeroblob(500000)), hex(zeroblob(400)){rest}) AS a");
    let functions = ["instr", "json_patch", "ltrim", "rtrim", "trim", "unhex"];
    let mut statements: Vec<_> = functions.iter().map(|function| (long(function, ""), json!([]))).collect();
    statements.push((long("replace", ", ''"), json!([])));
    statements.push(("SELECT replace(hex(zeroblob(500000)), '0', '1234') AS a".to_owned(), json!([])));
    let statements: Vec<_> = statements.iter().map(|(sql, params)| (sql.as_str(), params.clone())).collect();
    let mut app = app(&statements, End::Answer);
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_query "SELECT instr(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`instr` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT json_patch(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`json_patch` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT ltrim(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`ltrim` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT rtrim(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`rtrim` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT trim(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`trim` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT unhex(hex(zeroblob(500000)), hex(zeroblob(400))) AS a" [] -> {"error":"`unhex` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT replace(hex(zeroblob(500000)), hex(zeroblob(400)), '') AS a" [] -> {"error":"`replace` of 1000000 and 800 bytes takes too long","rows":[]}
      db_query "SELECT replace(hex(zeroblob(500000)), '0', '1234') AS a" [] -> {"error":"string or blob too big","rows":[]}
    => {"error":"string or blob too big","rows":[]}
    "#);
}

#[test]
fn functions_answer_what_sqlites_own_do() {
    let sql = "SELECT trim('xxaxbxx', 'x') AS a, ltrim(1.50, '1') AS b, rtrim(x'6162', 'b') AS c, trim(NULL, 'x') AS d, \
               trim('  a ') AS e, instr(x'0102', x'02') AS f, instr('caf\u{e9}s', 's') AS g, replace('aba', 'a', NULL) AS h, \
               replace('aba', 'a', 'cc') AS i, hex(unhex('61-62', '-')) AS j, unhex('6', '') AS k, \
               json_array(json_patch('{\"a\":1,\"b\":2}', '{\"a\":null}')) AS l";
    insta::assert_snapshot!(app(&[], End::Answer).query(sql).unwrap()[0], @r#"{"a":"axb","b":".5","c":"a","d":null,"e":"a","f":2,"g":5,"h":null,"i":"ccbcc","j":"6162","k":null,"l":"[{\"b\":2}]"}"#);
}

#[test]
fn the_authors_own_statements_are_not_confined() {
    let host = Orbis::as_documented()
        .sql("CREATE TABLE big AS SELECT zeroblob(2000000) AS b, instr(hex(zeroblob(1000000)), hex(zeroblob(1000))) AS i")
        .sql("PRAGMA user_version = 7; ATTACH ':memory:' AS other; CREATE TEMP TABLE t (id)");
    let app = load(host, "", ALL).unwrap();
    let version = "SELECT user_version, (SELECT count(*) FROM temp.t) AS rows FROM pragma_user_version";
    assert_eq!(app.query(version).unwrap(), [json!({"user_version": 7, "rows": 0})]);
    insta::assert_snapshot!(app.query("SELECT b FROM big").unwrap_err(), @"host function `db_query` failed: a text, a blob or a row has more than 1048576 bytes");
}

#[test]
fn a_statement_does_not_change_the_connection() {
    let mut app = app(
        &[
            ("PRAGMA foreign_keys = OFF", json!([])),
            ("PRAGMA Query_Only(ON)", json!([])),
            ("!PRAGMA writable_schema = ON", json!([])),
            ("!PRAGMA max_page_count = 1000000", json!([])),
            ("!CREATE TEMP TABLE t (id)", json!([])),
            ("!CREATE TEMP VIEW v AS SELECT 1", json!([])),
            ("!CREATE TEMP TRIGGER t AFTER INSERT ON items BEGIN SELECT 1; END", json!([])),
            ("!DETACH other", json!([])),
            ("!PRAGMA defer_foreign_keys = ON", json!([])),
            ("PRAGMA foreign_keys", json!([])),
            ("SELECT name FROM pragma_table_info('items')", json!([])),
            ("PRAGMA TABLE_INFO(items)", json!([])),
        ],
        End::Answer,
    );
    assert_outcome_snapshot!(run(&mut app), @r#"
    run {}
      db_query "PRAGMA foreign_keys = OFF" [] -> {"error":"denied: PRAGMA foreign_keys changes the connection, which later calls share","rows":[]}
      db_query "PRAGMA Query_Only(ON)" [] -> {"error":"denied: PRAGMA Query_Only changes the connection, which later calls share","rows":[]}
      db_execute "PRAGMA writable_schema = ON" [] -> failed: denied: PRAGMA writable_schema changes the connection, which later calls share
      db_execute "PRAGMA max_page_count = 1000000" [] -> failed: denied: PRAGMA max_page_count changes the connection, which later calls share
      db_execute "CREATE TEMP TABLE t (id)" [] -> failed: denied: what is TEMP stays in the connection, which later calls share
      db_execute "CREATE TEMP VIEW v AS SELECT 1" [] -> failed: denied: what is TEMP stays in the connection, which later calls share
      db_execute "CREATE TEMP TRIGGER t AFTER INSERT ON items BEGIN SELECT 1; END" [] -> failed: denied: what is TEMP stays in the connection, which later calls share
      db_execute "DETACH other" [] -> failed: denied: ATTACH, DETACH and VACUUM reach other files
      db_execute "PRAGMA defer_foreign_keys = ON" [] -> 0
      db_query "PRAGMA foreign_keys" [] -> [{"foreign_keys":1}]
      db_query "SELECT name FROM pragma_table_info('items')" [] -> [{"name":"id"},{"name":"name"},{"name":"price"}]
      db_query "PRAGMA TABLE_INFO(items)" [] -> [{"cid":0,"dflt_value":null,"name":"id","notnull":0,"pk":1,"type":"INTEGER"},{"cid":1,"dflt_value":null,"name":"name","notnull":1,"pk":0,"type":"TEXT"},{"cid":2,"dflt_value":null,"name":"price","notnu.. (228 bytes)
    => [{"cid":0,"dflt_value":null,"name":"id","notnull":0,"pk":1,"type":"INTEGER"},{"cid":1,"dflt_value":null,"name":"name","notnull":1,"pk":0,"type":"TEXT"},{"cid":2,"dflt_value":null,"name":"price","notnu.. (228 bytes)
    "#);
}
