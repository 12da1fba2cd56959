//! The filter itself: bits, and as many hashes of each item as the error rate asks for.

use plugsmith::{CommandError, data_type};

/// The largest filter, in bits: 16 MiB, so that a hostile capacity cannot exhaust the guest.
const MAX_BITS: f64 = 8.0 * 16.0 * 1024.0 * 1024.0;

/// A set of items that may say yes to one it does not hold, never no to one it does.
#[data_type(name = "BLOOM", commands = ["BF.RESERVE", "BF.ADD", "BF.MADD", "BF.EXISTS", "BF.MEXISTS", "BF.INFO"])]
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    capacity: u64,
    hashes: u32,
    items: u64,
    bits: Vec<u64>,
}

impl Filter {
    /// An empty filter for `capacity` items, of which `error_rate` may be false yeses when full.
    ///
    /// # Errors
    /// A rate that is not between 0 and 1, no capacity, or more than 16 MiB of bits.
    pub fn new(capacity: u64, error_rate: f64) -> Result<Filter, CommandError> {
        if !(error_rate > 0.0 && error_rate < 1.0) {
            return Err("error rate must be between 0 and 1".into());
        }
        if capacity == 0 {
            return Err("capacity must be larger than 0".into());
        }
        // The least bits for the rate are n * ln(1/p) / ln(2)^2, with log2(1/p) hashes.
        let ln2 = std::f64::consts::LN_2;
        let bits = capacity as f64 * -error_rate.ln() / (ln2 * ln2);
        if bits > MAX_BITS {
            return Err("the filter would be larger than 16 MiB".into());
        }
        let words = (bits / 64.0).ceil().max(1.0) as usize;
        let hashes = (-error_rate.log2()).ceil().max(1.0) as u32;
        Ok(Filter { capacity, hashes, items: 0, bits: vec![0; words] })
    }

    /// Adds an item; whether it was new.
    pub fn add(&mut self, item: &[u8]) -> bool {
        let mut added = false;
        for place in self.places(item) {
            let (word, bit) = (place / 64, 1 << (place % 64));
            added |= self.bits[word] & bit == 0;
            self.bits[word] |= bit;
        }
        self.items += u64::from(added);
        added
    }

    /// Whether an item may have been added.
    pub fn contains(&self, item: &[u8]) -> bool {
        self.places(item).into_iter().all(|place| self.bits[place / 64] & (1 << (place % 64)) != 0)
    }

    /// The items that it is made for.
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    /// The items that were new when added.
    pub fn items(&self) -> u64 {
        self.items
    }

    /// The hashes of each item.
    pub fn hashes(&self) -> u64 {
        self.hashes.into()
    }

    /// The bytes of its bits.
    pub fn bytes(&self) -> u64 {
        self.bits.len() as u64 * 8
    }

    /// The bits of an item: two hashes give any number of them (Kirsch and Mitzenmacher 2006).
    fn places(&self, item: &[u8]) -> Vec<usize> {
        let (first, second) = (hash(item, 0), hash(item, 1) | 1);
        let count = self.bits.len() as u64 * 64;
        (0..u64::from(self.hashes)).map(|n| (first.wrapping_add(n.wrapping_mul(second)) % count) as usize).collect()
    }
}

/// FNV-1a, mixed at the end so that short items spread over all bits.
fn hash(item: &[u8], seed: u64) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in item {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = (state ^ (state >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    state = (state ^ (state >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    state ^ (state >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::assert_round_trips;

    #[test]
    fn the_encoding_loses_nothing() {
        assert_round_trips(|random| {
            let mut filter = Filter::new(1 + random.below(500), 0.02).unwrap();
            for _ in 0..random.below(100) {
                filter.add(&random.u64().to_le_bytes());
            }
            filter
        });
    }

    #[test]
    fn a_full_filter_keeps_its_rate() {
        for rate in [0.1, 0.01, 0.001] {
            let mut filter = Filter::new(10_000, rate).unwrap();
            for n in 0..10_000_u32 {
                filter.add(format!("in {n}").as_bytes());
            }
            assert!((0..10_000_u32).all(|n| filter.contains(format!("in {n}").as_bytes())));
            let wrong = (0..100_000_u32).filter(|n| filter.contains(format!("out {n}").as_bytes())).count();
            let measured = wrong as f64 / 100_000.0;
            assert!(measured <= rate * 1.5, "asked {rate}, measured {measured}");
        }
    }

    #[test]
    fn a_hostile_size_is_refused() {
        for (capacity, rate) in [(0, 0.1), (1, 0.0), (1, 1.0), (1, f64::NAN), (u64::MAX, 0.01)] {
            assert!(Filter::new(capacity, rate).is_err(), "{capacity} {rate}");
        }
    }
}
