//! The small allocator beside std's: bytes, instructions, time and memory.

use std::path::Path;
use std::time::Duration;

use cpu_time::ThreadTime;
use plugsmith_harness::{BuildOptions, Features, Host, Plugin, Profile, build_with};

const WORK: &[(&str, u32)] = &[("same", 500), ("growing", 200), ("map", 10_000), ("large", 1_000)];

fn main() {
    let small = Allocator::new("small", &["plugsmith-allocator"]);
    let std = Allocator::new("std", &[]);
    for (function, rounds) in WORK {
        for allocator in [&small, &std] {
            let (fuel, time, pages) = allocator.measure(function, *rounds);
            println!("{function} {rounds}: {} {fuel} instructions, {time:.2?}, {pages} pages", allocator.name);
        }
    }
}

struct Allocator {
    name: &'static str,
    plugin: std::path::PathBuf,
}

impl Allocator {
    fn new(name: &'static str, features: &[&str]) -> Allocator {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("guests/allocations");
        let features = Features { named: features.iter().map(ToString::to_string).collect(), ..Features::default() };
        let options = BuildOptions { features, ..Profile::Release.into() };
        let built = build_with(&folder, options, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
        // The next one is built to the same place.
        let plugin = built.with_file_name(format!("allocations-{name}.wasm"));
        let bytes = std::fs::copy(&built, &plugin).unwrap_or_else(|error| panic!("{error}"));
        println!("{name}: {bytes} bytes");
        Allocator { name, plugin }
    }

    /// Instructions and pages of the first call, and the least CPU time of nine.
    fn measure(&self, function: &str, rounds: u32) -> (u64, Duration, String) {
        let mut plugin = Plugin::load_in(self.plugin.as_path(), Host::new()).unwrap_or_else(|error| panic!("{error}"));
        let first = plugin.call::<String>(function, rounds.to_string());
        let fuel = first.fuel;
        let pages = first.result.unwrap_or_else(|error| panic!("{error}"));
        let times = (0..9).map(|_| {
            let start = ThreadTime::now();
            plugin.call::<String>(function, rounds.to_string()).unwrap();
            start.elapsed()
        });
        (fuel, times.min().unwrap_or_default(), pages)
    }
}
