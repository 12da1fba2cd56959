//! Several servers, and other clients, on one Redis.

use std::time::{Duration, Instant};

use super::super::equality::real::Real;
use super::{EVENTS, GUARD, JSON, World, server};

fn words(line: &str) -> Vec<Vec<u8>> {
    super::words(line)
}

/// Runs the same lines on several servers at once.
fn at_once(url: &str, plugins: &'static [(&'static str, &'static str)], lines: impl Fn(usize) -> Vec<String>) {
    let servers: Vec<_> = (0..4)
        .map(|index| {
            let (url, lines) = (url.to_owned(), lines(index));
            std::thread::spawn(move || {
                let mut world = World::in_process(plugins, Some(&url));
                for line in lines {
                    let reply = world.ask(&line);
                    assert!(!reply.starts_with('-'), "{line}: {reply}");
                }
            })
        })
        .collect();
    servers.into_iter().for_each(|server| server.join().unwrap());
}

#[test]
fn increments_of_several_servers_all_count() {
    let Some(real) = Real::start() else { return };
    // Past hooks that read and write the value, and past none.
    at_once(&real.url(), &[GUARD], |_| vec!["INCR blob:n".to_owned(); 25]);
    at_once(&real.url(), &[], |_| vec!["INCR n".to_owned(); 25]);
    let mut world = World::in_process(&[GUARD], Some(&real.url()));
    assert_eq!((world.ask("GET blob:n"), world.ask("GET n")), ("$3|100|".to_owned(), "$3|100|".to_owned()));
}

#[test]
fn updates_of_a_data_type_by_several_servers_all_stay() {
    let Some(real) = Real::start() else { return };
    let mut world = World::in_process(&[JSON], Some(&real.url()));
    assert_eq!(world.ask("JSON.SET doc $ {}"), "+OK|");
    at_once(&real.url(), &[JSON], |index| (0..15).map(|n| format!("JSON.SET doc $.k{index}x{n} {n}")).collect());
    for (index, n) in (0..4).flat_map(|index| (0..15).map(move |n| (index, n))) {
        let reply = world.ask(&format!("JSON.GET doc $.k{index}x{n}"));
        assert_eq!(reply, format!("${}|{n}|", n.to_string().len()), "k{index}x{n}");
    }
}

#[test]
fn what_others_change_ends_a_transaction() {
    let Some(real) = Real::start() else { return };
    let mut other = real.connect();
    let mut world = World::in_process(&[JSON], Some(&real.url()));
    for last in ["INCR a", "JSON.SET doc $ 1"] {
        world.ask("SET a 1");
        world.ask("WATCH a");
        other.ask(&words("APPEND a 1"), 1);
        world.ask("MULTI");
        world.ask(last);
        assert_eq!(world.ask("EXEC"), "*-1|", "{last}");
    }
}

#[test]
fn commands_that_only_the_redis_has_go_there_unchanged() {
    let Some(real) = Real::start() else { return };
    let mut world = World::in_process(&[], Some(&real.url()));
    let mut other = real.connect();
    for line in [
        "ZADD z 1 a 2.5 b",
        "ZRANGE z 0 -1 WITHSCORES",
        "ZPOPMIN none",
        "GEOPOS z none",
        "XADD x 1-1 f v",
        "TYPE x",
        "XREAD COUNT 1 STREAMS none 0",
        "SETBIT bits 7 1",
        "SINTERCARD 2 a b",
        "EVAL \"return {1, KEYS[1]}\" 1 key",
        "EVAL \"return redis.call('LPOP', 'z')\" 0",
        "OBJECT ENCODING bits",
        "LPUSH sorted 2 1",
        "SORT sorted STORE done",
        "LRANGE done 0 -1",
        "ZADD z x",
        "HELLO 3",
        "ZRANGE z 0 -1 WITHSCORES",
        "ZSCORE z b",
        "XRANGE x - +",
    ] {
        let ours = world.ask(line);
        // What has changed the keys once changes them to the same once more.
        if line.starts_with("XADD") || line.starts_with("LPUSH") || line.starts_with("ZADD z 1") {
            assert!(!ours.starts_with('-'), "{ours}");
            continue;
        }
        if line.starts_with("SETBIT") || line.starts_with("HELLO") {
            other.ask(&words(line), 1);
            continue;
        }
        let theirs = String::from_utf8_lossy(&other.ask(&words(line), 1)).replace("\r\n", "|");
        assert_eq!(ours, theirs, "{line}");
    }
    for (line, reason) in [
        ("BLPOP l 0", "-ERR BLPOP is not passed on to the store: it would keep all clients waiting|"),
        ("XREAD BLOCK 0 STREAMS x $", "-ERR XREAD is not passed on to the store: it would keep all clients waiting|"),
        (
            "SSUBSCRIBE a",
            "-ERR SSUBSCRIBE is not passed on to the store: it is about one connection, and clients share theirs|",
        ),
        ("WAIT 1 0", "-ERR WAIT is not passed on to the store: it is about one connection, and clients share theirs|"),
    ] {
        assert_eq!(world.ask(line), reason);
    }
}

