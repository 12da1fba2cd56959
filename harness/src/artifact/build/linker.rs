//! What the linker means when it refuses.

/// Cargo's output, and where the linker found one export in two crates, or a path that it cannot write, what that
/// means.
pub(super) fn explained(output: String) -> String {
    // LLVM takes `%` in the name of a temporary file for a place to put a random digit.
    let unwritten = output.lines().filter_map(|line| line.split_once("cannot open output file ")).map(|(_, path)| path);
    if unwritten.into_iter().any(|path| path.contains('%')) {
        return format!(
            "{output}\nin a path with `%` the linker cannot write its output: move the project, or name another folder \
             with `--target-dir` or in .cargo/config.toml:\n\n[build]\ntarget-dir = \"..\""
        );
    }
    let mut names: Vec<_> = output
        .lines()
        .filter_map(|line| line.split_once("duplicate symbol: ").map(|(_, name)| name.trim()))
        // Rust's own symbols are mangled, and cannot clash.
        .filter(|name| !name.starts_with("_ZN") && !name.starts_with("_R"))
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return output;
    }
    let what = format!(
        "two of the crates that are linked here export `{}`: rename one, or move what both plugins share into a crate \
         without entry points, since a plugin exports those of every crate that it depends on",
        names.join("`, `")
    );
    format!("{output}\n{what}")
}
