//! Files that a stranger may have put there: only regular ones are read, and none without end. A pipe would keep
//! whoever reads it waiting, and a device such as `/dev/zero` fills the machine. Nothing is written through a link.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result, Write};
use std::path::{Path, PathBuf};

/// The longest artifact or package; a debug build with everything in it has a hundred megabytes.
const BINARY: u64 = 512 * 1024 * 1024;
/// The longest manifest or configuration: what is read of one takes up to a hundred times its bytes.
const TEXT: u64 = 4 * 1024 * 1024;
/// The longest recording, session, state or SQL script.
const LONG: u64 = 64 * 1024 * 1024;

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
pub fn read(path: &Path) -> Result<Vec<u8>> {
    bytes(path, BINARY)
}

/// The bytes of a regular file of at most so many.
///
/// # Errors
/// As [`read`].
pub(crate) fn read_up_to(path: &Path, most: u64) -> Result<Vec<u8>> {
    bytes(path, most)
}

/// The text of a regular file of at most 4 MiB, such as a manifest.
///
/// # Errors
/// As [`read`], and that it is not UTF-8.
pub fn read_to_string(path: &Path) -> Result<String> {
    text(path, TEXT)
}

/// The text of a regular file of at most 64 MiB, such as a recording.
///
/// # Errors
/// As [`read`], and that it is not UTF-8.
pub(crate) fn read_long_text(path: &Path) -> Result<String> {
    text(path, LONG)
}

fn text(path: &Path, most: u64) -> Result<String> {
    String::from_utf8(bytes(path, most)?)
        .map_err(|_| Error::new(ErrorKind::InvalidData, "stream did not contain valid UTF-8"))
}

/// Writes all files beside their places, and only then renames them: whoever is stopped meanwhile leaves the old
/// ones. What a stopped one has left beside them is removed.
///
/// # Errors
/// The system's, and that a link lies in the place of a file.
pub fn replace(files: &[(PathBuf, Vec<u8>)]) -> Result<()> {
    for (path, _) in files {
        refuse_link(path)?;
    }
    let halves: Vec<PathBuf> = files.iter().map(|(path, _)| half(path)).collect();
    let write = || {
        for ((_, bytes), half) in files.iter().zip(&halves) {
            // Of a writer that was killed, or a link that would lead elsewhere.
            remove(half)?;
            OpenOptions::new().write(true).create_new(true).open(half)?.write_all(bytes)?;
        }
        files.iter().zip(&halves).try_for_each(|((path, _), half)| std::fs::rename(half, path))
    };
    let written = write();
    if written.is_err() {
        for half in &halves {
            let _ = std::fs::remove_file(half);
        }
    }
    written
}

/// That no link lies in the place of a file: it would be written elsewhere, or be replaced.
///
/// # Errors
/// The system's, and that a link does.
pub fn refuse_link(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => {
            Err(Error::new(ErrorKind::AlreadyExists, "it is a symbolic link: name the file that it leads to"))
        }
        _ => Ok(()),
    }
}

fn remove(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// `.plugin.zip.half` for `plugin.zip`.
fn half(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.half"))
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
        error: it has more than 4194304 bytes, the most that are read
        error: it is a pipe, a socket or a device, and a regular file is needed
        error: it is a pipe, a socket or a device, and a regular file is needed
        error: it is a folder, and a file is needed
        ");
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_never_through_a_link() {
        let folder = std::env::temp_dir().join(format!("plugsmith-replace-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        std::fs::write(path("victim"), "mine").unwrap();
        std::os::unix::fs::symlink(path("victim"), path("link")).unwrap();
        std::os::unix::fs::symlink(path("victim"), path(".file.half")).unwrap();
        let refused = replace(&[(path("link"), b"evil".to_vec())]).unwrap_err();
        replace(&[(path("file"), b"one".to_vec())]).unwrap();
        replace(&[(path("file"), b"two".to_vec())]).unwrap();
        let read = ["file", "victim"].map(|name| std::fs::read_to_string(path(name)).unwrap());
        let left = std::fs::read_dir(&folder).unwrap().count();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!((read, left), (["two".to_owned(), "mine".to_owned()], 3));
        insta::assert_snapshot!(refused, @"it is a symbolic link: name the file that it leads to");
    }
}
