//! The shortest text that reads back as the same double, in the two layouts of `core::fmt`.

use std::cmp::Ordering;

use super::big;

/// As `format!("{n}")`: `1`, `0.1`, `inf`, `NaN`, and a one with three hundred zeros for `1e300`.
pub(crate) fn plain(n: f64) -> String {
    write(n, false)
}

/// As `format!("{n:?}")`: `1.0`, `0.1`, `1e300`.
pub(crate) fn general(n: f64) -> String {
    write(n, true)
}

fn write(n: f64, general: bool) -> String {
    let mut text = String::new();
    if n.is_nan() {
        text.push_str("NaN");
        return text;
    }
    if n.is_sign_negative() {
        text.push('-');
    }
    let n = n.abs();
    if n == f64::INFINITY {
        text.push_str("inf");
        return text;
    }
    let digits = Digits::of(n);
    let exponential = general && n != 0.0 && !(1e-4..1e16).contains(&n);
    // How many digits stand before the point.
    let point = if exponential { 1 } else { digits.point };
    if point <= 0 {
        text.push_str("0.");
        (point..0).for_each(|_| text.push('0'));
    }
    let mut at = 0;
    for digit in digits.decimal() {
        if at == point && at > 0 {
            text.push('.');
        }
        text.push(digit);
        at += 1;
    }
    if at <= point {
        (at..point).for_each(|_| text.push('0'));
        if general && !exponential {
            text.push_str(".0");
        }
    }
    if exponential {
        text.push('e');
        text.push_str(&crate::text::decimal(i64::from(digits.point - 1)));
    }
    text
}

/// The digits of a double as an integer, and the place of its point.
struct Digits {
    /// The digits, without zeros at the end; 0 for zero.
    value: u64,
    /// How many of the digits stand before the point; fewer than none where zeros follow it.
    point: i32,
}

impl Digits {
    /// The shortest digits of a number that is neither negative, infinite nor NaN.
    fn of(n: f64) -> Digits {
        if n == 0.0 {
            return Digits { value: 0, point: 1 };
        }
        // A decimal of at most 15 digits is its double's only one, so the first that is found is the
        // shortest; and both the integer and the power of ten are exact here, so the quotient rounds
        // once, as reading the text does.
        let mut power = 1.0;
        for places in 0..=22 {
            let value = (n * power).round_ties_even();
            if value >= 1e15 {
                break;
            }
            if value / power == n {
                return Digits::new(value as u64, -places);
            }
            power *= 10.0;
        }
        Digits::exact(n)
    }

    /// `value` times ten to the power of `exponent`.
    fn new(mut value: u64, mut exponent: i32) -> Digits {
        while value.is_multiple_of(10) {
            value /= 10;
            exponent += 1;
        }
        Digits { value, point: exponent + length(value) as i32 }
    }

    /// Steele and White's and Dragon4's: the digits of `n`, one at a time, until what is left lies
    /// within half the distance to the doubles beside it.
    fn exact(n: f64) -> Digits {
        let bits = n.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let biased = (bits >> 52) as i32;
        let (mantissa, exponent) = if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
        // The double below a power of two is nearer than the one above it.
        let uneven = fraction == 0 && biased > 1;
        let inclusive = mantissa % 2 == 0;

        // n = rest / unit, its neighbours' halves lie `low / unit` below and `high / unit` above. None
        // of these takes more bits than the exponent, the mantissa, and some for factors of ten.
        let mut memory = [[0; 38]; 4];
        let words = (exponent.unsigned_abs() as usize + 70) / 32 + 1;
        let [rest, unit, low, high] = memory.each_mut().map(|all| all.get_mut(..words).unwrap_or_default());
        let shift = 1 + u32::from(uneven);
        for (number, value) in [(&mut *rest, mantissa), (&mut *unit, 1), (&mut *low, 1), (&mut *high, shift.into())] {
            number.iter_mut().zip([value as u32, (value >> 32) as u32]).for_each(|(word, value)| *word = value);
        }
        let up = exponent.max(0).unsigned_abs();
        big::double(rest, shift + up);
        big::double(unit, shift + exponent.min(0).unsigned_abs());
        big::double(low, up);
        big::double(high, up);

        // At most the number of digits before the point: log10(2) is 0.30103.
        let magnitude = exponent + 63 - mantissa.leading_zeros() as i32;
        let mut point = (magnitude * 1233) >> 12;
        if point > 0 {
            big::scale(unit, point.unsigned_abs());
        } else {
            for number in [&mut *rest, &mut *low, &mut *high] {
                big::scale(number, point.unsigned_abs());
            }
        }

        let reaches = |order: Ordering| order == Ordering::Greater || (inclusive && order == Ordering::Equal);
        while reaches(big::compare_sum(rest, high, unit)) {
            big::multiply(unit, 10, 0);
            point += 1;
        }

        let mut value = 0;
        let mut places = 0;
        loop {
            for number in [&mut *rest, &mut *low, &mut *high] {
                big::multiply(number, 10, 0);
            }
            let mut digit = 0;
            while big::compare(rest, unit) != Ordering::Less {
                big::subtract(rest, unit);
                digit += 1;
            }
            value = value * 10 + digit;
            places += 1;
            let down = reaches(big::compare(low, rest));
            let up = reaches(big::compare_sum(rest, high, unit));
            if down || up {
                // Where both ends serve, the nearer; half way between, the upper.
                let nearer_above = big::compare_sum(rest, rest, unit) != Ordering::Less;
                return Digits::new(value + u64::from(up && (!down || nearer_above)), point - places);
            }
        }
    }

    /// The digits as letters, the first one first.
    fn decimal(&self) -> impl Iterator<Item = char> {
        let mut unit = (1..length(self.value)).fold(1, |unit, _| unit * 10);
        let mut value = self.value;
        std::iter::from_fn(move || {
            let digit = value.checked_div(unit)?;
            value -= digit * unit;
            unit /= 10;
            Some(char::from(b'0' + digit as u8))
        })
    }
}

/// How many digits an integer has.
fn length(mut n: u64) -> u32 {
    let mut length = 1;
    while n >= 10 {
        n /= 10;
        length += 1;
    }
    length
}
