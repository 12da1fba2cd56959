//! The `.sql` files that make a database: their order, that each runs once, and what is told.

use std::path::{Path, PathBuf};

use plugsmith_harness::hosts::orbis::Orbis;
use serde_json::{Value as Json, json};

use crate::guest::load;

/// A folder with these migrations.
fn migrations(test: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("orbis-migrations").join(test);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, sql) in files {
        std::fs::write(folder.join(name), sql).unwrap();
    }
    folder
}

fn opened(folder: &Path, file: Option<&Path>) -> Result<Vec<Json>, String> {
    let host = Orbis::as_documented().migrations(folder);
    let host = file.map_or(host.clone(), |file| host.database(file));
    let app =
        load(host, "", "[]").map_err(|error| error.to_string().replace(&folder.display().to_string(), "[folder]"))?;
    Ok(app.query("SELECT name FROM items ORDER BY name").unwrap())
}

#[test]
fn migrations_run_in_the_order_of_their_names() {
    let files = [
        ("2_add.sql", "INSERT INTO items VALUES ('a'); INSERT INTO items VALUES ('b');"),
        ("1_items.sql", "CREATE TABLE items (name);"),
        ("notes.txt", "no SQL"),
    ];
    assert_eq!(opened(&migrations("order", &files), None).unwrap(), [json!({"name": "a"}), json!({"name": "b"})]);
}

#[test]
fn a_migration_runs_once_for_a_database() {
    let folder = migrations("once", &[("1.sql", "CREATE TABLE items (name); INSERT INTO items VALUES ('a');")]);
    let file = folder.join("test.sqlite");
    assert_eq!(opened(&folder, Some(&file)).unwrap().len(), 1);
    assert_eq!(opened(&folder, Some(&file)).unwrap().len(), 1);
    std::fs::write(folder.join("1.sql"), "CREATE TABLE items (other);").unwrap();
    insta::assert_snapshot!(opened(&folder, Some(&file)).unwrap_err(), @"[folder]/1.sql: it has changed since it ran in [folder]/test.sqlite: add a new file, or start with a new database");
}

#[test]
fn a_migration_that_fails_changes_nothing() {
    let folder = migrations(
        "fails",
        &[
            ("1.sql", "CREATE TABLE items (name);"),
            ("2.sql", "INSERT INTO items VALUES ('a'); INSERT INTO nowhere VALUES (1);"),
        ],
    );
    let file = folder.join("test.sqlite");
    insta::assert_snapshot!(opened(&folder, Some(&file)).unwrap_err(), @"[folder]/2.sql: line 1: no such table: nowhere");
    std::fs::write(folder.join("2.sql"), "INSERT INTO items VALUES ('b');").unwrap();
    assert_eq!(opened(&folder, Some(&file)).unwrap(), [json!({"name": "b"})]);
}

