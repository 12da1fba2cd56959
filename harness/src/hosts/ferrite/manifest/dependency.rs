//! The plugins that a plugin needs, by versions as Cargo writes them.

use super::Dependency;

/// Whether the version of a dependency is a requirement such as `1.0`, `^1.2.3`, `>=1, <3` or `*`.
pub(super) fn verify(dependency: &Dependency) -> Result<(), String> {
    let Dependency { name, version, .. } = dependency;
    if version.split(',').all(|part| is_comparison(part.trim())) {
        return Ok(());
    }
    Err(format!("dependencies[{name}].version is \"{version}\", which is none: write it like `1.0`, or `>=1.2, <3`"))
}

fn is_comparison(text: &str) -> bool {
    let operators = [">=", "<=", ">", "<", "=", "^", "~"];
    let version = operators.iter().find_map(|operator| text.strip_prefix(operator)).unwrap_or(text).trim_start();
    let end = version.find(['-', '+']).unwrap_or(version.len());
    let (numbers, suffix) = version.split_at(end);
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_suffix = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
    (1..=3).contains(&parts.len())
        && parts.iter().all(|part| *part == "*" || is_number(part))
        && (suffix.is_empty() || (suffix.len() > 1 && parts.len() == 3 && suffix.bytes().all(is_suffix)))
}
