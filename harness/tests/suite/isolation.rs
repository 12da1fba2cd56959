//! Tests do not see each other: not their keys, not their traps, not their clocks.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{Error, Host, Plugin};

use crate::guest::{load, with_kernel};

/// Counts in a global, and in the variable `n` with as many bytes.
const COUNTER: &str = r#"
    (data (i32.const 0) "n") (global $n (mut i32) (i32.const 0))
    (func (export "run")
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (call $var_set (call $block (i32.const 0) (i32.const 1)) (call $alloc (i64.extend_i32_u (global.get $n))))
      (call $output_set (call $alloc (i64.extend_i32_u (global.get $n))) (i64.extend_i32_u (global.get $n))))
    (func (export "trap") unreachable)
    (func (export "loop") (loop $again (br $again)))"#;

fn count(plugin: &mut Plugin) -> usize {
    plugin.call::<Vec<u8>>("run", "").unwrap().len()
}

fn hello() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("examples/ferrite-hello");
    plugsmith_harness::build(&folder).unwrap()
}

#[test]
fn two_plugins_of_one_artifact_share_nothing() {
    let (mut a, mut b) = (load(Host::new(), COUNTER).unwrap(), load(Host::new(), COUNTER).unwrap());
    let counts = [count(&mut a), count(&mut a), count(&mut b), count(&mut a)];
    assert_eq!(counts, [1, 2, 1, 3]);
    assert_eq!((a.var("n").unwrap().len(), b.var("n").unwrap().len()), (3, 1));
}

#[test]
fn after_a_trap_there_is_a_fresh_instance_with_fresh_variables() {
    let host = Host::new().var("first", "kept").storage("key", 7);
    let mut plugin = load(host, COUNTER).unwrap();
    count(&mut plugin);
    plugin.call::<()>("trap", "").unwrap_err();
    assert_eq!((plugin.storage("key"), count(&mut plugin)), (Some(Value::Integer(7)), 1));
    assert_eq!((plugin.var("first"), plugin.var("n").map(|n| n.len())), (Some(b"kept".to_vec()), Some(1)));
}

#[test]
fn after_running_out_of_fuel_there_is_a_fresh_instance() {
    let mut plugin = load(Host::new().fuel(1_000_000), COUNTER).unwrap();
    count(&mut plugin);
    plugin.call::<()>("loop", "").unwrap_err();
    assert_eq!(count(&mut plugin), 1);
}

#[test]
fn an_error_keeps_the_instance() {
    let mut plugin = load(Host::new(), COUNTER).unwrap();
    count(&mut plugin);
    plugin.call::<()>("absent", "").unwrap_err();
    assert_eq!(count(&mut plugin), 2);
}

#[test]
fn a_restart_keeps_keys_and_forgets_variables() {
    let mut plugin = load(Host::new().kv("key", "value"), COUNTER).unwrap();
    count(&mut plugin);
    plugin.restart().unwrap();
    assert_eq!((plugin.kv("key"), plugin.var("n"), count(&mut plugin)), (Some(b"value".to_vec()), None, 1));
}

#[test]
fn sixty_four_tests_at_once_see_their_own_host_only() {
    let artifact = hello();
    let threads: Vec<_> = (0..64)
        .map(|number| {
            let artifact = artifact.clone();
            thread::spawn(move || {
                let mut plugin = Plugin::load_in(artifact, Host::new().storage("visits", number * 1000)).unwrap();
                for _ in 0..20 {
                    plugin.command("HELLO.COUNT", ["visits"]).unwrap();
                }
                plugin.storage("visits")
            })
        })
        .collect();
    for (number, thread) in (0..).zip(threads) {
        assert_eq!(thread.join().unwrap(), Some(Value::Integer(number * 1000 + 20)));
    }
}

