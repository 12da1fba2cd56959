//! Values under `blob:` take less room in storage than in the hands of their clients.

use plugsmith::{CommandError, transformer};

/// The most that a value may grow to when it is read, so that none can fill the plugin's memory.
const LIMIT: u32 = 16 * 1024 * 1024;

/// Compresses values under `blob:`.
#[transformer(on = "write", pattern = "blob:*")]
pub(crate) fn compress(value: &[u8]) -> Result<Vec<u8>, CommandError> {
    if value.len() > LIMIT as usize {
        return Err("a blob holds at most 16 MiB".into());
    }
    Ok(lz4_flex::compress_prepend_size(value))
}

/// Gives values under `blob:` back as they were.
#[transformer(on = "read", pattern = "blob:*")]
pub(crate) fn decompress(value: &[u8]) -> Result<Vec<u8>, CommandError> {
    let length = value.first_chunk().map_or(u32::MAX, |length| u32::from_le_bytes(*length));
    let found = if length > LIMIT { None } else { lz4_flex::decompress_size_prepended(value).ok() };
    found.filter(|found| found.len() == length as usize).ok_or_else(|| "this blob was not compressed here".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_comes_back_as_it_was() {
        let text = b"so much the same, so much the same, so much the same";
        let stored = compress(text).unwrap();
        assert!(stored.len() < text.len());
        assert_eq!(decompress(&stored).unwrap(), text);
    }

    #[test]
    fn a_length_that_lies_is_refused() {
        assert!(decompress(&[0xff, 0xff, 0xff, 0xff, 0]).is_err());
        assert!(decompress(&[0, 0, 0, 1, 0]).is_err());
        assert!(decompress(b"").is_err());
    }
}
