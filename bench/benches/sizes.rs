//! How large the artifacts are that authors ship.

use plugsmith_bench::guests;

fn main() {
    for (work, limit) in [("hello", 20_000), ("json", 66_000)] {
        let size = |with: &str| guests::bytes(&format!("{work}-{with}")).len();
        let (theirs, bare, ours) = (size("extism-pdk"), size("bare"), size("plugsmith"));
        let verdict = if ours <= limit { "reached" } else { "MISSED" };
        println!(
            "{work}: extism-pdk {theirs}, bare {bare}, plugsmith {ours} ({:.2} x extism-pdk), at most {limit}: {verdict}",
            ours as f64 / theirs as f64
        );
    }
    println!("greet: plugsmith {}", guests::bytes("greet-plugsmith").len());
}
