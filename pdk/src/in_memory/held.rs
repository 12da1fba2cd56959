//! How much a host in memory holds for its plugin. A plugin that never stops writing must not fill the machine.

/// The most that a host in memory holds of what its plugin wrote to storage and kv. A real host has limits of its
/// own; these only protect the machine that runs the tests, so an error names the one that is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldLimits {
    /// Bytes of one value.
    pub value_bytes: usize,
    /// Keys of storage and kv together.
    pub keys: usize,
    /// Bytes of all keys and values together.
    pub bytes: usize,
    /// Bytes of all that there is at once: keys, values and HTTP requests, and in a test of the artifact the
    /// variables, the trace and the error text of the call, too.
    pub total_bytes: usize,
}

impl Default for HeldLimits {
    /// 64 MiB in a value, a million keys, 256 MiB in all keys and values, and 384 MiB in total.
    fn default() -> HeldLimits {
        const MIB: usize = 1024 * 1024;
        HeldLimits { value_bytes: 64 * MIB, keys: 1_000_000, bytes: 256 * MIB, total_bytes: 384 * MIB }
    }
}

/// What a host in memory holds for its plugin. What a test puts there itself does not count.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// What it may hold.
    pub limits: HeldLimits,
    keys: usize,
    bytes: usize,
    refused: Option<String>,
}

/// What a key takes besides its name and its value.
const KEY: usize = 96;

impl Held {
    /// The bytes that it holds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Why a write was refused since this was asked for the last time, if one was.
    pub fn take_refused(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// That all that the host holds has room: so many bytes, of which each kind has a name.
    ///
    /// # Errors
    /// Which limit is reached, and what takes how much.
    pub fn fits_in_total(&self, kinds: &[(&str, usize)]) -> Result<(), String> {
        let limit = self.limits.total_bytes;
        if kinds.iter().map(|(_, bytes)| bytes).sum::<usize>() <= limit {
            return Ok(());
        }
        let kinds = kinds.iter().map(|(kind, bytes)| format!("{kind} {bytes}")).collect::<Vec<_>>().join(", ");
        Err(full(&format!("all that it holds has at most {limit} bytes ({kinds})"), "total_bytes"))
    }

    /// That there is room for a value of `new` bytes in the place of one of `old`.
    pub(crate) fn fits(&mut self, key: &str, old: Option<usize>, new: usize) -> Result<(), String> {
        let HeldLimits { value_bytes, keys, bytes, .. } = self.limits;
        let (reason, field) = if new > value_bytes {
            (format!("a value has at most {value_bytes} bytes"), "value_bytes")
        } else if old.is_none() && self.keys >= keys {
            (format!("there are at most {keys} keys"), "keys")
        } else if self.bytes.saturating_sub(old.map_or(0, |old| size(key, old))) + size(key, new) > bytes {
            (format!("all keys and values have at most {bytes} bytes"), "bytes")
        } else {
            return Ok(());
        };
        let refused = full(&reason, field);
        self.refused = Some(refused.clone());
        Err(refused)
    }

    /// Notes that a key has another value.
    pub(crate) fn replaced(&mut self, key: &str, old: Option<usize>, new: Option<usize>) {
        if let Some(old) = old {
            self.keys = self.keys.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(size(key, old));
        }
        if let Some(new) = new {
            self.keys += 1;
            self.bytes += size(key, new);
        }
    }
}

fn full(reason: &str, field: &str) -> String {
    format!("the test's host is full: {reason}; `HeldLimits::{field}` in `Host::held` raises it")
}

fn size(key: &str, value: usize) -> usize {
    KEY + key.len() + value
}
