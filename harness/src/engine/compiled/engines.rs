//! An engine for each thread: Extism's timeout ends whatever runs on the engine, so that what runs at the
//! same time must have engines of its own.
//!
//! A plugin stays in its thread, where calls nest but never overlap. So a thread takes an engine with the
//! artifact's machine code for itself, and gives it back when it ends. There are as many as threads that run
//! the artifact at the same time; all but the first take their code from the cache on disk.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{Compiled, Key};
use crate::error::{Error, Result};

/// The artifacts that a process knows, and those that a thread holds: more are forgotten, and made again.
const KNOWN: usize = 256;
const HELD: usize = 64;

/// The engines of one artifact.
#[derive(Default)]
struct Shelf {
    /// Whether there was one, so that the others come from the cache.
    is_compiled: bool,
    failed: Option<Error>,
    free: Vec<Arc<Compiled>>,
}

type Shared = Arc<Mutex<Shelf>>;

static SHELVES: LazyLock<Mutex<HashMap<Arc<Key>, Shared>>> = LazyLock::new(Mutex::default);

thread_local! {
    static HELD_HERE: RefCell<Held> = RefCell::default();
}

/// What this thread has taken.
#[derive(Default)]
struct Held(HashMap<Arc<Key>, (Arc<Compiled>, Shared)>);

impl Drop for Held {
    fn drop(&mut self) {
        for (compiled, shelf) in self.0.drain().map(|(_, held)| held) {
            shelf.lock().unwrap_or_else(PoisonError::into_inner).free.push(compiled);
        }
    }
}

/// This thread's compilation for `key`; the first is made by `compile` while the others wait.
pub(super) fn get(key: Key, compile: impl Fn(&Key) -> Result<Compiled>) -> Result<Arc<Compiled>> {
    let held = HELD_HERE.with_borrow(|held| held.0.get(&key).map(|(compiled, _)| Arc::clone(compiled)));
    if let Some(compiled) = held {
        return Ok(compiled);
    }
    let (key, shelf) = shelf(key);
    let compiled = take(&shelf, || compile(&key))?;
    HELD_HERE.with_borrow_mut(|held| {
        if held.0.len() >= HELD {
            // One that an instance still runs on is nobody else's.
            held.0.retain(|_, (compiled, _)| Arc::strong_count(compiled) > 1);
        }
        held.0.insert(key, (Arc::clone(&compiled), shelf));
    });
    Ok(compiled)
}

fn shelf(key: Key) -> (Arc<Key>, Shared) {
    let mut shelves = SHELVES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((key, shelf)) = shelves.get_key_value(&key) {
        return (Arc::clone(key), Arc::clone(shelf));
    }
    if shelves.len() >= KNOWN {
        shelves.clear();
    }
    let (key, shelf) = (Arc::new(key), Arc::default());
    shelves.insert(Arc::clone(&key), Arc::clone(&shelf));
    (key, shelf)
}

fn take(shelf: &Mutex<Shelf>, compile: impl Fn() -> Result<Compiled>) -> Result<Arc<Compiled>> {
    let mut locked = shelf.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = &locked.failed {
        return Err(error.clone());
    }
    if let Some(compiled) = locked.free.pop() {
        return Ok(compiled);
    }
    if locked.is_compiled {
        drop(locked);
        return compile().map(Arc::new);
    }
    match compile() {
        Ok(compiled) => {
            locked.is_compiled = true;
            Ok(Arc::new(compiled))
        }
        Err(error) => {
            locked.failed = Some(error.clone());
            Err(error)
        }
    }
}
