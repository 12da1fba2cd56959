//! The services, and the host in memory behind them.

use plugsmith::HttpResponse;
use plugsmith::log::Level;
use plugsmith::orbis::testing::MockHost;
use plugsmith::orbis::{Error, IntoResponse, Parameters, Row, config, crypto, db, events, http, log, state};
use serde_json::{Value, json};

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Item {
    id: i64,
}

#[test]
fn rows_come_as_a_type_or_by_column() {
    let host = MockHost::new();
    host.mock_query("SELECT * FROM items*", &[json!({ "id": 7, "name": null })]);

    assert_eq!(db().query::<Item>("SELECT id, name FROM items WHERE a = ?", ("x",)), Ok(vec![Item { id: 7 }]));
    let row = db().query_one::<Row>("SELECT id, name FROM items", ()).unwrap().unwrap();
    assert_eq!(row.columns().collect::<Vec<_>>(), ["id", "name"]);
    assert_eq!((row.get("id"), row.get("name")), (Ok(7), Ok(None::<String>)));
}

#[test]
fn a_row_of_another_type_is_the_plugins_fault() {
    let host = MockHost::new();
    host.mock_query("SELECT 1", &[json!({ "id": "x" })]);

    let error = db().query::<Item>("SELECT 1", ()).unwrap_err();

    insta::assert_snapshot!(format!("{} {error}", error.status()), @r#"500 db_query 'SELECT 1': invalid type: string "x", expected i64 at line 1 column 10"#);
}

#[test]
fn the_newest_mock_that_matches_answers() {
    let host = MockHost::new();
    host.mock_execute("DELETE *", 1);
    host.mock_execute("DELETE FROM items WHERE id = ?", 2);

    assert_eq!(db().execute("DELETE FROM items WHERE id = ?", (1,)), Ok(2));
    assert_eq!(db().execute("DELETE FROM shelves", ()), Ok(1));
}

#[test]
fn sql_that_no_mock_answers_fails_with_the_line_to_paste() {
    let _host = MockHost::new();

    insta::assert_snapshot!(db().query::<Row>("SELECT \"a\"", ()).unwrap_err(), @r#"no mock answers the query: add host.mock_query("SELECT \"a\"", &[..])"#);
    insta::assert_snapshot!(db().execute("DROP TABLE x", ()).unwrap_err(), @r#"no mock answers the statement: add host.mock_execute("DROP TABLE x", 1)"#);
}

#[test]
fn sql_that_is_refused_fails() {
    let host = MockHost::new();
    host.refuse_sql("*");

    let refused = [db().last_id().unwrap_err(), db().execute("x", ()).unwrap_err()];

    assert_eq!(
        refused.map(|error| error.message().to_owned()),
        ["the host refused db_query: its log says why", "the host refused db_execute: its log says why"]
    );
}

#[test]
fn an_insert_that_makes_no_row_fails() {
    let host = MockHost::new();
    host.mock_query("INSERT *", &[] as &[Value]);

    assert_eq!(
        db().insert("INSERT INTO items DEFAULT VALUES; ", ()).unwrap_err().message(),
        "'INSERT INTO items DEFAULT VALUES\nRETURNING rowid AS id' inserted no row: `OR IGNORE` and `DO NOTHING` insert none \
         where one exists already"
    );
}

#[test]
fn a_returning_of_ones_own_is_kept_and_its_column_is_the_id() {
    let host = MockHost::new();
    host.mock_query("INSERT INTO a VALUES (1) RETURNING key", &[json!({ "key": 9 })]);
    host.mock_query("INSERT INTO b VALUES (1) RETURNING *", &[json!({ "key": 9, "name": 1 })]);

    assert_eq!(db().insert("INSERT INTO a VALUES (1) RETURNING key;", ()), Ok(9));
    insta::assert_snapshot!(db().insert("INSERT INTO b VALUES (1) RETURNING *", ()).unwrap_err(), @"db_query 'INSERT INTO b VALUES (1) RETURNING *': invalid length 2, expected a row of one column at line 1 column 19");
}

#[test]
fn an_insert_that_no_mock_answers_says_which_row_it_wants() {
    let _host = MockHost::new();

    insta::assert_snapshot!(db().insert("INSERT INTO a VALUES (1) -- one", ()).unwrap_err(), @r#"no mock answers the insert: add host.mock_query("INSERT INTO a VALUES (1) -- one*", &[serde_json::json!({"id": 1})])"#);
}

#[test]
fn a_boolean_is_a_number_as_in_sqlite() {
    #[derive(Debug, serde::Deserialize)]
    struct Plain {
        #[expect(dead_code, reason = "it is not read: that is the test")]
        done: bool,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Task {
        #[serde(deserialize_with = "db::boolean")]
        done: bool,
    }
    let host = MockHost::new();
    host.mock_query("SELECT done", &[json!({ "done": true }), json!({ "done": false })]);
    host.mock_query("SELECT both", &[json!({ "done": true }), json!({ "done": 2 })]);
    host.mock_query("SELECT 2", &[json!({ "done": 2 })]);

    assert_eq!(db().query("SELECT done", ()), Ok(vec![Task { done: true }, Task { done: false }]));
    let rows: Vec<Row> = db().query("SELECT both", ()).unwrap();
    assert_eq!((rows[0].get("done"), rows[0].get::<Option<bool>>("done")), (Ok(true), Ok(Some(true))));
    assert_eq!(
        rows[1].get::<bool>("done").map_err(|error| error.to_string()),
        Err("column 'done': invalid type: integer `2`, expected a boolean".to_owned())
    );
    insta::assert_snapshot!(db().query::<Plain>("SELECT done", ()).unwrap_err(), @r#"db_query 'SELECT done': invalid type: integer `1`, expected a boolean at line 1 column 10"#);
    insta::assert_snapshot!(db().query::<Task>("SELECT 2", ()).unwrap_err(), @r#"db_query 'SELECT 2': invalid value: integer `2`, expected 0 or 1 at line 1 column 10"#);
}

#[test]
fn a_client_gets_nothing_of_a_services_error_and_the_log_all() {
    let host = MockHost::new();
    host.refuse_sql("*");

    let response = IntoResponse::into_response(db().query_one::<u8>("SELECT secret", ()));

    assert_eq!((response.status(), response.text()), (500, r#"{"error":true,"message":"internal error"}"#));
    assert_eq!(host.logs()[0].text, "the host refused db_query: its log says why");
}

#[test]
fn the_last_id_is_asked_of_sqlite() {
    let host = MockHost::new();
    host.mock_query("SELECT last_insert_rowid() AS id", &[json!({ "id": 8 })]);

    assert_eq!(db().last_id(), Ok(8));
}

fn array(parameters: impl Parameters) -> String {
    parameters.encode().expect("parameters have a JSON form")
}

#[test]
fn parameters_are_a_json_array() {
    assert_eq!(array(()), "[]");
    assert_eq!(array((7,)), "[7]");
    assert_eq!(array((7, "a", None::<u8>, 1.5, true)), r#"[7,"a",null,1.5,true]"#);
    assert_eq!(array([1, 2]), "[1,2]");
    assert_eq!(array(vec!["a"]), r#"["a"]"#);
    assert_eq!(array(&[1][..]), "[1]");
    assert_eq!(array((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), "[1,2,3,4,5,6,7,8,9,10,11,12]");
}

#[test]
fn state_is_json_by_key() {
    let host = MockHost::new();
    host.set_state("items", &["pen"]);

    assert_eq!(state().get("items"), Ok(Some(vec!["pen".to_owned()])));
    assert_eq!(
        state().get::<u8>("items").unwrap_err().message(),
        "state key 'items': invalid type: sequence, expected u8 at line 1 column 0"
    );
    state().remove("items").unwrap();
    state().remove("items").unwrap();
    assert_eq!(host.state::<Value>("items"), None);
}

#[test]
fn config_is_read_only_json() {
    let host = MockHost::new();
    host.set_config("sizes", &[1, 2]);

    assert_eq!(config().require("sizes"), Ok(vec![1, 2]));
    assert_eq!(config().require::<u8>("color").unwrap_err().message(), "'color' config required");
    assert_eq!(config().get::<u8>("sizes").unwrap_err().status(), 500);
}

#[test]
fn hashes_are_real_and_randomness_is_seeded() {
    let host = MockHost::new();
    host.seed_random(7);
    let first = crypto().random(12).unwrap();
    host.seed_random(7);

    assert_eq!(crypto().random(12), Ok(first));
    assert_eq!(crypto().sha512(b"").unwrap()[..4], [0xcf, 0x83, 0xe1, 0x35]);
    assert_eq!(
        crypto().random(1024 * 1024 + 1).unwrap_err().message(),
        "the host refused crypto_random: its log says why"
    );
}

#[test]
fn a_response_has_status_headers_and_body() {
    let host = MockHost::new();
    host.mock_http("POST https://api.example.com/*", HttpResponse::new(201, "{\"a\":1}").header("X-Id", "7"));

    let response = http().post("https://api.example.com/items", "{}").unwrap();

    assert_eq!((response.status, response.headers["x-id"].as_str()), (201, "7"));
    assert_eq!(response.json::<Value>(), Ok(json!({ "a": 1 })));
}

#[test]
fn a_request_that_no_mock_answers_fails_with_the_line_to_paste() {
    let _host = MockHost::new();

    insta::assert_snapshot!(http().get("https://a.b/").unwrap_err(), @r#"no mock answers GET https://a.b/: add host.mock_http("GET https://a.b/", HttpResponse::new(200, ".."))"#);
}

#[test]
fn log_lines_have_their_level() {
    let host = MockHost::new();
    log().trace("a");
    log().debug("b");
    log().info("c");
    log().warn("d");
    log().error("e");

    use Level::{Debug, Error, Info, Trace, Warn};
    assert_eq!(host.logs().iter().map(|line| line.level).collect::<Vec<_>>(), [Trace, Debug, Info, Warn, Error]);
}

#[test]
fn the_shipped_host_refuses_database_http_and_events() {
    let host = MockHost::as_shipped();
    host.mock_http("GET *", HttpResponse::new(200, ""));
    host.mock_query("*", &[json!({ "id": 1 })]);

    let refused: [Error; 4] = [
        db().query::<Row>("SELECT 1", ()).unwrap_err(),
        db().execute("x", ()).unwrap_err(),
        http().get("https://a.b/").unwrap_err(),
        events().emit("a", &1).unwrap_err(),
    ];

    assert!(refused.iter().all(|error| error.message().starts_with("the host refused ") && error.status() == 500));
    assert_eq!((host.events().len(), host.statements().len()), (0, 0));
}
