//! What has been reached so far.

/// What a call reached that none did before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum New {
    Nothing,
    /// Another number of passes of an edge.
    Count,
    Edge,
}

/// How often each edge was passed in one call, in classes of a bit each.
#[derive(Default)]
pub(super) struct Coverage {
    seen: Vec<u8>,
    reached: usize,
}

impl Coverage {
    /// Adds the counters of a call.
    pub(super) fn add(&mut self, counters: &[u8]) -> New {
        if self.seen.len() < counters.len() {
            self.seen.resize(counters.len(), 0);
        }
        let mut new = New::Nothing;
        for (seen, counter) in self.seen.iter_mut().zip(counters).filter(|(_, counter)| **counter != 0) {
            let class = match counter {
                1 => 1,
                2 => 2,
                3 => 4,
                4..=7 => 8,
                8..=15 => 16,
                16..=31 => 32,
                32..=127 => 64,
                _ => 128,
            };
            if *seen & class == 0 {
                if *seen == 0 {
                    self.reached += 1;
                    new = New::Edge;
                } else if new == New::Nothing {
                    new = New::Count;
                }
                *seen |= class;
            }
        }
        new
    }

    /// The edges that were reached, and all.
    pub(super) fn edges(&self) -> (usize, usize) {
        (self.reached, self.seen.len())
    }
}
