//! Randomness that is the same in every run.

/// SplitMix64 (Steele, Lea and Flood 2014): one word of state, any seed is good.
#[derive(Clone, Debug, Default)]
pub struct SeededRandom {
    state: u64,
}

impl SeededRandom {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> SeededRandom {
        SeededRandom { state: seed }
    }

    /// The seed of what is left of the sequence.
    pub fn seed(&self) -> u64 {
        self.state
    }

    /// The next word of the sequence.
    pub fn u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    /// The next of the sequence as an integer from 0 to below `end`; 0 where `end` is.
    pub fn below(&mut self, end: u64) -> u64 {
        self.u64().checked_rem(end).unwrap_or(0)
    }

    /// Fills `bytes` with the next of the sequence.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}
