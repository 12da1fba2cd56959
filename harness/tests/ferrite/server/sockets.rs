//! The server over TCP: pipelines, broken requests, clients that do not read, reloads under load.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use plugsmith_harness::hosts::ferrite::{PluginSource, Server};
use plugsmith_harness::serve::ferrite::{Owner, listen};
use tokio::runtime::Runtime;

use super::artifact;

/// A server with the JSON plugin, which ends with the test.
struct Served {
    address: SocketAddr,
    owner: Owner,
    _runtime: Runtime,
}

fn serve() -> Served {
    let (source, manifest) = artifact("examples/ferrite-json");
    let owner = Owner::start(move || {
        let mut server = Server::new();
        server.load("json", &source, Some(manifest)).unwrap();
        server
    })
    .unwrap();
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(listen(listener, None, owner.clone()));
    Served { address, owner, _runtime: runtime }
}

impl Served {
    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// What a connection that sends this reads, until the server ends it.
    fn last_words(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut read = Vec::new();
        stream.read_to_end(&mut read).unwrap();
        String::from_utf8_lossy(&read).into_owned()
    }
}

fn read_exactly(stream: &mut TcpStream, expected: &[u8]) {
    let mut read = vec![0; expected.len()];
    stream.read_exact(&mut read).unwrap();
    assert_eq!(read.escape_ascii().to_string(), expected.escape_ascii().to_string());
}

#[test]
fn inline_commands_pipelines_and_plugins_work() {
    let served = serve();
    let mut stream = served.connect();
    stream
        .write_all(b"PING\r\n*1\r\n$4\r\nPING\r\nSET a \"x y\"\nGET a\r\n\r\nJSON.SET d $ '{\"name\": \"Alice\"}'\r\n")
        .unwrap();
    read_exactly(&mut stream, b"+PONG\r\n+PONG\r\n+OK\r\n$3\r\nx y\r\n+OK\r\n");
    // A command that comes in pieces.
    for piece in [&b"*3\r\n$8\r\nJSON"[..], b".GET\r\n$1\r\nd\r", b"\n$6\r\n$.name\r", b"\n"] {
        stream.write_all(piece).unwrap();
        stream.flush().unwrap();
    }
    read_exactly(&mut stream, b"$7\r\n\"Alice\"\r\n");
    assert_eq!(served.last_words(b"PING\r\nQUIT\r\nPING\r\n"), "+PONG\r\n+OK\r\n");
}

#[test]
fn what_is_malformed_ends_its_own_connection_only() {
    let served = serve();
    let mut other = served.connect();
    let long = [b"GET ".to_vec(), vec![b'a'; 70_000]].concat();
    for (bytes, reason) in [
        (&b"*x\r\n"[..], "invalid multibulk length"),
        (b"*99999999999\r\n", "invalid multibulk length"),
        (b"*1\r\n$x\r\n", "invalid bulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$9999999999999\r\n", "invalid bulk length"),
        (b"*1\r\n:1\r\n", "expected '$', got ':'"),
        (b"*1\r\n*1\r\n*1\r\n", "expected '$', got '*'"),
        (b"GET \"a\r\n", "unbalanced quotes in request"),
        (&long, "too big inline request"),
    ] {
        assert_eq!(served.last_words(bytes), format!("-ERR Protocol error: {reason}\r\n"));
    }
    // Half a command, and a connection that is gone: nobody waits.
    served.connect().write_all(b"*3\r\n$3\r\nSET\r\n$1").unwrap();
    other.write_all(b"PING\r\n").unwrap();
    read_exactly(&mut other, b"+PONG\r\n");
}

#[test]
fn a_client_sees_the_commands_of_another_and_can_end_it() {
    let served = serve();
    let (mut monitor, mut other, mut killer) = (served.connect(), served.connect(), served.connect());
    monitor.write_all(b"MONITOR\r\n").unwrap();
    read_exactly(&mut monitor, b"+OK\r\n");
    other.write_all(b"JSON.SET d $ 1\r\n").unwrap();
    read_exactly(&mut other, b"+OK\r\n");
    let address = other.local_addr().unwrap();
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let mut byte = [0];
        monitor.read_exact(&mut byte).unwrap();
        line.push(byte[0]);
    }
    let line = String::from_utf8(line).unwrap();
    assert!(line.ends_with(&format!("[0 {address}] \"JSON.SET\" \"d\" \"$\" \"1\"\r\n")), "{line}");
    killer.write_all(format!("CLIENT KILL ADDR {address}\r\n").as_bytes()).unwrap();
    read_exactly(&mut killer, b":1\r\n");
    let mut rest = Vec::new();
    other.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
    killer.write_all(b"PING\r\n").unwrap();
    read_exactly(&mut killer, b"+PONG\r\n");
}

#[test]
fn a_client_that_does_not_read_holds_up_nobody() {
    let served = serve();
    let mut slow = served.connect();
    let mut other = served.connect();
    other
        .write_all(format!("*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1000000\r\n{}\r\n", "x".repeat(1_000_000)).as_bytes())
        .unwrap();
    read_exactly(&mut other, b"+OK\r\n");
    slow.write_all("GET a\r\n".repeat(50).as_bytes()).unwrap();
    for _ in 0..100 {
        other.write_all(b"PING\r\n").unwrap();
        read_exactly(&mut other, b"+PONG\r\n");
    }
    // And when it reads, all of it is there.
    let mut read = vec![0; 50 * (10 + 1_000_000 + 2)];
    slow.read_exact(&mut read).unwrap();
}

