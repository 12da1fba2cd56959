//! Text to the nearest double, as `str::parse` reads it.

use std::cmp::Ordering;

use super::big;

/// The digits that can matter: half way between two doubles lies nothing longer than 767 digits.
const MOST_DIGITS: u32 = 768;

/// The double that `text` is nearest to; `None` where it is not a number.
///
/// Reads what `str::parse::<f64>` reads: `1`, `+.5`, `5.`, `1e-7`, `inf`, `Infinity`, `nan`.
pub(crate) fn parse(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let (negative, rest) = match bytes.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, bytes),
    };
    let n = if [&b"inf"[..], b"infinity"].iter().any(|word| rest.eq_ignore_ascii_case(word)) {
        f64::INFINITY
    } else if rest.eq_ignore_ascii_case(b"nan") {
        f64::NAN
    } else {
        number(rest)?
    };
    Some(if negative { -n } else { n })
}

/// `digits[.digits][e[+-]digits]`, where one of the first two may be missing.
fn number(text: &[u8]) -> Option<f64> {
    let mut digits = Number { value: 0, significant: 0, exponent: 0 };
    let end = text.iter().position(|b| b.eq_ignore_ascii_case(&b'e')).unwrap_or(text.len());
    let (mantissa, exponent) = text.split_at_checked(end)?;
    let mut seen = false;
    let mut point = false;
    for &byte in mantissa {
        if byte == b'.' && !point {
            point = true;
            continue;
        }
        let digit = digit(byte)?;
        seen = true;
        digits.push(digit, point);
    }
    if !seen {
        return None;
    }
    if let Some((_, exponent)) = exponent.split_first() {
        digits.exponent = digits.exponent.saturating_add(signed(exponent)?);
    }
    Some(digits.nearest(mantissa))
}

fn digit(byte: u8) -> Option<u8> {
    Some(byte.wrapping_sub(b'0')).filter(|digit| *digit < 10)
}

/// An exponent; what is beyond any double is just that.
fn signed(text: &[u8]) -> Option<i64> {
    let (negative, rest) = match text.split_first()? {
        (b'-', rest) => (true, rest),
        (b'+', rest) => (false, rest),
        _ => (false, text),
    };
    let mut value = 0;
    rest.first()?;
    for &byte in rest {
        value = (value * 10 + i64::from(digit(byte)?)).min(1 << 40);
    }
    Some(if negative { -value } else { value })
}

/// The digits of a number before they are weighed.
struct Number {
    /// Up to 19 of them.
    value: u64,
    /// How many there are, zeros in front not counted.
    significant: u32,
    /// The power of ten of the last of them that counts.
    exponent: i64,
}

impl Number {
    fn push(&mut self, digit: u8, behind_the_point: bool) {
        if self.significant < 19 {
            self.value = self.value * 10 + u64::from(digit);
        }
        self.significant += u32::from(self.value != 0);
        // The digits beyond those that can matter move the point and are no longer told apart.
        if self.significant <= MOST_DIGITS {
            self.exponent -= i64::from(behind_the_point);
        } else {
            self.exponent += i64::from(!behind_the_point);
        }
    }

    /// The nearest double; `mantissa` holds the digits once more.
    fn nearest(&self, mantissa: &[u8]) -> f64 {
        let places = i64::from(self.significant.min(MOST_DIGITS));
        if self.value == 0 || self.exponent + places < -330 {
            return 0.0;
        }
        if self.exponent + places > 310 {
            return f64::INFINITY;
        }
        let exponent = self.exponent as i32;
        // Both are exact doubles, so the product or quotient rounds once.
        if self.significant <= 15 && exponent.unsigned_abs() <= 22 {
            let power = power_of_ten(exponent.unsigned_abs());
            let value = self.value as f64;
            return if exponent < 0 { value / power } else { value * power };
        }
        self.exact(mantissa, exponent)
    }

    /// The integer of all digits over a power of ten, divided bit by bit.
    fn exact(&self, mantissa: &[u8], exponent: i32) -> f64 {
        // Room for all digits, for ten to the power of the exponent (1,098 at most), and for a carry:
        // a digit takes 3.33 bits.
        let mut memory = [[0; 118]; 2];
        let digits = (self.significant.min(MOST_DIGITS) + exponent.max(0) as u32).max(exponent.unsigned_abs());
        let words = (digits as usize * 107 / 32 + 40) / 32 + 1;
        let [above, below] = memory.each_mut().map(|all| all.get_mut(..words).unwrap_or_default());
        below.iter_mut().take(1).for_each(|word| *word = 1);
        let mut count = 0;
        let mut dropped = false;
        for digit in mantissa.iter().filter_map(|&byte| digit(byte)) {
            count += u32::from(count > 0 || digit > 0);
            if count <= MOST_DIGITS {
                big::multiply(above, 10, digit.into());
            } else {
                dropped |= digit > 0;
            }
        }
        let ten = exponent.unsigned_abs();
        big::scale(if exponent < 0 { &mut *below } else { &mut *above }, ten);

        // Aligned so that the quotient is at least 1 and below 2: `power` is then the double's.
        let mut power = length(above) as i32 - length(below) as i32;
        big::double(if power < 0 { &mut *above } else { &mut *below }, power.unsigned_abs());
        if big::compare(above, below) == Ordering::Less {
            big::multiply(above, 2, 0);
            power -= 1;
        }
        // 53 bits, or as many as a number has that is too small for so many.
        let bits = (power + 1075).clamp(0, 53);
        let mut value: u64 = 0;
        for _ in 0..bits {
            value *= 2;
            if big::compare(above, below) != Ordering::Less {
                big::subtract(above, below);
                value += 1;
            }
            big::multiply(above, 2, 0);
        }
        // What is left of it, doubled, against one unit in the last place. A number that has no bits is
        // smaller than the smallest double; half of that and less is zero.
        let order = match power {
            ..-1075 => Ordering::Less,
            _ => big::compare(above, below),
        };
        let up = match order {
            Ordering::Greater => true,
            Ordering::Equal => dropped || value % 2 == 1,
            Ordering::Less => false,
        };
        value += u64::from(up);
        // A mantissa that overflows makes the exponent one more, up to infinity, all by itself.
        let biased = (power + 1022).max(0);
        if biased >= 2046 {
            return f64::INFINITY;
        }
        f64::from_bits(value + ((biased as u64) << 52))
    }
}

/// How many bits a number has.
fn length(number: &[u32]) -> u32 {
    let mut length = 0;
    let mut below = 0;
    for word in number {
        below += 32;
        if *word != 0 {
            length = below - word.leading_zeros();
        }
    }
    length
}

/// Ten to the power of `n`, from 0 to 22: all of these are doubles, and so are the products on the way.
fn power_of_ten(n: u32) -> f64 {
    (0..n).fold(1.0, |power, _| power * 10.0)
}
