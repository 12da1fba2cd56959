//! The same scenarios in process and over a socket, with the keys in memory and in a Redis; and what only a Redis
//! that several servers share can show.

mod cluster;
mod shared;

use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use plugsmith_harness::hosts::ferrite::Server;
use plugsmith_harness::serve::ferrite::{Owner, listen};
use tokio::runtime::Runtime;

use super::equality::real::{Real, frame};
use super::equality::words;
use super::server::artifact;

/// Commands of a client, and their replies in RESP2 with `|` for line ends. `~` stands before the beginning of a
/// reply. A number before a command is the client's.
type Scenario = (&'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

const JSON: (&str, &str) = ("json", "examples/ferrite-json");
const GUARD: (&str, &str) = ("guard", "examples/ferrite-guard");
const EVENTS: (&str, &str) = ("events", "harness/tests/fixtures/events");

const SCENARIOS: &[Scenario] = &[
    // Strings, and what ends.
    (
        &[],
        &[
            ("SET a 1", "+OK|"),
            ("INCRBY a 41", ":42|"),
            ("SET a x NX GET", "$2|42|"),
            ("APPEND a !", ":3|"),
            ("EXPIRE a 100", ":1|"),
            ("TTL a", ":100|"),
            ("SET a 1 KEEPTTL", "+OK|"),
            ("TTL a", ":100|"),
            ("PERSIST a", ":1|"),
            ("GETRANGE a 0 0", "$1|1|"),
            ("MSET b 2 c 3", "+OK|"),
            ("MGET a b c d", "*4|$1|1|$1|2|$1|3|$-1|"),
            ("DEL a b c d", ":3|"),
            ("DBSIZE", ":0|"),
            ("INCR", "-ERR wrong number of arguments for 'incr' command|"),
        ],
    ),
    // Collections, and their nulls.
    (
        &[],
        &[
            ("RPUSH l a b c", ":3|"),
            ("LPOP l 2", "*2|$1|a|$1|b|"),
            ("LPOP none 2", "*-1|"),
            ("LPOP none", "$-1|"),
            ("GET l", "-WRONGTYPE Operation against a key holding the wrong kind of value|"),
            ("HSET h f 1 g 2", ":2|"),
            ("HGETALL h", "*4|$1|f|$1|1|$1|g|$1|2|"),
            ("SADD s x", ":1|"),
            ("SMEMBERS s", "*1|$1|x|"),
            ("TYPE h", "+hash|"),
            ("RENAME h k", "+OK|"),
            ("SCAN 0 MATCH k", "*2|$1|0|*1|$1|k|"),
            ("SELECT 1", "+OK|"),
            ("EXISTS k", ":0|"),
            ("SET k here", "+OK|"),
            ("SELECT 0", "+OK|"),
            ("TYPE k", "+hash|"),
            ("SELECT 77", "-ERR DB index is out of range|"),
        ],
    ),
    // Transactions.
    (
        &[],
        &[
            ("MULTI", "+OK|"),
            ("SET a 1", "+QUEUED|"),
            ("INCR a", "+QUEUED|"),
            ("LPOP a", "+QUEUED|"),
            ("EXEC", "*3|+OK|:2|-WRONGTYPE Operation against a key holding the wrong kind of value|"),
            ("WATCH a", "+OK|"),
            ("2 SET a 5", "+OK|"),
            ("MULTI", "+OK|"),
            ("INCR a", "+QUEUED|"),
            ("EXEC", "*-1|"),
            ("GET a", "$1|5|"),
            ("WATCH a", "+OK|"),
            ("2 GET a", "$1|5|"),
            ("MULTI", "+OK|"),
            ("LPOP none 1", "+QUEUED|"),
            ("INCR a", "+QUEUED|"),
            ("EXEC", "*2|*-1|:6|"),
        ],
    ),
    // A data type: it is none of Redis' types, and has the name of its own.
    (
        &[JSON],
        &[
            (r#"JSON.SET doc $ "{\"name\":\"Alice\",\"n\":1}""#, "+OK|"),
            ("JSON.GET doc $.name", "$7|\"Alice\"|"),
            ("GET doc", "-WRONGTYPE Operation against a key holding the wrong kind of value|"),
            ("EXPIRE doc 100", ":1|"),
            ("JSON.SET doc $.n 2", "+OK|"),
            ("TTL doc", ":100|"),
            ("RENAME doc other", "+OK|"),
            ("JSON.GET other $.n", "$1|2|"),
            ("2 SET plain x", "+OK|"),
            ("JSON.GET plain $", "-WRONGTYPE Operation against a key holding the wrong kind of value|"),
            ("DEL other plain", ":2|"),
            ("JSON.GET other $", "$-1|"),
            ("MULTI", "+OK|"),
            ("SET a 1", "+QUEUED|"),
            ("JSON.SET doc $ 5", "+QUEUED|"),
            ("EXEC", "*2|+OK|+OK|"),
        ],
    ),
    // What hooks and transformers make of keys.
    (
        &[GUARD],
        &[
            ("SET protected:a x", "-ERR Cannot write to protected keys|"),
            ("MSET a 1 protected:a x", "-ERR Cannot write to protected keys|"),
            ("EXISTS a protected:a", ":0|"),
            ("SET blob:a aaaaaaaaaaaaaaaa EX 100", "+OK|"),
            ("GET blob:a", "$16|aaaaaaaaaaaaaaaa|"),
            ("APPEND blob:a bb", ":18|"),
            ("TTL blob:a", ":100|"),
            ("GET blob:a", "$18|aaaaaaaaaaaaaaaabb|"),
            ("RPUSH l a b", ":2|"),
            ("LPOP l 5", "*2|$1|a|$1|b|"),
            ("EXISTS l", ":0|"),
        ],
    ),
    // A hook that changes what is read and written, and one that keeps a key.
    (
        &[EVENTS],
        &[
            ("SET a quiet", "+OK|"),
            ("GET a", "$5|QUIET|"),
            ("SET kept 1", "+OK|"),
            ("DEL kept", "-ERR this stays|"),
            ("RENAME kept gone", "-ERR this stays|"),
            ("FLUSHALL", "-ERR this stays|"),
            ("GET kept", "$1|1|"),
        ],
    ),
    // Users.
    (
        &[JSON],
        &[
            ("ACL SETUSER bob on >pw +@read -@write +auth ~app:*", "+OK|"),
            ("2 AUTH bob pw", "+OK|"),
            ("2 GET app:a", "$-1|"),
            ("2 GET other", "-NOPERM this user has no permissions to access one of the keys used as arguments|"),
            ("2 SET app:a 1", "-NOPERM this user has no permissions to run the 'set' command|"),
            ("2 JSON.GET other $", "-NOPERM this user has no permissions to access one of the keys used as arguments|"),
            ("NOSUCH x", "~-ERR unknown command 'NOSUCH', with args beginning with: 'x'"),
        ],
    ),
];

/// A server that a test talks to.
enum World {
    InProcess(Box<Server>, BTreeMap<usize, u64>),
    Socket(
        SocketAddr,
        BTreeMap<usize, BufReader<TcpStream>>,
        #[expect(dead_code, reason = "ends with the test")] Runtime,
    ),
}

/// A server with these plugins, over the Redis at this URL if there is one.
fn server(plugins: &[(&str, &str)], url: Option<&str>) -> Server {
    let mut server = Server::new();
    if let Some(url) = url {
        server = server.store(url).unwrap();
    }
    for (name, folder) in plugins {
        let (source, manifest) = artifact(folder);
        server.load(name, &source, Some(manifest)).unwrap();
    }
    server
}

impl World {
    fn in_process(plugins: &[(&str, &str)], url: Option<&str>) -> World {
        World::InProcess(Box::new(server(plugins, url)), BTreeMap::new())
    }

    fn socket(plugins: &'static [(&'static str, &'static str)], url: Option<&str>) -> World {
        let url = url.map(str::to_owned);
        let owner = Owner::start(move || server(plugins, url.as_deref())).unwrap();
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(listen(listener, None, owner));
        World::Socket(address, BTreeMap::new(), runtime)
    }

    /// The reply to a line, which may begin with the client's number.
    fn ask(&mut self, line: &str) -> String {
        let (client, line) = match line.split_once(' ') {
            Some((client, rest)) if client.parse::<usize>().is_ok() => (client.parse().unwrap(), rest),
            _ => (1, line),
        };
        let words = words(line);
        let bytes = match self {
            World::InProcess(server, clients) => {
                let id = *clients.entry(client).or_insert_with(|| server.connect("127.0.0.1:1").unwrap());
                server.execute(id, &words)
            }
            World::Socket(address, clients, _) => {
                let stream = clients.entry(client).or_insert_with(|| {
                    let stream = TcpStream::connect(*address).unwrap();
                    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
                    BufReader::new(stream)
                });
                let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
                for word in &words {
                    bytes.extend(format!("${}\r\n", word.len()).into_bytes());
                    bytes.extend_from_slice(word);
                    bytes.extend_from_slice(b"\r\n");
                }
                stream.get_mut().write_all(&bytes).unwrap();
                let mut reply = Vec::new();
                frame(stream, &mut reply).unwrap();
                reply
            }
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "|")
    }
}

/// Runs all scenarios in a kind of world: what was answered otherwise.
fn run(name: &str, make: impl Fn(&'static [(&'static str, &'static str)]) -> World) {
    let mut different = Vec::new();
    for (plugins, steps) in SCENARIOS {
        let mut world = make(plugins);
        for (line, expected) in *steps {
            let reply = world.ask(line);
            let fits = match expected.strip_prefix('~') {
                Some(start) => reply.starts_with(start),
                None => reply == *expected,
            };
            if !fits {
                different.push(format!("{line}\n  wanted {expected}\n  got    {reply}"));
            }
        }
    }
    assert!(different.is_empty(), "{name}:\n{}", different.join("\n"));
}

#[test]
fn in_process_with_keys_in_memory() {
    run("in process, in memory", |plugins| World::in_process(plugins, None));
}

#[test]
fn over_a_socket_with_keys_in_memory() {
    run("over a socket, in memory", |plugins| World::socket(plugins, None));
}

#[test]
fn in_process_with_keys_in_a_redis() {
    let Some(mut real) = Real::start() else { return };
    let url = real.url();
    let real = std::cell::RefCell::new(&mut real);
    run("in process, in a Redis", |plugins| {
        real.borrow_mut().reset();
        World::in_process(plugins, Some(&url))
    });
}

#[test]
fn over_a_socket_with_keys_in_a_redis() {
    let Some(mut real) = Real::start() else { return };
    let url = real.url();
    let real = std::cell::RefCell::new(&mut real);
    run("over a socket, in a Redis", |plugins| {
        real.borrow_mut().reset();
        World::socket(plugins, Some(&url))
    });
}
