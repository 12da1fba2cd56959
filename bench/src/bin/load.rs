//! What it costs to load an artifact in this build of the host: cold, and from the disk cache.
//!
//! Each load is a process of its own, as each run of `cargo test` is; time is CPU time.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use cpu_time::ProcessTime;
use plugsmith_bench::{guests, race, table};
use plugsmith_harness::Plugin;

const ROUNDS: usize = 9;

fn main() -> ExitCode {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            for name in ["hello-extism-pdk", "hello-plugsmith"] {
                measure("extism", name);
                measure("harness", name);
            }
            ExitCode::SUCCESS
        }
        [who @ ("harness" | "extism"), artifact] => {
            once(who, Path::new(artifact));
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("usage: load");
            ExitCode::FAILURE
        }
    }
}

fn measure(who: &str, name: &str) {
    let artifact = guests::path(name);
    let size = std::fs::metadata(&artifact).map_or(0, |file| file.len());
    let folder = std::env::temp_dir().join(format!("plugsmith-bench-{}", std::process::id()));
    let fresh = || {
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("the folder for temporary files is writable");
    };
    let cold = (0..ROUNDS).map(|_| {
        fresh();
        load(who, &artifact, &folder)
    });
    let cold = race::median(cold.collect());
    let cached = race::median((0..ROUNDS).map(|_| load(who, &artifact, &folder)).collect());
    let _ = std::fs::remove_dir_all(&folder);
    println!(
        "{who}: load of {name} ({size} bytes), CPU time: cold {}, cached {}",
        table::duration(cold),
        table::duration(cached)
    );
}

/// The CPU time of a load in a process of its own.
fn load(who: &str, artifact: &Path, temporary: &Path) -> Duration {
    let this = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(this)
        .args([who.as_ref(), artifact.as_os_str()])
        // Where both the harness and Extism keep their caches.
        .env("XDG_CACHE_HOME", temporary)
        .output()
        .expect("this program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim().parse() {
        Ok(nanoseconds) => Duration::from_nanos(nanoseconds),
        Err(_) => panic!("the load failed: {}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn once(who: &str, artifact: &Path) {
    let started = ProcessTime::now();
    match who {
        "harness" => drop(Plugin::load(artifact).expect("a valid artifact")),
        _ => {
            let wasm = std::fs::read(artifact).expect("a readable artifact");
            let manifest = extism::Manifest::new([extism::Wasm::data(wasm)]);
            drop(extism::PluginBuilder::new(manifest).build().expect("a valid artifact"));
        }
    }
    println!("{}", started.elapsed().as_nanos());
}
