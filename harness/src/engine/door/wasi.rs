//! What the harness answers of WASI itself: time, randomness, and text on stdout and stderr. The rest is
//! Extism's own WASI: a plugin has no arguments, no environment, an empty stdin, and files where a folder is
//! allowed. Errors are those of wasi-common 43 (src/snapshots/preview_1.rs), which Extism uses.

mod sleep;
mod text;

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::call::{Work, asked, stopped};
use super::pass::{Asked, Noted, Stop, pass};
use crate::engine::failure::Failure;
use crate::engine::running::Running;
use crate::import::Import;

/// WASI's errors, by their numbers in the standard.
const BADF: i32 = 8;
const FAULT: i32 = 21;
const INVAL: i32 = 28;
const IO: i32 = 29;
const NOTSUP: i32 = 58;

/// The clocks that a host has.
const REALTIME: i32 = 0;
const MONOTONIC: i32 = 1;

/// What stands in for the WASI function of this name; `None` leaves it to Extism's own WASI.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "clock_time_get" => clock_time_get,
        "clock_res_get" => clock_res_get,
        "random_get" => random_get,
        "poll_oneoff" => sleep::poll_oneoff,
        "fd_write" => text::fd_write,
        _ => return None,
    })
}

impl Running {
    /// Notes the text that the guest has printed and not ended with a new line.
    pub(crate) fn end_printed(&self) {
        for (name, line) in self.wasi.printed.rest() {
            text::note(self, name, line);
        }
    }
}

fn clock_time_get(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(clock), _, Val::I32(place)] = inputs else { return Err(signature(import)) };
    if let Some(error) = no_clock(*clock) {
        set_errno(outputs, error);
        return Ok(());
    }
    running.wasi.clock_reads.update(|reads| reads + 1);
    let arguments = [HostValue::I32(*clock)];
    let time = pass(&mut &*running, &asked(import, &[WireType::I32], &arguments, WireType::I64), |_| {
        let time = running.host.context.with(|host| host.clock.nanoseconds(*clock));
        Ok(HostValue::I64(time.cast_signed()))
    });
    answer(import, running, *place, time.map(nanoseconds), outputs)
}

/// A virtual clock is as fine as its unit.
fn clock_res_get(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(clock), Val::I32(place)] = inputs else { return Err(signature(import)) };
    if let Some(error) = no_clock(*clock) {
        set_errno(outputs, error);
        return Ok(());
    }
    let arguments = [HostValue::I32(*clock)];
    let asked = asked(import, &[WireType::I32], &arguments, WireType::I64);
    let asked = Asked { noted: Noted::Nothing, ..asked };
    let finest = pass(&mut &*running, &asked, |_| Ok(HostValue::I64(1)));
    answer(import, running, *place, finest.map(nanoseconds), outputs)
}

/// A time in the guest's memory.
fn nanoseconds(time: HostValue) -> Vec<u8> {
    if let HostValue::I64(time) = time { time.to_le_bytes().to_vec() } else { Vec::new() }
}

/// The error for a clock that a host does not have: a CPU-time clock, or a number that is not a clock.
fn no_clock(clock: i32) -> Option<i32> {
    match clock {
        REALTIME | MONOTONIC => None,
        2 | 3 => Some(BADF),
        _ => Some(INVAL),
    }
}

fn random_get(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(place), Val::I32(length)] = inputs else { return Err(signature(import)) };
    let length = length.cast_unsigned() as usize;
    // A guest may claim any length: no more is made than its memory could hold.
    if running.guest_memory().is_none_or(|memory| length > memory.size()) {
        set_errno(outputs, FAULT);
        return Ok(());
    }
    running.charge(length as u64)?;
    let arguments = [HostValue::I32(length as i32)];
    let bytes = pass(&mut &*running, &asked(import, &[WireType::I32], &arguments, WireType::Bytes), |_| {
        let mut bytes = vec![0; length];
        running.host.context.with(|host| host.random.fill(&mut bytes));
        Ok(HostValue::Block(Some(bytes)))
    });
    let bytes = bytes.map(|bytes| match bytes {
        HostValue::Block(Some(mut bytes)) => {
            // A watch may answer any number of them.
            bytes.resize(length, 0);
            bytes
        }
        _ => vec![0; length],
    });
    answer(import, running, *place, bytes, outputs)
}

/// Writes an answer into the guest's memory; a refusal is an error number.
fn answer(
    import: &Import,
    running: &Running,
    place: i32,
    bytes: Result<Vec<u8>, Stop>,
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let errno = match bytes {
        Ok(bytes) => match running.guest_memory().and_then(|memory| memory.write(place.cast_unsigned(), &bytes)) {
            Some(()) => 0,
            None => FAULT,
        },
        Err(Stop::Told(_)) => IO,
        Err(stop) => return Err(stopped(running, &import.name, stop)),
    };
    set_errno(outputs, errno);
    Ok(())
}

fn set_errno(outputs: &mut [Val], code: i32) {
    if let Some(output) = outputs.first_mut() {
        *output = Val::I32(code);
    }
}

fn signature(import: &Import) -> Failure {
    Failure::msg(format!("the import {} has another signature than WASI's", import.signature.render(&import.name)))
}
