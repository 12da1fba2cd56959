//! A shipped artifact, stripped of names and line tables, still names the author's frames; but nothing
//! is built for it that the user did not name.

#![expect(clippy::unwrap_used, reason = "what fails in a helper fails the test")]

use std::fs;
use std::path::{Path, PathBuf};

use plugsmith_harness::__private::{Author, plugin};
use plugsmith_harness::{Error, Host, Plugin, Profile, build_with};

#[test]
fn what_ships_traps_with_the_authors_frames() {
    let wasm = shipped();
    let bytes = fs::read(&wasm).unwrap();
    assert!(!bytes.windows(12).any(|window| window == b".debug_lines" || window == b".debug_info "), "it is stripped");

    let frames = frames(&mut Plugin::load(wasm.as_path()).unwrap());
    assert!(
        frames.iter().any(|frame| frame.contains("at_depth at ") && frame.contains("src/lib.rs:2"))
            // `wasm-opt` moves code, where it is installed: then there are names without lines.
            || frames == ["PANIC"],
        "{frames:?}"
    );
}

/// A folder that somebody was sent, with everything in it that could make a build run.
#[test]
fn nothing_that_lies_beside_an_artifact_is_run() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stripped/evil");
    let _ = fs::remove_dir_all(&folder);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let marker = folder.join("it ran");
    let run = format!("fn main() {{ std::fs::write({marker:?}, \"\").unwrap() }}");
    write(
        "Cargo.toml",
        "[package]\nname = \"evil\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n",
    );
    write("build.rs", &run);
    write("src/lib.rs", "");
    write(".cargo/config.toml", "[build]\nrustc-wrapper = \"./wrapper\"\n");
    write("wrapper", &format!("#!/bin/sh\ntouch '{}'\n", marker.display()));
    write(
        "xtp.toml",
        "bin = \"evil.wasm\"\n[[test]]\nname = \"evil\"\nbuild = \"touch 'it ran'\"\nwith = \"evil.wasm\"\n",
    );
    write("plugin.toml", "[package]\nname = \"evil\"\nversion = \"1.0.0\"\n");
    write("evil.d", &format!("{0}/evil.wasm: {0}/src/lib.rs {0}/build.rs\n", folder.display()));
    let evil = folder.join("evil.wasm");
    fs::copy(shipped(), &evil).unwrap();

    let frames = frames(&mut Plugin::load(evil.as_path()).unwrap());
    assert!(!frames.iter().any(|frame| frame.contains("lib.rs")), "{frames:?}");
    assert!(!marker.exists(), "code of the folder has run");

    // The same bytes, tested as the plugin of a crate that the user names, have that crate's frames.
    let faulty = faulty();
    let author = Author { folder: faulty.to_str().unwrap(), package: "", features: &[] };
    let named = plugin(&author, Host::new()).command("PANIC", ["sea"]).unwrap_err();
    let Error::Trapped { frames, .. } = named else { panic!("PANIC panics") };
    assert!(frames.iter().any(|frame| frame.contains("src/lib.rs:2")), "{frames:?}");
}

fn frames(plugin: &mut Plugin) -> Vec<String> {
    let Err(Error::Trapped { frames, .. }) = plugin.command("PANIC", ["sea"]).result else {
        panic!("PANIC panics");
    };
    frames
}

fn faulty() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/faulty")
}

/// The fixture as it ships.
fn shipped() -> PathBuf {
    build_with(&faulty(), Profile::Release, &mut |_| {}).unwrap()
}
