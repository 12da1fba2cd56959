//! The two WASI functions that the harness answers itself: time and randomness.

use extism::{CurrentPlugin, Val};

use super::{Failure, Work};
use crate::engine::host::Running;
use crate::import::Import;
use crate::trace::event::{Event, HostCall};

/// WASI's errno for a buffer that lies outside of memory.
const FAULT: i32 = 21;

/// What stands in for the WASI function of this name; `None` leaves it to Extism's own WASI.
pub(super) fn work(name: &str) -> Option<Work> {
    Some(match name {
        "clock_time_get" => clock_time_get,
        "random_get" => random_get,
        _ => return None,
    })
}

fn clock_time_get(
    import: &Import,
    running: &Running,
    _: &mut CurrentPlugin,
    inputs: &[Val],
    outputs: &mut [Val],
) -> Result<(), Failure> {
    let [Val::I32(clock), _, Val::I32(place)] = inputs else { return Err(signature(import)) };
    let time = running.host.context.with(|host| host.clock.nanoseconds(*clock));
    let name = if *clock == 0 { "realtime" } else { "monotonic" };
    note(running, import, name.to_owned(), Some(format!("{time} ns")));
    answer(running, *place, &time.to_le_bytes(), outputs)
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
    let mut bytes = vec![0; length];
    running.host.context.with(|host| host.random.fill(&mut bytes));
    note(running, import, format!("{length} bytes"), None);
    answer(running, *place, &bytes, outputs)
}

fn answer(running: &Running, place: i32, bytes: &[u8], outputs: &mut [Val]) -> Result<(), Failure> {
    let written = running.guest_memory().and_then(|memory| memory.write(place.cast_unsigned(), bytes));
    set_errno(outputs, if written.is_some() { 0 } else { FAULT });
    Ok(())
}

fn set_errno(outputs: &mut [Val], code: i32) {
    if let Some(output) = outputs.first_mut() {
        *output = Val::I32(code);
    }
}

fn note(running: &Running, import: &Import, argument: String, result: Option<String>) {
    running.events.borrow_mut().push(Event::Call(HostCall {
        module: import.module.clone(),
        name: import.name.clone(),
        arguments: vec![argument],
        result: Ok(result),
        inside: Vec::new(),
    }));
}

fn signature(import: &Import) -> Failure {
    Failure::msg(format!("the import {} has another signature than WASI's", import.signature.render(&import.name)))
}
