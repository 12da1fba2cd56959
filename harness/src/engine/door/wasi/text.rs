//! `fd_write` to stdout and stderr: Extism throws the text away, a trace shows it line by line.

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::HostValue;

use super::{BADF, FAULT, Failure, Running, set_errno, signature};
use crate::engine::wasi::NAMES;
use crate::import::{Import, WASI};
use crate::trace::event::{Event, HostCall, render_bytes};

/// The longest line that is kept, in bytes.
const LINE: usize = 64 * 1024;

/// What a byte counts for: it is looked at, to find the ends of lines, and kept.
const BYTE: u64 = 16;

pub(super) fn fd_write(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(file), Val::I32(parts), Val::I32(count), Val::I32(written)] = inputs else {
        return Err(signature(import));
    };
    running.call.borrow_mut().crossed.count(WASI, &import.name, &[], Some(&HostValue::Nothing));
    let code = match file {
        1 | 2 => {
            let stream = usize::from(*file == 2);
            let length = print(running, stream, parts.cast_unsigned(), count.cast_unsigned())?;
            let memory = running.guest_memory();
            let length = length.and_then(|length| u32::try_from(length).ok());
            let done = length.and_then(|length| memory?.write(written.cast_unsigned(), &length.to_le_bytes()));
            if done.is_some() { 0 } else { FAULT }
        }
        _ => BADF,
    };
    set_errno(outputs, code);
    Ok(())
}

/// Takes these parts of the guest's memory: their length, or `None` where they lie outside of it.
fn print(running: &Running, stream: usize, parts: u32, count: u32) -> Result<Option<u64>, Failure> {
    let Some(memory) = running.guest_memory() else { return Ok(None) };
    let Some(table) = memory.read(parts.into(), u64::from(count) * 8) else { return Ok(None) };
    let mut all = 0;
    for part in table.chunks_exact(8) {
        let word = |at: usize| u64::from(u32::from_le_bytes([part[at], part[at + 1], part[at + 2], part[at + 3]]));
        let (address, length) = (word(0), word(4));
        running.charge(length.saturating_mul(BYTE))?;
        let Some(text) = memory.read(address, length) else { return Ok(None) };
        all += length;
        for piece in text.split_inclusive(|byte| *byte == b'\n') {
            let ended = {
                let line = &mut running.wasi.printed.lines.borrow_mut()[stream];
                let room = LINE.saturating_sub(line.len());
                line.extend_from_slice(&piece[..piece.len().min(room)]);
                piece.ends_with(b"\n").then(|| std::mem::take(line))
            };
            if let Some(line) = ended {
                note(running, NAMES[stream], line);
            }
        }
    }
    Ok(Some(all))
}

/// Notes a line for the trace.
pub(super) fn note(running: &Running, name: &str, line: Vec<u8>) {
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let arguments = vec![name.to_owned(), render_bytes(line)];
    let call = HostCall::of_the_host(WASI, "fd_write", arguments, Ok(None), Vec::new());
    running.call.borrow_mut().events.push(Event::Call(call));
}
