//! The property that every data type must have.

use std::fmt::Debug;

use crate::in_memory::random::SeededRandom;
use crate::values::ferrite::DataType;

/// Checks, for 256 values that `make` makes from seeded randomness, that what is read back from a
/// value's bytes is that value. One line for each type:
///
/// ```
/// # use plugsmith::data_type;
/// #[data_type(name = "COUNTER")]
/// #[derive(Debug, PartialEq)]
/// struct Counter { hits: u64 }
///
/// plugsmith::testing::assert_round_trips(|random| Counter { hits: random.u64() });
/// ```
///
/// # Panics
/// With the first value that does not come back as it was; one that differs from itself, such as a
/// NaN, never does.
#[track_caller]
pub fn assert_round_trips<T: DataType + PartialEq + Debug>(mut make: impl FnMut(&mut SeededRandom) -> T) {
    let mut random = SeededRandom::default();
    for round in 0..256 {
        let value = make(&mut random);
        let bytes = value.encode();
        match T::decode(&bytes) {
            Ok(read) => assert_eq!(read, value, "value {round} of {} does not come back as it was", T::NAME),
            Err(why) => panic!("value {round} of {} does not decode: {why}\n{value:?}\n{bytes:02x?}", T::NAME),
        }
    }
}
