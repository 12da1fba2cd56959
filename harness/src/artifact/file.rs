//! Files that a stranger may have put there: only regular ones are read, and none without end. A pipe would keep
//! whoever reads it waiting, and a device such as `/dev/zero` fills the machine.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// The longest artifact or package; a debug build with everything in it has a hundred megabytes.
const BINARY: u64 = 512 * 1024 * 1024;
/// The longest manifest, recording or configuration.
const TEXT: u64 = 64 * 1024 * 1024;

/// Opens a regular file of at most 512 MiB.
///
/// # Errors
/// The system's, and that it is not a regular file, or too large.
#[cfg(feature = "orbis")]
pub(crate) fn open(path: &Path) -> Result<File> {
    opened(path, BINARY)
}

/// The bytes of a regular file of at most 512 MiB.
///
/// # Errors
/// The system's, and that it is not a regular file, or too large.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    bytes(path, BINARY)
}

/// The text of a regular file of at most 64 MiB.
///
/// # Errors
/// As [`read`], and that it is not UTF-8.
pub(crate) fn read_to_string(path: &Path) -> Result<String> {
    String::from_utf8(bytes(path, TEXT)?)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8"))
}

fn bytes(path: &Path, most: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // It may grow meanwhile.
    opened(path, most)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_long(most)) } else { Ok(bytes) }
}

fn opened(path: &Path, most: u64) -> Result<File> {
    // To open a pipe is to wait for whoever writes to it.
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder, and a file is needed"));
    }
    if !metadata.is_file() {
        return Err(Error::other("it is a pipe, a socket or a device, and a regular file is needed"));
    }
    if metadata.len() > most {
        return Err(too_long(most));
    }
    File::open(path)
}

fn too_long(most: u64) -> Error {
    Error::new(ErrorKind::FileTooLarge, format!("it has more than {most} bytes, the most that are read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_a_bounded_size_are_read() {
        let folder = std::env::temp_dir().join(format!("plugsmith-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        std::fs::write(path("text"), "hello").unwrap();
        std::fs::write(path("bytes"), [0xff]).unwrap();
        File::create(path("huge")).unwrap().set_len(1 << 40).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap().success());
        std::os::unix::fs::symlink("/dev/zero", path("zeros")).unwrap();
        let told = |name: &str| read_to_string(&path(name)).unwrap_or_else(|error| format!("error: {error}"));
        let told = ["text", "bytes", "huge", "pipe", "zeros", "."].map(told).join("\n");
        let missing = read(&path("missing")).unwrap_err().kind();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(missing, ErrorKind::NotFound);
        insta::assert_snapshot!(told, @"
        hello
        error: stream did not contain valid UTF-8
        error: it has more than 67108864 bytes, the most that are read
        error: it is a pipe, a socket or a device, and a regular file is needed
        error: it is a pipe, a socket or a device, and a regular file is needed
        error: it is a folder, and a file is needed
        ");
    }
}
