//! What was measured, in lines that a person reads.

use std::time::Duration;

/// Prints each way's time, and its ratio to the way at `base`.
pub fn times(title: &str, names: &[&str], times: &[Duration], base: usize) {
    println!("{title}");
    for (name, time) in names.iter().zip(times) {
        println!("  {name:<44} {:>12} {:>6.2} x", duration(*time), time.as_secs_f64() / times[base].as_secs_f64());
    }
}

/// A time with a unit that suits it.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 0.01 => format!("{:.1} ms", s * 1e3),
        s if s >= 0.001 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} us", s * 1e6),
    }
}
