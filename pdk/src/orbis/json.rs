//! JSON as a reply writes it: as `serde_json` does, and short doubles at a quarter of the fuel.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// The JSON of a value.
///
/// # Errors
/// A value that has no JSON form, such as a map whose keys are no text.
pub(super) fn encode(value: &(impl Serialize + ?Sized)) -> Result<Vec<u8>, serde_json::Error> {
    let mut out = Vec::with_capacity(128);
    value.serialize(&mut Serializer::with_formatter(&mut out, ShortDoubles))?;
    Ok(out)
}

/// Prices, rates and measures have few digits behind the point; the general way of finding a double's
/// shortest digits multiplies 128-bit numbers, which wasm32 has none of.
struct ShortDoubles;

impl Formatter for ShortDoubles {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        let Some((digits, places)) = short(value) else {
            return CompactFormatter.write_f64(writer, value);
        };
        if value < 0.0 {
            writer.write_all(b"-")?;
        }
        let (mut text, scale) = (*b".000", 10_u64.pow(places));
        self.write_u64(writer, digits / scale)?;
        let mut rest = digits % scale;
        for place in text[1..=places as usize].iter_mut().rev() {
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
        }
        writer.write_all(&text[..=places.max(1) as usize])
    }
}

/// Digits without their sign and places behind the point, if at most three places give this very
/// double.
///
/// No two decimals of up to 15 digits are the same double, so the one found is the shortest.
fn short(value: f64) -> Option<(u64, u32)> {
    let is_zero_with_a_sign = value == 0.0 && value.is_sign_negative();
    (0..4).filter(|_| !is_zero_with_a_sign).find_map(|places| {
        let scale = 10_u64.pow(places) as f64;
        let digits = value.abs() * scale;
        // Rounded, as the product may be a little off. No digits of NaN are below anything.
        let nearest = (digits + 0.5) as u64;
        (digits < 1e15 && nearest as f64 / scale == value.abs()).then_some((nearest, places))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{encode, short};

    fn written(value: f64) -> String {
        String::from_utf8(encode(&value).unwrap()).unwrap()
    }

    #[test]
    fn edges_are_written_as_serde_json_writes_them() {
        let largest = 999_999_999_999_999.0;
        for value in
            [0.0, -0.0, 1.0, -1.5, 0.001, 0.0001, 9.99, 1e15, largest, largest / 1000.0, 0.1 + 0.2, 1e-7, f64::MAX]
        {
            assert_eq!(written(value), serde_json::to_string(&value).unwrap());
        }
        assert_eq!([f64::NAN, f64::INFINITY].map(written), ["null", "null"]);
        assert_eq!((short(-9.99), short(1e15), short(0.0001)), (Some((999, 2)), None, None));
    }

    proptest! {
        #[test]
        fn decimals_are_written_as_serde_json_writes_them(digits in -1_000_000_000_000_000_i64..1_000_000_000_000_000, places in 0..6) {
            let value: f64 = format!("{digits}e-{places}").parse().unwrap();
            prop_assert_eq!(written(value), serde_json::to_string(&value).unwrap());
        }

        #[test]
        fn doubles_are_written_as_serde_json_writes_them(value: f64) {
            prop_assert_eq!(written(value), serde_json::to_string(&value).unwrap());
        }
    }
}
