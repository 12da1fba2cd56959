//! Calls as a shell makes them again.

use crate::host::Host;

/// The options that give the command line this host's configuration.
pub(crate) fn options(host: &Host) -> String {
    let config = host.context.with(|host| host.config.clone());
    config.iter().map(|(key, value)| format!("--config {} ", quote(&format!("{key}={value}")))).collect()
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
