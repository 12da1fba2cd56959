//! Calls as a shell makes them again.

use crate::engine::host::Host;
use crate::hosts::peers::Registry;

/// The options that give the command line this host's configuration and plugins.
pub(crate) fn options(host: &Host, registry: Option<&Registry>) -> String {
    let config = host.context.with(|host| host.config.clone());
    let config = config.iter().map(|(key, value)| format!("--config {} ", quote(&format!("{key}={value}"))));
    let peers = registry.into_iter().flat_map(Registry::paths);
    let peers = peers.map(|(name, path)| format!("--plugin {} ", quote(&format!("{name}={}", path.display()))));
    config.chain(peers).collect()
}

/// A word for a shell.
pub(crate) fn quote(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