#[test]
fn those_that_fail_do_not_disturb_the_others() {
    let module = with_kernel(COUNTER);
    let threads: Vec<_> = (0..32)
        .map(|number| {
            let module = module.clone();
            thread::spawn(move || {
                let mut plugin = Plugin::load_in(module, Host::new().fuel(3_000_000)).unwrap();
                (0..20).all(|_| match number % 3 {
                    0 => plugin.call::<()>("trap", "").result.is_err(),
                    1 => plugin.call::<()>("loop", "").result == Err(Error::OutOfFuel { limit: 3_000_000 }),
                    _ => plugin.call::<Vec<u8>>("run", "").result.is_ok(),
                })
            })
        })
        .collect();
    assert!(threads.into_iter().all(|thread| thread.join().unwrap()));
}

#[test]
fn a_timeout_ends_its_own_plugin_only() {
    let module = with_kernel(
        r#"(func (export "loop") (loop $again (br $again)))
        (func (export "work") (local $n i64)
          (loop $again (local.set $n (i64.add (local.get $n) (i64.const 1)))
            (br_if $again (i64.lt_u (local.get $n) (i64.const 100000000)))))"#,
    );
    let other = module.clone();
    let worker = thread::spawn(move || Plugin::load(other).unwrap().call::<()>("work", "").result);
    let mut quick = Plugin::load_in(module.clone(), Host::new().timeout(Duration::from_millis(20))).unwrap();
    let mut patient = Plugin::load_in(module, Host::new().timeout(Duration::from_secs(600))).unwrap();
    let ended: Vec<bool> = (0..3).map(|_| quick.call::<()>("loop", "").result.is_err()).collect();
    assert_eq!(ended, [true; 3]);
    assert_eq!((patient.call::<()>("work", "").result, worker.join().unwrap()), (Ok(()), Ok(())));
}

/// By default, too, a limit of time ends nobody else: each thread has an engine of its own.
#[test]
fn what_runs_at_the_same_time_with_the_same_timeout_ends_for_itself() {
    let module = with_kernel(
        r#"(func (export "loop") (loop $again (br $again)))
        (func (export "work") (local $n i64)
          (loop $again (local.set $n (i64.add (local.get $n) (i64.const 1)))
            (br_if $again (i64.lt_u (local.get $n) (i64.const 1000000)))))"#,
    );
    let host = || Host::new().timeout(Duration::from_millis(300));
    let ended = std::sync::atomic::AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            let mut plugin = Plugin::load_in(module.clone(), host()).unwrap();
            let mut calls = 0;
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                plugin.call::<()>("work", "").unwrap();
                calls += 1;
            }
            calls
        });
        let mut endless = Plugin::load_in(module.clone(), host()).unwrap();
        for _ in 0..3 {
            assert_eq!(endless.call::<()>("loop", "").result, Err(Error::TimedOut { milliseconds: 300 }));
        }
        ended.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(worker.join().unwrap() > 0);
    });
}

#[test]
fn five_hundred_plugins_live_at_once() {
    let module = with_kernel(COUNTER);
    let mut plugins: Vec<Plugin> = (0..500).map(|_| Plugin::load(module.clone()).unwrap()).collect();
    plugins.iter_mut().for_each(|plugin| assert_eq!(count(plugin), 1));
    assert!(plugins.iter_mut().all(|plugin| count(plugin) == 2));
}

#[test]
fn a_mock_may_call_another_plugin() {
    let inner = std::cell::RefCell::new(load(Host::new(), COUNTER).unwrap());
    let host = Host::new().host("charge", move |_: i64, _: i64| count(&mut inner.borrow_mut()) as i64 * 10);
    let mut outer = load(
        host,
        r#"(func (export "run") (local $n i64)
          (drop (call $charge (i64.const 0) (i64.const 0)))
          (local.set $n (call $charge (i64.const 0) (i64.const 0)))
          (call $output_set (call $alloc (local.get $n)) (local.get $n)))"#,
    )
    .unwrap();
    assert_eq!(count(&mut outer), 20);
}

#[test]
fn a_plugin_outlives_the_thread_that_made_its_module() {
    let module = with_kernel(COUNTER);
    let first = module.clone();
    thread::spawn(move || count(&mut Plugin::load(first).unwrap())).join().unwrap();
    assert_eq!(count(&mut Plugin::load(module).unwrap()), 1);
}
