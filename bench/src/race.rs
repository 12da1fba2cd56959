//! Several ways of doing the same work, timed in turns.
//!
//! Every round runs each way once, in a batch, so that whatever else the machine does hits all of
//! them alike. Time is CPU time, not that of the wall, for the same reason. What is reported is the
//! median of the rounds.

use std::time::Duration;

use cpu_time::{ProcessTime, ThreadTime};

/// One way of doing the work.
pub struct Way<'a> {
    /// What it is called.
    pub name: &'a str,
    work: Box<dyn FnMut() + 'a>,
}

impl<'a> Way<'a> {
    /// A way that is timed as a whole.
    pub fn new(name: &'a str, work: impl FnMut() + 'a) -> Way<'a> {
        Way { name, work: Box::new(work) }
    }
}

/// The median time that this thread spends on one run of each way, in the order given.
pub fn run(ways: &mut [Way<'_>], rounds: usize, batch: u32) -> Vec<Duration> {
    run_by(|| ThreadTime::now().as_duration(), ways, rounds, batch)
}

/// As [`run`], with the time of all threads: for work that is spread over several.
pub fn run_threads(ways: &mut [Way<'_>], rounds: usize, batch: u32) -> Vec<Duration> {
    run_by(|| ProcessTime::now().as_duration(), ways, rounds, batch)
}

fn run_by(clock: fn() -> Duration, ways: &mut [Way<'_>], rounds: usize, batch: u32) -> Vec<Duration> {
    // The first runs fill caches and grow memories.
    for way in &mut *ways {
        (way.work)();
    }
    let mut times = vec![Vec::with_capacity(rounds); ways.len()];
    for _ in 0..rounds {
        for (way, times) in ways.iter_mut().zip(&mut times) {
            let started = clock();
            for _ in 0..batch {
                (way.work)();
            }
            times.push((clock() - started) / batch);
        }
    }
    times.into_iter().map(median).collect()
}

/// The median.
pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
