//! The property that every data type must have.

use super::SeededRandom;
use crate::DataType;

/// Checks, for 256 values that `make` makes from seeded randomness, that a value's bytes decode,
/// and that what they decode to has the same bytes. One line for each type:
///
/// ```
/// # use plugsmith::data_type;
/// # #[data_type(name = "COUNTER")]
/// # struct Counter { hits: u64 }
/// plugsmith::testing::assert_round_trips(|random| Counter { hits: random.u64() });
/// ```
///
/// # Panics
/// With the first value's bytes that do not come back.
#[track_caller]
pub fn assert_round_trips<T: DataType>(mut make: impl FnMut(&mut SeededRandom) -> T) {
    let mut random = SeededRandom::default();
    for round in 0..256 {
        let bytes = make(&mut random).encode();
        match T::decode(&bytes) {
            Ok(value) => assert_eq!(value.encode(), bytes, "value {round} of {} changed its bytes", T::type_name()),
            Err(why) => panic!("value {round} of {} does not decode: {why}\n{bytes:02x?}", T::type_name()),
        }
    }
}
