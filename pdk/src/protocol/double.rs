//! Doubles as text and back, exactly as `core` has them, in a tenth of its code.
//!
//! What `format!("{n}")` and `str::parse` bring into an artifact is 17 KB and 11 KB, most of it
//! tables and algorithms that make them fast in every corner. Here the common numbers (at most
//! 15 digits, a small exponent) take a few float operations, and all others exact arithmetic on
//! long integers, which is slower and short.

mod big;
mod read;
mod write;

pub(crate) use read::parse;
pub(crate) use write::{general, plain};

// All of it is safe code, and numbers of a thousand digits take Miri minutes.
#[cfg(test)]
#[cfg(not(miri))]
mod tests {
    use proptest::prelude::{ProptestConfig, prop_assert_eq, proptest};

    use super::{general, parse, plain};

    /// A million of each were run once, optimised.
    const CASES: u32 = 2000;

    /// Doubles that stand at an edge of the algorithms.
    fn edges() -> impl Iterator<Item = f64> {
        let powers = (0..2046).flat_map(|exponent| {
            [0, 1, (1 << 52) - 1, 1 << 51].map(|fraction| f64::from_bits((exponent << 52) | fraction))
        });
        let tens = (-330..310).map(|n| format!("1e{n}").parse().unwrap());
        let some = [0.1, 0.3, 1.0 / 3.0, 5e-324, 9007199254740993.0, 1e15, 1e16, 1e21, 1e22, 1e23, 123456.789, 4.35];
        powers.chain(tens).chain(some)
    }

    fn check(n: f64) {
        for n in [n, -n] {
            let (display, debug) = (n.to_string(), format!("{n:?}"));
            assert_eq!((plain(n), general(n)), (display, debug), "{:x}", n.to_bits());
            for text in [plain(n), general(n)] {
                assert_eq!(parse(&text).map(f64::to_bits), Some(n.to_bits()), "{text}");
            }
        }
    }

    fn check_parse(text: &str) {
        let theirs = text.parse::<f64>().ok();
        assert_eq!(parse(text).map(f64::to_bits), theirs.map(f64::to_bits), "{text}");
    }

    #[test]
    fn edges_are_written_and_read_as_core_does() {
        edges().for_each(check);
        check(f64::INFINITY);
        assert_eq!((plain(f64::NAN), general(f64::NAN)), ("NaN".to_owned(), "NaN".to_owned()));
        assert!(parse("nan").unwrap().is_nan());
    }

    #[test]
    fn half_way_between_two_doubles_is_read_as_core_does() {
        // All digits of the middle, the same with a digit more, and with one less.
        for n in edges().filter(|n| n.is_finite()).step_by(37) {
            let (bits, digits) = (n.to_bits(), 1100);
            let next = f64::from_bits(bits + 1);
            let below = format!("{n:.digits$}");
            let above = format!("{next:.digits$}");
            check_parse(&below);
            check_parse(&above);
            let middle = middle(&below, &above);
            check_parse(&middle);
            check_parse(&format!("{middle}1"));
            check_parse(&format!("{}4999", middle.trim_end_matches('0').trim_end_matches('5')));
        }
    }

    /// The mean of two decimals of the same number of places.
    fn middle(a: &str, b: &str) -> String {
        let width = a.len().max(b.len());
        let (a, b) = (format!("{a:0>width$}"), format!("{b:0>width$}"));
        let mut carry = 0;
        let mut sum: Vec<u8> = a
            .bytes()
            .zip(b.bytes())
            .rev()
            .map(|pair| match pair {
                (b'.', _) => b'.',
                (a, b) => {
                    carry += a - b'0' + (b - b'0');
                    let digit = carry % 10;
                    carry /= 10;
                    b'0' + digit
                }
            })
            .collect();
        sum.push(b'0' + carry);
        let mut rest = 0;
        let half = sum.iter().rev().map(|byte| match byte {
            b'.' => '.',
            byte => {
                rest = rest % 2 * 10 + (byte - b'0');
                char::from(b'0' + rest / 2)
            }
        });
        let mut half: String = half.collect();
        half.push(if rest % 2 == 1 { '5' } else { '0' });
        half
    }

    #[test]
    fn what_is_no_number_is_refused_as_core_does() {
        let texts = [
            "",
            "+",
            "-",
            ".",
            "e",
            "1e",
            "1e+",
            "1e-",
            "e5",
            ".e5",
            "1.2.3",
            "1 ",
            " 1",
            "1_000",
            "0x1",
            "+-1",
            "infin",
            "nanx",
            "1e5.5",
            "1e5e5",
            "\u{661}",
            "--1",
            "1f",
            "1.",
            ".5",
            "+.5e-3",
            "5.e3",
            "007",
            "1E5",
            "-0",
            "InF",
            "+Infinity",
            "-nAn",
            "1e400",
            "-1e400",
            "1e-400",
            "1e99999999999999999999",
            "0e999999999",
            "1e-99999999999999999999",
            "0.000000000000000000000000000001e30",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1.7976931348623159e308",
            "1.7976931348623158e308",
            "9007199254740993",
        ];
        texts.into_iter().for_each(check_parse);
        check_parse(&format!("1{}e-400", "0".repeat(400)));
        check_parse(&format!("0.{}1e400", "0".repeat(400)));
        check_parse(&"9".repeat(2000));
        check_parse(&format!("0.{}", "123456789".repeat(300)));
        check_parse(&format!("{}e-2000", "8".repeat(2000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(CASES) })]

        #[test]
        fn any_bits_are_written_and_read_as_core_does(bits in proptest::num::u64::ANY) {
            let n = f64::from_bits(bits);
            if n.is_nan() {
                prop_assert_eq!(plain(n), "NaN");
            } else {
                check(n);
            }
        }

        #[test]
        fn a_price_is_written_and_read_as_core_does(cents in proptest::num::i64::ANY, places in 0..20_i32) {
            check((cents >> (places * 2)) as f64 / 10_f64.powi(places));
        }

        #[test]
        fn any_digits_are_read_as_core_does(digits in "[0-9]{0,30}\\.?[0-9]{0,30}", exponent in -400..400_i32) {
            check_parse(&digits);
            check_parse(&format!("{digits}e{exponent}"));
            check_parse(&format!("-{digits}E{exponent}"));
        }
    }
}
