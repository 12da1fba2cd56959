//! What an author waits for: a fresh project to its first green test, one edited line to the next.
//!
//! `-- fresh` builds everything anew, which takes minutes; without it only edits are measured, in
//! the project that the last `-- fresh` left.

use plugsmith_bench::author::{self, Project};
use plugsmith_bench::{race, table};

const ROUNDS: u32 = 7;

fn main() {
    let fresh = std::env::args().any(|argument| argument == "fresh");
    let project = if fresh { Project::fresh("bench-plugin") } else { Project::kept("bench-plugin") };
    let (green, cost) = project.cargo(&["test", "--quiet"]);
    assert!(green, "the fresh project's test fails");
    if fresh {
        println!(
            "a fresh project to its first green test: {} of CPU time, {} by the clock",
            table::duration(cost.cpu),
            table::duration(cost.wall)
        );
    }
    let (mut walls, mut cpus) = (Vec::new(), Vec::new());
    for round in 1..=ROUNDS {
        project.write("src/lib.rs", &author::edited(round));
        let (green, cost) = project.cargo(&["test", "--quiet"]);
        assert!(green, "the edited project's test fails");
        walls.push(cost.wall);
        cpus.push(cost.cpu);
    }
    // What is measured must be a build of what was edited.
    project.write("src/lib.rs", &author::broken());
    assert!(!project.cargo(&["test", "--quiet"]).0, "a broken plugin's test succeeds");
    project.write("src/lib.rs", &author::edited(0));
    println!(
        "one edited line to green: {} by the clock, {} of CPU time",
        table::duration(race::median(walls)),
        table::duration(race::median(cpus))
    );
}
