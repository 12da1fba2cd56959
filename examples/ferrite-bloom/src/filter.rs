//! The filter itself: bits, and as many hashes of each item as the error rate asks for.

use plugsmith::{CommandError, data_type};

/// The largest filter: 16 MiB, so that a hostile capacity cannot exhaust the guest.
const MAX_BYTES: f64 = 16.0 * 1024.0 * 1024.0;

/// A set of items that may say yes to one it does not hold, never no to one it does.
#[data_type(name = "BLOOM", commands = ["BF.RESERVE", "BF.ADD", "BF.MADD", "BF.EXISTS", "BF.MEXISTS", "BF.INFO"])]
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    capacity: u64,
    hashes: u32,
    items: u64,
    /// Eight bits each: words would be numbers to the encoding, and a random one takes ten bytes there.
    bits: Vec<u8>,
}

impl Filter {
    /// An empty filter for `capacity` items, of which `error_rate` may be false yeses when full.
    ///
    /// # Errors
    /// A rate that is not between 0 and 1, or finer than a hash of 64 bits; no capacity; more than 16 MiB.
    pub fn new(capacity: u64, error_rate: f64) -> Result<Filter, CommandError> {
        if !(error_rate > 0.0 && error_rate < 1.0) {
            return Err("error rate must be between 0 and 1".into());
        }
        if capacity == 0 {
            return Err("capacity must be larger than 0".into());
        }
        // Two items of one hash are one item to the filter, whatever its size.
        if error_rate < capacity as f64 / 2.0_f64.powi(64) {
            return Err("error rate must be at least capacity / 2^64".into());
        }
        // The least bits for the rate are n * ln(1/p) / ln(2)^2, with log2(1/p) hashes.
        let ln2 = std::f64::consts::LN_2;
        let bits = capacity as f64 * -error_rate.ln() / (ln2 * ln2);
        // That holds for many items. How many bits few of them set differs more from filter to filter,
        // and those with more set say yes far more often: a word to spare makes up for it.
        let bytes = ((bits / 64.0).ceil() + 1.0) * 8.0;
        if bytes > MAX_BYTES {
            return Err("the filter would be larger than 16 MiB".into());
        }
        let hashes = (-error_rate.log2()).ceil().max(1.0) as u32;
        Ok(Filter { capacity, hashes, items: 0, bits: vec![0; bytes as usize] })
    }

    /// Adds an item; whether it was new.
    ///
    /// # Errors
    /// A new item where there are as many as the filter is made for: more would break its rate.
    pub fn add(&mut self, item: &[u8]) -> Result<bool, CommandError> {
        if self.contains(item) {
            return Ok(false);
        }
        if self.items >= self.capacity {
            return Err("non scaling filter is full: BF.RESERVE a larger one".into());
        }
        for place in self.places(item) {
            self.bits[place / 8] |= 1 << (place % 8);
        }
        self.items += 1;
        Ok(true)
    }

    /// Whether an item may have been added.
    pub fn contains(&self, item: &[u8]) -> bool {
        self.places(item).all(|place| self.bits[place / 8] & (1 << (place % 8)) != 0)
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
        self.bits.len() as u64
    }

    /// The bits of an item, one for each hash.
    ///
    /// Each is mixed anew: multiples of a second hash, as often advised, repeat each other in a small
    /// filter, and ten items at 0.00001 have a hundred times the false yeses.
    fn places(&self, item: &[u8]) -> impl Iterator<Item = usize> + use<> {
        let (start, bits) = (hash(item), self.bits.len() as u64 * 8);
        (1..=u64::from(self.hashes)).map(move |n| (mix(start.wrapping_add(n.wrapping_mul(GOLDEN))) % bits) as usize)
    }
}

/// The odd number next to 2^64 divided by the golden ratio: its multiples are far apart.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// FNV-1a.
fn hash(item: &[u8]) -> u64 {
    item.iter()
        .fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Any change of a bit changes each of the others every second time (SplitMix64).
fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::testing::assert_round_trips;

    #[test]
    fn the_encoding_loses_nothing() {
        assert_round_trips(|random| {
            let mut filter = Filter::new(101 + random.below(500), 0.02).unwrap();
            for _ in 0..random.below(100) {
                filter.add(&random.u64().to_le_bytes()).unwrap();
            }
            filter
        });
    }

    #[test]
    fn a_full_filter_keeps_its_rate() {
        // Of a small filter there are many, and no two of the same items.
        for (capacity, rate, filters) in [
            (1, 0.5, 500),
            (1, 0.001, 500),
            (3, 0.001, 200),
            (5, 0.001, 200),
            (6, 0.01, 200),
            (10, 0.9, 100),
            (10, 0.0001, 200),
            (10, 0.00001, 200),
            (20, 0.00001, 100),
            (100, 0.01, 30),
            (100, 0.00001, 50),
            (1_000, 0.001, 10),
            (10_000, 0.1, 1),
            (10_000, 0.01, 1),
            (10_000, 0.001, 1),
        ] {
            let asked = 500_000 / filters;
            let wrong: usize = (0..filters).map(|number| false_yeses(number, capacity, rate, asked)).sum();
            let most = rate * 1.5 * f64::from(asked * filters);
            assert!(wrong as f64 <= most, "{capacity} items at {rate}: {wrong} false yeses, more than {most}");
        }
    }

    /// How often a full filter says yes to so many items that it does not hold.
    fn false_yeses(number: u32, capacity: u32, rate: f64, asked: u32) -> usize {
        let mut filter = Filter::new(capacity.into(), rate).unwrap();
        let mut items = 0_u32..;
        while filter.items() < filter.capacity() {
            filter.add(format!("{number} in {}", items.next().unwrap()).as_bytes()).unwrap();
        }
        assert!((0..items.start).all(|n| filter.contains(format!("{number} in {n}").as_bytes())));
        (0..asked).filter(|n| filter.contains(format!("{number} out {n}").as_bytes())).count()
    }

    #[test]
    fn a_full_filter_takes_no_more() {
        let mut filter = Filter::new(2, 0.001).unwrap();
        assert_eq!(filter.add(b"tea"), Ok(true));
        assert_eq!(filter.add(b"milk"), Ok(true));
        assert_eq!(filter.add(b"sugar"), Err("non scaling filter is full: BF.RESERVE a larger one".into()));
        assert_eq!(filter.add(b"tea"), Ok(false));
        assert!(!filter.contains(b"sugar"));
    }

    #[test]
    fn a_hostile_size_is_refused() {
        for (capacity, rate) in [
            (0, 0.1),
            (1, 0.0),
            (1, 1.0),
            (1, f64::NAN),
            (1, f64::MIN_POSITIVE),
            (u64::MAX, 0.01),
            (100_000_000, 0.01),
            (1_000_000, 1e-14),
        ] {
            assert!(Filter::new(capacity, rate).is_err(), "{capacity} {rate}");
        }
    }
}
