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
    insta::assert_snapshot!(opened(&folder, Some(&file)).unwrap_err(), @"[folder]/test.sqlite: [folder]/1.sql: it has changed since it ran in this database: add a new file, or start with a new database");
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
    insta::assert_snapshot!(opened(&folder, Some(&file)).unwrap_err(), @"[folder]/test.sqlite: [folder]/2.sql: no such table: nowhere");
    std::fs::write(folder.join("2.sql"), "INSERT INTO items VALUES ('b');").unwrap();
    assert_eq!(opened(&folder, Some(&file)).unwrap(), [json!({"name": "b"})]);
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
    insta::assert_snapshot!(error.replace(&folder.display().to_string(), "[folder]"), @"the database in memory: [folder]/4.sql: no such table: nowhere");
    std::fs::write(folder.join("4.sql"), "DELETE FROM items;").unwrap();
    app.reload(plugin, Some(app.manifest().clone())).unwrap();
    assert!(app.query("SELECT name FROM items").unwrap().is_empty());
}

#[test]
fn a_folder_without_migrations_is_told() {
    insta::assert_snapshot!(opened(&migrations("none", &[]), None).unwrap_err(), @"the database in memory: no .sql file in [folder]");
    insta::assert_snapshot!(opened(Path::new("no/such/folder"), None).unwrap_err(), @"the database in memory: no migrations in [folder]: No such file or directory (os error 2)");
}