#[test]
fn connections_come_and_go_by_the_thousand() {
    let served = serve();
    for _ in 0..2000 {
        drop(served.connect());
    }
    let mut stream = served.connect();
    stream.write_all(b"PING\r\n").unwrap();
    read_exactly(&mut stream, b"+PONG\r\n");
}

#[test]
fn reloads_under_load_lose_and_swap_no_reply() {
    let served = serve();
    let (source, manifest) = artifact("examples/ferrite-json");
    let PluginSource::File { path } = &source else { panic!("a file") };
    assert!(std::path::Path::new(path).is_file());
    let address = served.address;
    let clients: Vec<_> = (0..8)
        .map(|client| {
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
                for round in 0..40 {
                    let mut expected = Vec::new();
                    for n in 0..5 {
                        let value = client * 1000 + round * 10 + n;
                        stream
                            .write_all(format!("JSON.SET k{client} $ {value}\r\nJSON.GET k{client} $\r\n").as_bytes())
                            .unwrap();
                        let value = value.to_string();
                        expected.extend(format!("+OK\r\n${}\r\n{value}\r\n", value.len()).into_bytes());
                    }
                    read_exactly(&mut stream, &expected);
                }
            })
        })
        .collect();
    for _ in 0..4 {
        let (source, manifest) = (source.clone(), manifest.clone());
        served.owner.with_blocking(move |server| server.reload("json", &source, Some(manifest))).unwrap().unwrap();
    }
    clients.into_iter().for_each(|client| client.join().unwrap());
    let stats = served.owner.with_blocking(|server| server.stats()).unwrap();
    assert_eq!((stats.executions, stats.errors), (8 * 40 * 10, 0));
}

#[test]
fn messages_reach_subscribers_and_a_stop_lets_replies_out() {
    let served = serve();
    let mut listener = served.connect();
    listener.write_all(b"SUBSCRIBE news\r\n").unwrap();
    read_exactly(&mut listener, b"*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    let mut speaker = served.connect();
    speaker.write_all(b"PUBLISH news hello\r\n").unwrap();
    read_exactly(&mut speaker, b":1\r\n");
    read_exactly(&mut listener, b"*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$5\r\nhello\r\n");
    speaker.write_all(b"ECHO last\r\n").unwrap();
    read_exactly(&mut speaker, b"$4\r\nlast\r\n");
    Runtime::new().unwrap().block_on(served.owner.stop(Duration::from_secs(5)));
    let mut rest = Vec::new();
    speaker.read_to_end(&mut rest).unwrap();
    assert!(rest.is_empty());
}

/// Whoever loads a plugin from a slow server waits for it, and nobody else.
#[test]
fn a_download_keeps_no_other_client_waiting() {
    let served = serve();
    let slow = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/a.wasm", slow.local_addr().unwrap());
    let (mut loader, mut other) = (served.connect(), served.connect());
    loader.write_all(format!("PLUGIN.LOAD slow {url}\r\nPING\r\n").as_bytes()).unwrap();
    let (mut asked, _) = slow.accept().unwrap();
    other.write_all(b"PING\r\n").unwrap();
    read_exactly(&mut other, b"+PONG\r\n");
    let _ = asked.read(&mut [0; 4096]).unwrap();
    asked.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    read_exactly(&mut loader, format!("-ERR cannot download {url}: http status: 404\r\n+PONG\r\n").as_bytes());
    // Its whole transaction would wait for it.
    loader.write_all(format!("MULTI\r\nPLUGIN.LOAD slow {url}\r\nEXEC\r\n").as_bytes()).unwrap();
    let told =
        format!("-ERR {url} is not downloaded here: no transaction and no hook can load a plugin from a URL\r\n");
    read_exactly(&mut loader, format!("+OK\r\n+QUEUED\r\n*1\r\n{told}").as_bytes());
}

#[test]
fn half_a_command_has_a_limit_of_time_and_an_idle_client_has_none() {
    let served = serve();
    let owner = served.owner.clone().patience(Duration::from_millis(200));
    let listener = served._runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    served._runtime.spawn(listen(listener, None, owner));
    let connect = || TcpStream::connect(address).unwrap();
    let (mut stalled, mut idle) = (connect(), connect());
    stalled.write_all(b"PING\r\n*2\r\n$3\r\nGET\r\n$100\r\na").unwrap();
    let mut read = Vec::new();
    stalled.read_to_end(&mut read).unwrap();
    assert_eq!(read.escape_ascii().to_string(), r"+PONG\r\n-ERR Protocol error: half a command for 200ms\r\n");
    idle.write_all(b"PING\r\n").unwrap();
    read_exactly(&mut idle, b"+PONG\r\n");
}

/// A pipeline of large replies is sent in parts, each once the client has read the one before.
#[test]
fn large_replies_of_a_pipeline_do_not_pile_up() {
    let served = serve();
    let mut stream = served.connect();
    let value = vec![b'a'; 300_000];
    stream
        .write_all(&[b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$300000\r\n".to_vec(), value, b"\r\n".to_vec()].concat())
        .unwrap();
    read_exactly(&mut stream, b"+OK\r\n");
    stream.write_all(&b"GET a\r\n".repeat(100)).unwrap();
    let mut read = vec![0; 100 * (9 + 300_000 + 2)];
    stream.read_exact(&mut read).unwrap();
    assert!(read.chunks(300_011).all(|reply| reply.starts_with(b"$300000\r\na") && reply.ends_with(b"a\r\n")));
}
