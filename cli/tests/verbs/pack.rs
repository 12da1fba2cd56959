//! `pack`.

use plugsmith_harness::hosts::extism::sha256;
use plugsmith_harness::hosts::query::Query;
use plugsmith_harness::{Profile, build_with};

use crate::sandbox::{VERBS, folder, plugsmith, root, snapshot};

fn argon2() -> std::path::PathBuf {
    build_with(&root().join("examples/query-argon2"), Profile::Release, &mut |_| {}).unwrap()
}

#[test]
fn makes_the_two_files_of_a_release() {
    let folder = folder("pack-query");
    let artifact = argon2();
    snapshot!(plugsmith(["pack", "query-argon2", "--host", "query", "--out", folder.to_str().unwrap()]));
    let wasm = std::fs::read(folder.join("query-plugin-argon2.wasm")).unwrap();
    assert_eq!(wasm, std::fs::read(artifact).unwrap(), "what is packed is what ships");
    assert_eq!(std::fs::read_to_string(folder.join("query-plugin-argon2.wasm.sha256")).unwrap(), sha256(&wasm));
    // What was packed runs.
    let mut query = Query::new().push("query-plugin-argon2.wasm", wasm).unwrap();
    assert!(query.plugin("query-plugin-argon2.wasm", "hash", "password", None).unwrap().starts_with("$argon2id$"));
}

#[test]
fn installs_into_a_project() {
    argon2();
    let folder = folder("pack-project");
    std::fs::create_dir(folder.join("app")).unwrap();
    let folder_name = folder.to_str().unwrap();
    let app = format!("{folder_name}/app");
    let arguments = ["pack", "query-argon2", "--host", "query", "--out", folder_name, "--project", &app];
    snapshot!(plugsmith(arguments).args([
        "--tag",
        "v0.1.0",
        "--repo-url",
        "https://github.com/me/query-plugin-argon2"
    ]));
    let list = std::fs::read_to_string(folder.join("app/.query/plugins.toml")).unwrap();
    let wasm = std::fs::read(folder.join("app/plugins/query-plugin-argon2.wasm")).unwrap();
    insta::assert_snapshot!(list.replace(&sha256(&wasm), "[sha256]"));
}

#[test]
fn what_cannot_work_there_is_not_packed() {
    let folder = folder("pack-breach");
    let wat =
        "(module (import \"extism:host/user\" \"kv_read\" (func (param i64) (result i64))) (func (export \"run\")))";
    std::fs::write(folder.join("a.wat"), wat).unwrap();
    snapshot!(plugsmith(["pack", "a.wat", "--host", "query"]).current_dir(&folder));
    assert!(!folder.join("query-plugin-a.wasm").exists());
}

#[test]
fn text_format_is_packed_too() {
    let folder = folder("pack-text");
    std::fs::write(folder.join("my_echo.wat"), "(module (func (export \"run\")))").unwrap();
    snapshot!(plugsmith(["pack", "my_echo.wat", "--host", "query"]).current_dir(&folder));
    assert!(std::fs::read(folder.join("query-plugin-my-echo.wasm")).unwrap().starts_with(b"\0asm"));
}

#[test]
fn a_name_that_is_no_part_of_a_url_is_refused() {
    let folder = folder("pack-name");
    std::fs::write(folder.join("My Plug(1).wat"), "(module (func (export \"run\")))").unwrap();
    snapshot!(plugsmith(["pack", "My Plug(1).wat", "--host", "query"]).current_dir(&folder));
}

#[test]
fn a_broken_list_of_plugins_is_named_before_anything_is_written() {
    let folder = folder("pack-broken-list");
    std::fs::create_dir(folder.join(".query")).unwrap();
    std::fs::write(folder.join(".query/plugins.toml"), "[plugin").unwrap();
    std::fs::write(folder.join("a.wat"), "(module (func (export \"run\")))").unwrap();
    snapshot!(plugsmith(["pack", "a.wat", "--host", "query", "--project", "."]).current_dir(&folder));
    assert!(!folder.join("query-plugin-a.wasm").exists() && !folder.join("plugins").exists());
}