#[test]
fn a_migration_cannot_commit_its_first_half() {
    let halves = [
        "CREATE TABLE items (name);\nCOMMIT;\nINSERT INTO nowhere VALUES (1);",
        "BEGIN; CREATE TABLE items (name);",
        "ROLLBACK;",
    ];
    let told = halves.map(|sql| {
        let folder = migrations("commits", &[("1.sql", sql)]);
        let file = folder.join("test.sqlite");
        let error = opened(&folder, Some(&file)).unwrap_err();
        // Nothing of it is left.
        std::fs::write(folder.join("1.sql"), "CREATE TABLE items (name);").unwrap();
        assert_eq!(opened(&folder, Some(&file)), Ok(Vec::new()));
        error
    });
    insta::assert_snapshot!(told.join("\n"), @"
    [folder]/1.sql: line 2: a migration is one transaction: leave out BEGIN, COMMIT and ROLLBACK
    [folder]/1.sql: line 1: a migration is one transaction: leave out BEGIN, COMMIT and ROLLBACK
    [folder]/1.sql: line 1: a migration is one transaction: leave out BEGIN, COMMIT and ROLLBACK
    ");
}

#[test]
fn two_folders_may_have_files_of_one_name() {
    let one = migrations("two-1", &[("1.sql", "CREATE TABLE items (name);")]);
    let two = migrations("two-2", &[("1.sql", "INSERT INTO items VALUES ('a');")]);
    let host = Orbis::as_documented().migrations(&one).migrations(&two).database(one.join("test.sqlite"));
    for _ in 0..2 {
        let app = load(host.clone(), "", "[]").unwrap();
        assert_eq!(app.query("SELECT name FROM items").unwrap(), [json!({"name": "a"})]);
    }
    std::fs::write(two.join("1.sql"), "INSERT INTO items VALUES ('b');").unwrap();
    let error = load(host, "", "[]").unwrap_err().to_string();
    let error = error.replace(&one.display().to_string(), "[one]").replace(&two.display().to_string(), "[two]");
    insta::assert_snapshot!(error, @"[two]/1.sql: it has changed since it ran in [one]/test.sqlite: add a new file, or start with a new database");
}

#[test]
fn a_mistake_in_sql_is_told_with_its_line() {
    let scripts = [
        "CREATE TABLE items (name);\n\n  oops",
        "-- é\nCREATE TABLE items (name);;\n/* that\nis */\n-- all\nINSERT INTO nowhere VALUES (1);",
        "CREATE TABLE items (name\n  NOT NULL);\n\nINSERT INTO items\n  VALUES (NULL);\nSELECT 1;",
        "SELECT 1;\nSELECT\n  nowhere\n  FROM (SELECT 1)",
        "SELECT 1;\n\nSELECT\n  ?1",
        "CREATE TABLE items (name",
    ];
    let told = scripts.map(|sql| load(Orbis::as_documented().sql(sql), "", "[]").unwrap_err().to_string());
    insta::assert_snapshot!(told.join("\n"), @r#"
    the database in memory: `Orbis::sql`, line 3: near "oops": syntax error
    the database in memory: `Orbis::sql`, line 6: no such table: nowhere
    the database in memory: `Orbis::sql`, line 4: NOT NULL constraint failed: items.name
    the database in memory: `Orbis::sql`, line 3: no such column: nowhere
    the database in memory: `Orbis::sql`, line 3: a parameter has no value here: write the value
    the database in memory: `Orbis::sql`, line 1: incomplete input
    "#);
}

#[test]
fn a_reload_runs_new_migrations() {
    let folder = migrations("reload", &[("1.sql", "CREATE TABLE items (name);")]);
    let mut app = load(Orbis::as_documented().migrations(&folder), "", "[]").unwrap();
    let plugin = crate::guest::module("").into_bytes();
    // More of SQLite's steps than a plugin's statement may take.
    let many = "INSERT INTO items WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000)
        SELECT 'a' FROM n WHERE i = 2000000";
    std::fs::write(folder.join("2.sql"), many).unwrap();
    app.reload(plugin.clone(), Some(app.manifest().clone())).unwrap();
    assert_eq!(app.query("SELECT name FROM items").unwrap(), [json!({"name": "a"})]);
    // One that fails leaves the app as it was; then the next reload runs it again.
    std::fs::write(folder.join("4.sql"), "INSERT INTO nowhere VALUES (1);").unwrap();
    let error = app.reload(plugin.clone(), Some(app.manifest().clone())).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&folder.display().to_string(), "[folder]"), @"[folder]/4.sql: line 1: no such table: nowhere");
    std::fs::write(folder.join("4.sql"), "DELETE FROM items;").unwrap();
    app.reload(plugin, Some(app.manifest().clone())).unwrap();
    assert!(app.query("SELECT name FROM items").unwrap().is_empty());
}

#[test]
fn a_folder_without_migrations_is_told() {
    insta::assert_snapshot!(opened(&migrations("none", &[]), None).unwrap_err(), @"[folder]: no migrations: there is no .sql file in it");
    insta::assert_snapshot!(opened(Path::new("no/such/folder"), None).unwrap_err(), @"[folder]: no migrations: No such file or directory (os error 2)");
    let not_text = migrations("not-text", &[]);
    std::fs::write(not_text.join("1.sql"), [0xff]).unwrap();
    insta::assert_snapshot!(opened(&not_text, None).unwrap_err(), @"[folder]/1.sql: stream did not contain valid UTF-8");
}
