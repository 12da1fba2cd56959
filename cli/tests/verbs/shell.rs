//! `completions` and `man`.

use crate::sandbox::{folder, plugsmith};

#[test]
fn each_shell_gets_a_script_that_knows_the_verbs() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = plugsmith(["completions", shell]).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("inspect") && script.contains("cargo-plugsmith"), "{shell}");
    }
    let output = plugsmith(["completions", "tcsh"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn bash_accepts_its_script() {
    let folder = folder("completions");
    let script = plugsmith(["completions", "bash"]).output().unwrap().stdout;
    std::fs::write(folder.join("script"), script).unwrap();
    let status = std::process::Command::new("bash").arg("-n").arg("script").current_dir(&folder).status().unwrap();
    assert!(status.success());
}

#[test]
fn each_verb_has_a_manual_page() {
    let folder = folder("man");
    let output = plugsmith(["man", "pages"]).current_dir(&folder).output().unwrap();
    assert!(output.status.success());
    let page = std::fs::read_to_string(folder.join("pages/cargo-plugsmith-run.1")).unwrap();
    assert!(page.contains("SYNOPSIS") && page.contains("\\-\\-client"), "{page}");
    assert!(folder.join("pages/cargo-plugsmith.1").is_file());

    std::fs::write(folder.join("file"), "").unwrap();
    assert_eq!(plugsmith(["man", "file/pages"]).current_dir(&folder).output().unwrap().status.code(), Some(5));
}
