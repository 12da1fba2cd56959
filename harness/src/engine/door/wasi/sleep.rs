//! `poll_oneoff`: what sleeps in a plugin moves the test's clock, and nobody waits.

use std::time::Duration;

use extism::{CurrentPlugin, Val};
use plugsmith::protocol::host_functions::{HostValue, WireType};

use super::{BADF, FAULT, Failure, INVAL, IO, MONOTONIC, NOTSUP, Running, set_errno, signature};
use crate::engine::door::call::{asked, stopped};
use crate::engine::door::pass::{Stop, pass};
use crate::error::Error;
use crate::import::Import;

/// The sizes of a subscription and of an event, in the standard's layout.
const SUBSCRIPTION: u64 = 48;
const EVENT: usize = 32;

/// What a plugin waits for.
enum Wait {
    /// So long.
    For { userdata: [u8; 8], time: Duration },
    /// For a file that can be read (1) or written (2), which a regular file always can.
    File { userdata: [u8; 8], kind: u8 },
}

pub(super) fn poll_oneoff(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(subscriptions), Val::I32(events), Val::I32(count), Val::I32(written)] = inputs else {
        return Err(signature(import));
    };
    let code = match poll(import, running, *subscriptions, *count) {
        Ok(Polled::Events(bytes)) => {
            let memory = running.guest_memory();
            let count = ((bytes.len() / EVENT) as u32).to_le_bytes();
            let done = memory.as_ref().and_then(|memory| memory.write(events.cast_unsigned(), &bytes));
            let done = done.and_then(|()| memory?.write(written.cast_unsigned(), &count));
            if done.is_some() { 0 } else { FAULT }
        }
        Ok(Polled::Ended(stop)) => return Err(stopped(running, &import.name, stop)),
        Err(code) => code,
    };
    set_errno(outputs, code);
    Ok(())
}

/// What came of waiting.
enum Polled {
    Events(Vec<u8>),
    /// The guest's call ends.
    Ended(Stop),
}

fn poll(import: &Import, running: &Running, subscriptions: i32, count: i32) -> Result<Polled, i32> {
    let count = u64::from(count.cast_unsigned());
    if count == 0 {
        return Err(INVAL);
    }
    let memory = running.guest_memory().ok_or(FAULT)?;
    // A guest may claim any number: none that its memory could not hold.
    let length = count * SUBSCRIPTION;
    if length > memory.size() as u64 || running.charge(length).is_err() {
        return Err(FAULT);
    }
    let bytes = memory.read(u64::from(subscriptions.cast_unsigned()), length).ok_or(FAULT)?;
    let waits = bytes.chunks_exact(SUBSCRIPTION as usize).map(|bytes| wait(running, bytes, count == 1));
    let waits = waits.collect::<Result<Vec<Wait>, i32>>()?;
    let files = waits.iter().filter_map(|wait| match wait {
        Wait::File { userdata, kind } => Some(event(*userdata, *kind)),
        Wait::For { .. } => None,
    });
    let ready = files.flatten().collect::<Vec<u8>>();
    if !ready.is_empty() {
        return Ok(Polled::Events(ready));
    }
    // The first of several that end at the same time.
    let times = waits.iter().filter_map(|wait| match wait {
        Wait::For { userdata, time } => Some((*time, *userdata)),
        Wait::File { .. } => None,
    });
    let (time, userdata) = times.min_by_key(|(time, _)| *time).ok_or(INVAL)?;
    let arguments = [HostValue::I64(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).cast_signed())];
    let asked = asked(import, &[WireType::I64], &arguments, WireType::Nothing);
    match pass(&mut &*running, &asked, |_| running.sleep(time).map(|()| HostValue::Nothing)) {
        Ok(_) => Ok(Polled::Events(event(userdata, 0).to_vec())),
        Err(Stop::Told(_)) => Err(IO),
        Err(stop) => Ok(Polled::Ended(stop)),
    }
}

/// Reads a subscription; `alone` allows a relative time of any clock, as wasi-common does for `sleep`.
fn wait(running: &Running, bytes: &[u8], alone: bool) -> Result<Wait, i32> {
    let word = |at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        word
    };
    let (userdata, kind) = (word(0), bytes[8]);
    let number = i32::from_le_bytes([bytes[16], bytes[17], bytes[18], bytes[19]]);
    if kind != 0 {
        return match (kind, number) {
            // What stands for stdin, stdout and stderr cannot be waited for.
            (1 | 2, 0..=2) => Err(INVAL),
            (1 | 2, _) if running.host.grants.paths.is_empty() => Err(BADF),
            (1 | 2, _) => Ok(Wait::File { userdata, kind }),
            _ => Err(INVAL),
        };
    }
    let time = Duration::from_nanos(u64::from_le_bytes(word(24)));
    let is_absolute = u16::from_le_bytes([bytes[40], bytes[41]]) & 1 != 0;
    let time = match (number, is_absolute) {
        (0..=3, false) if alone => time,
        (0 | MONOTONIC, false) => time,
        (MONOTONIC, true) => {
            let now = running.host.context.with(|host| host.clock.nanoseconds(MONOTONIC));
            time.saturating_sub(Duration::from_nanos(now))
        }
        (0, true) => return Err(NOTSUP),
        _ => return Err(INVAL),
    };
    Ok(Wait::For { userdata, time })
}

/// An event without an error, of a clock (0) or a file.
fn event(userdata: [u8; 8], kind: u8) -> [u8; EVENT] {
    let mut event = [0; EVENT];
    event[..8].copy_from_slice(&userdata);
    event[10] = kind;
    event
}

impl Running {
    /// Lets the guest sleep in the time of the test's clock.
    ///
    /// # Errors
    /// It sleeps for longer than a call may take.
    fn sleep(&self, time: Duration) -> Result<(), Stop> {
        self.host.context.with(|host| host.clock.advance(time));
        self.wasi.clock_reads.take();
        let slept = self.wasi.slept.get().saturating_add(time);
        self.wasi.slept.set(slept);
        match self.host.limits.timeout.filter(|timeout| slept >= *timeout) {
            Some(timeout) => Err(Stop::Fails(Error::TimedOut { milliseconds: timeout.as_millis() as u64 })),
            None => Ok(()),
        }
    }
}