#[test]
fn users_and_hooks_hold_for_what_is_passed_on() {
    let Some(real) = Real::start() else { return };
    let mut world = World::in_process(&[GUARD], Some(&real.url()));
    assert_eq!(world.ask("ZADD protected:z 1 a"), "-ERR Cannot write to protected keys|");
    assert_eq!(
        world.ask("EVAL \"return redis.call('SET', KEYS[1], 1)\" 1 protected:z"),
        "-ERR Cannot write to protected keys|"
    );
    assert_eq!(
        world.ask("SETBIT blob:a 1 1"),
        "-ERR SETBIT is not passed on to the store: a transformer or a storage backend is before the key 'blob:a'|"
    );
    assert_eq!(world.ask("ZADD z 1 a"), ":1|");
    assert_eq!(world.ask("ACL SETUSER bob on >pw +@all ~app:*"), "+OK|");
    assert_eq!(world.ask("2 AUTH bob pw"), "+OK|");
    let refused = "-NOPERM this user has no permissions to access one of the keys used as arguments|";
    for line in [
        "ZADD other 1 a",
        "EVAL \"return 1\" 2 app:a other",
        "ZUNIONSTORE app:z 2 app:a other",
        "XREAD STREAMS app:x other 0 0",
        "SORT app:l STORE other",
        "GEORADIUS app:g 0 0 1 m STORE other",
    ] {
        assert_eq!(world.ask(&format!("2 {line}")), refused, "{line}");
    }
    assert_eq!(world.ask("2 EVAL \"return 1\" 2 app:a app:b"), ":1|");
    assert_eq!(world.ask("2 ZADD app:z 1 a"), ":1|");
}

#[test]
fn keys_that_expire_there_are_told_to_hooks() {
    let Some(real) = Real::start() else { return };
    let mut server = server(&[EVENTS], Some(&real.url()));
    let client = server.connect("127.0.0.1:1").unwrap();
    server.execute(client, &["SET", "short", "1", "PX", "50"]);
    let started = Instant::now();
    loop {
        server.tick(usize::MAX);
        let log = server.execute(client, &["GET", "log"]);
        if String::from_utf8_lossy(&log).contains("OnKeyExpiry short") {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{}", log.escape_ascii());
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_store_that_goes_away_and_comes_back_is_an_error_in_between() {
    let Some(real) = Real::start() else { return };
    let mut world = World::in_process(&[JSON], Some(&real.url()));
    assert_eq!(world.ask("SET a 1"), "+OK|");
    let mut other = real.connect();
    // Both connections of the server end; the next command finds out, and the one after it works.
    other.ask(&words("CLIENT KILL TYPE normal SKIPME yes"), 1);
    let first = world.ask("GET a");
    assert!(first == "$1|1|" || first.starts_with("-ERR the store does not answer: "), "{first}");
    assert_eq!(world.ask("GET a"), "$1|1|");
    drop(real);
    world.ask("GET a");
    let reply = world.ask("GET a");
    assert!(reply.starts_with("-ERR the store at "), "{reply}");
    assert!(reply.contains("cannot be reached"), "{reply}");
    // What needs no keys goes on.
    assert_eq!(world.ask("PING"), "+PONG|");
}

#[test]
fn a_url_that_leads_nowhere_says_so() {
    let error = plugsmith_harness::hosts::ferrite::Server::new().store("http://127.0.0.1").err().unwrap();
    assert!(error.starts_with("ERR http://127.0.0.1 is not the URL of a Redis"), "{error}");
    let error = plugsmith_harness::hosts::ferrite::Server::new().store("redis://127.0.0.1:1").err().unwrap();
    assert!(error.starts_with("ERR the store at 127.0.0.1:1 cannot be reached: "), "{error}");
}
