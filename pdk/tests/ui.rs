//! What rustc shows a plugin author for each mistake, word for word.

/// The words around our own messages change with the compiler, so one version judges them.
#[test]
#[cfg(not(miri))]
fn every_mistake_is_explained_at_the_smallest_token() {
    let version = std::process::Command::new("rustc").arg("--version").output().unwrap();
    if !version.stdout.starts_with(b"rustc 1.95.") {
        println!("skipped: the snapshots are rustc 1.95's");
        return;
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*.rs");
    cases.pass("tests/ui/pass/*.rs");
}