#[test]
fn a_project_that_is_not_there_is_named() {
    argon2();
    let folder = folder("pack-no-project");
    let folder = folder.to_str().unwrap();
    let none = format!("{folder}/none");
    snapshot!(plugsmith(["pack", "query-argon2", "--host", "query", "--out", folder, "--project", &none]));
}

/// `pack` for Query into a project of this test's own, with these options too.
fn into_project(test: &str, options: &[&str]) -> std::process::Command {
    let folder = folder(test);
    let mut command = plugsmith(["pack", VERBS, "--host", "query", "--project"]);
    command.arg(&folder).arg("--out").arg(&folder).args(options);
    command
}

#[test]
fn a_repository_that_is_no_url_is_refused() {
    snapshot!(into_project("pack-not-a-url", &["--tag", "v1", "--repo-url", "notaurl"]));
}

#[test]
fn a_url_without_a_repository_is_refused() {
    snapshot!(into_project("pack-no-repository", &["--tag", "v1", "--repo-url", "https://github.com/me"]));
}

#[test]
fn a_repository_without_a_tag_is_refused() {
    snapshot!(into_project("pack-no-tag", &["--repo-url", "https://github.com/me/query-plugin-argon2"]));
}

#[test]
fn a_tag_without_a_repository_is_refused() {
    snapshot!(into_project("pack-no-url", &["--tag", "v1"]));
}

#[test]
fn a_form_is_not_for_query() {
    snapshot!(plugsmith(["pack", VERBS, "--host", "query", "--form", "zip"]));
}

#[test]
fn a_manifest_is_not_for_query() {
    snapshot!(plugsmith(["pack", VERBS, "--host", "query", "--manifest", "manifest.json"]));
}

#[test]
fn a_host_without_a_form_of_its_own_is_refused() {
    snapshot!(plugsmith(["pack", VERBS, "--host", "extism"]));
}

#[test]
fn nothing_but_an_earlier_package_is_replaced_and_no_link_is_followed() {
    let folder = folder("pack-replaces");
    let packed = folder.join("query-plugin-a.wasm");
    let hash = folder.join("query-plugin-a.wasm.sha256");
    let pack = |body: &str| {
        std::fs::write(folder.join("a.wat"), format!("(module (func (export \"run\") {body}))")).unwrap();
        plugsmith(["pack", "a.wat", "--host", "query"]).current_dir(&folder).output().unwrap().status.code()
    };
    assert_eq!([pack(""), pack("nop")], [Some(0), Some(0)]);
    std::fs::write(&packed, "mine").unwrap();
    assert_eq!((pack(""), std::fs::read(&packed).unwrap()), (Some(2), b"mine".to_vec()));
    for path in [&packed, &hash] {
        let _ = (std::fs::remove_file(&packed), std::fs::remove_file(&hash));
        std::fs::write(folder.join("victim"), "mine").unwrap();
        std::os::unix::fs::symlink(folder.join("victim"), path).unwrap();
        assert_eq!(pack(""), Some(2));
        assert_eq!(std::fs::read(folder.join("victim")).unwrap(), b"mine");
        assert!(path.is_symlink());
    }
}

#[test]
fn a_package_for_orbis_is_not_written_through_a_link() {
    let folder = folder("pack-link");
    std::fs::write(folder.join("victim"), "mine").unwrap();
    std::os::unix::fs::symlink(folder.join("victim"), folder.join("out.zip")).unwrap();
    let wat = format!("{}/{}", crate::sandbox::root().display(), crate::serve::ORBIS);
    let output = plugsmith(["pack", &wat, "--out", "out.zip"]).current_dir(&folder).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("it is a symbolic link: name the file that it leads to"), "{text}");
    assert!(folder.join("out.zip").is_symlink());
}
