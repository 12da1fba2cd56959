//! Crates that ask `getrandom`, in its three living versions, and the one line that feeds them.

#![forbid(unsafe_code)]

use plugsmith::function;
use rand::RngExt;

plugsmith::getrandom!();

/// Sixteen bytes through getrandom 0.2, which argon2 0.5 and rand 0.8 stand on.
#[function]
pub fn bytes_02() -> Result<Vec<u8>, getrandom_02::Error> {
    let mut bytes = vec![0; 16];
    getrandom_02::getrandom(&mut bytes)?;
    Ok(bytes)
}

/// Sixteen bytes through getrandom 0.3, which rand 0.9 stands on.
#[function]
pub fn bytes_03() -> Result<Vec<u8>, getrandom_03::Error> {
    let mut bytes = vec![0; 16];
    getrandom_03::fill(&mut bytes)?;
    Ok(bytes)
}

/// Sixteen bytes through getrandom 0.4, which rand 0.10 and uuid stand on.
#[function]
pub fn bytes_04() -> Result<Vec<u8>, getrandom_04::Error> {
    let mut bytes = vec![0; 16];
    getrandom_04::fill(&mut bytes)?;
    Ok(bytes)
}

/// A random UUID.
#[function]
pub fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// A die of `rand`, thrown once.
#[function]
pub fn die() -> String {
    rand::rng().random_range(1..=6).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    // Natively these crates ask the system, not the mock.
    #[test]
    fn sixteen_bytes_are_sixteen_bytes() {
        assert_eq!([bytes_02().unwrap().len(), bytes_03().unwrap().len(), bytes_04().unwrap().len()], [16; 3]);
    }

    #[test]
    fn a_uuid_is_a_uuid_and_a_die_has_six_sides() {
        assert_eq!(uuid::Uuid::parse_str(&uuid()).unwrap().get_version_num(), 4);
        assert!((1..=6).contains(&die().parse().unwrap()));
    }
}
