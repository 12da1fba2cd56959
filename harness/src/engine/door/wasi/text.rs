//! `fd_write` to stdout and stderr: Extism throws the text away, a trace shows it line by line.

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::{BADF, FAULT, Failure, Running, answer, set_errno, signature};
use crate::engine::door::call::asked;
use crate::engine::door::pass::{Asked, Noted, pass};
use crate::engine::wasi::NAMES;
use crate::import::{Import, WASI};
use crate::trace::event::{Event, HostCall, render_bytes};

/// The longest line that is kept, in bytes.
const LINE: usize = 64 * 1024;

/// The most text of one call that is kept: the parts may all be the same megabytes.
const TEXT: usize = 16 * 1024 * 1024;

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
    let stream = match file {
        1 | 2 => usize::from(*file == 2),
        _ => {
            set_errno(outputs, BADF);
            return Ok(());
        }
    };
    let Some((text, length)) = gather(running, parts.cast_unsigned(), count.cast_unsigned())? else {
        set_errno(outputs, FAULT);
        return Ok(());
    };
    let arguments = [HostValue::I32(*file), HostValue::Block(Some(text))];
    let asked = asked(import, &[WireType::I32, WireType::Bytes], &arguments, WireType::Nothing);
    let asked = Asked { noted: Noted::Nothing, ..asked };
    let printed = pass(&mut &*running, &asked, |_| {
        if let [_, HostValue::Block(Some(text))] = &arguments {
            print(running, stream, text);
        }
        Ok(HostValue::Nothing)
    });
    let length = printed.map(|_| u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes().to_vec());
    answer(import, running, *written, length, outputs)
}

/// The text in these parts of the guest's memory, as much of it as is kept, and its length; `None` where they lie
/// outside of the memory.
fn gather(running: &Running, parts: u32, count: u32) -> Result<Option<(Vec<u8>, u64)>, Failure> {
    let Some(memory) = running.guest_memory() else { return Ok(None) };
    let Some(table) = memory.read(parts.into(), u64::from(count) * 8) else { return Ok(None) };
    let (mut all, mut all_length) = (Vec::new(), 0);
    for part in table.chunks_exact(8) {
        let word = |at: usize| u64::from(u32::from_le_bytes([part[at], part[at + 1], part[at + 2], part[at + 3]]));
        let (address, length) = (word(0), word(4));
        running.charge(length.saturating_mul(BYTE))?;
        let Some(text) = memory.read(address, length) else { return Ok(None) };
        all.extend_from_slice(&text[..text.len().min(TEXT - all.len())]);
        all_length += length;
    }
    Ok(Some((all, all_length)))
}

/// Notes the lines that end in this text, and keeps the rest for the next.
fn print(running: &Running, stream: usize, text: &[u8]) {
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

/// Notes a line for the trace.
pub(super) fn note(running: &Running, name: &str, line: Vec<u8>) {
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let arguments = vec![name.to_owned(), render_bytes(line)];
    let call = HostCall::of_the_host(WASI, "fd_write", arguments, Ok(None), Vec::new());
    running.call.borrow_mut().events.push(Event::Call(call));
}
