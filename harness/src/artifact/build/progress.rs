//! A program that is watched while it runs.

use std::io::{BufRead, BufReader, Error, Read};
use std::process::{Command, Output, Stdio};

/// Runs `command` to its end; `progress` hears each line of its standard error as it comes.
pub(super) fn run(command: &mut Command, progress: &mut dyn FnMut(&str)) -> Result<Output, Error> {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    // Both pipes are emptied at once: cargo would wait for whoever reads only one of them.
    let (stdout, stderr) = std::thread::scope(|scope| {
        let stdout = scope.spawn(|| {
            let mut bytes = Vec::new();
            stdout.map_or(Ok(0), |mut pipe| pipe.read_to_end(&mut bytes)).map(|_| bytes)
        });
        let stderr = lines(stderr, progress);
        (stdout.join(), stderr)
    });
    let stdout = stdout.unwrap_or_else(|_| Err(Error::other("the reader of its output is gone")))?;
    Ok(Output { status: child.wait()?, stdout, stderr: stderr? })
}

fn lines(pipe: Option<impl Read>, progress: &mut dyn FnMut(&str)) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let Some(pipe) = pipe else { return Ok(bytes) };
    let mut pipe = BufReader::new(pipe);
    loop {
        let start = bytes.len();
        if pipe.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(bytes);
        }
        progress(String::from_utf8_lossy(&bytes[start..]).trim());
    }
}
