//! What the linker means when it refuses two plugins in one artifact.

/// Cargo's output, and where the linker found one export in two crates, what that means.
pub(super) fn explained(output: String) -> String {
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
