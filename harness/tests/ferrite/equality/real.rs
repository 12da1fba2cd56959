//! A real `redis-server`, on a socket of its own.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) struct Real {
    process: Child,
    folder: PathBuf,
}

pub(crate) struct Connection {
    stream: BufReader<UnixStream>,
}

impl Real {
    /// Starts it; `None` where it is not installed, which CI does not accept.
    pub(crate) fn start() -> Option<Real> {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("plugsmith-redis-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let process = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(folder.join("socket"))
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn();
        let process = match process {
            Ok(process) => process,
            Err(_) => {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "redis-server is not installed: apt-get install redis-server"
                );
                eprintln!("redis-server is not installed: nothing is compared");
                return None;
            }
        };
        let real = Real { process, folder };
        for _ in 0..1000 {
            if UnixStream::connect(real.folder.join("socket")).is_ok() {
                return Some(real);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("redis-server does not answer")
    }

    /// Where it is, for a client.
    #[cfg(feature = "redis")]
    pub(crate) fn url(&self) -> String {
        format!("unix://{}", self.folder.join("socket").display())
    }

    pub(crate) fn connect(&self) -> Connection {
        let stream = UnixStream::connect(self.folder.join("socket")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        Connection { stream: BufReader::new(stream) }
    }

    /// As it was when it started.
    pub(crate) fn reset(&mut self) {
        let mut connection = self.connect();
        let words = |text: &str| text.split(' ').map(|word| word.as_bytes().to_vec()).collect::<Vec<_>>();
        connection.ask(&words("FLUSHALL"), 1);
        connection.ask(&words("CONFIG SET maxmemory 0"), 1);
        connection.ask(&words("ACL DELUSER bob eve"), 1);
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Connection {
    pub(crate) fn send(&mut self, words: &[Vec<u8>]) {
        let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            bytes.extend(format!("${}\r\n", word.len()).into_bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        self.stream.get_mut().write_all(&bytes).unwrap();
    }

    pub(crate) fn ask(&mut self, words: &[Vec<u8>], replies: usize) -> Vec<u8> {
        self.send(words);
        self.replies(replies)
    }

    /// So many replies, or what there is of them until nothing comes any more.
    pub(crate) fn replies(&mut self, count: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        for _ in 0..count {
            if frame(&mut self.stream, &mut bytes).is_err() {
                bytes.extend_from_slice(b"(nothing more)");
                break;
            }
        }
        bytes
    }
}

/// How many replies these bytes are.
pub(crate) fn frames(mut bytes: &[u8]) -> usize {
    let mut count = 0;
    while !bytes.is_empty() {
        frame(&mut bytes, &mut Vec::new()).unwrap();
        count += 1;
    }
    count
}

/// Copies one reply.
pub(crate) fn frame(reader: &mut impl BufRead, out: &mut Vec<u8>) -> std::io::Result<()> {
    let mut line = Vec::new();
    if reader.read_until(b'\n', &mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    out.extend_from_slice(&line);
    let number = || String::from_utf8_lossy(&line[1..line.len() - 2]).parse::<i64>().unwrap_or(0).max(0);
    match line[0] {
        b'$' | b'=' if !line.starts_with(b"$-") => {
            let mut rest = vec![0; number() as usize + 2];
            reader.read_exact(&mut rest)?;
            out.extend_from_slice(&rest);
        }
        b'*' | b'~' | b'>' => {
            for _ in 0..number() {
                frame(reader, out)?;
            }
        }
        b'%' => {
            for _ in 0..2 * number() {
                frame(reader, out)?;
            }
        }
        _ => {}
    }
    Ok(())
}
