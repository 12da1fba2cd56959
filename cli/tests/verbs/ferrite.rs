//! `serve` for Ferrite plugins, and `keygen` and `sign`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use plugsmith_harness::build;

use crate::sandbox::{folder, plugsmith, root, snapshot};

/// A server that ends with the test.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(arguments: &[&str]) -> Server {
        build(&root().join("examples/ferrite-hello")).unwrap();
        let mut child = plugsmith(["serve"].iter().chain(arguments).copied())
            .args(["--port", "0", "--no-reload"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("redis://").unwrap_or_else(|| panic!("{line:?}")).to_owned();
        Server { child, address }
    }

    fn ask(&self, bytes: &str, expected: &str) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(bytes.as_bytes()).unwrap();
        let mut read = vec![0; expected.len()];
        stream.read_exact(&mut read).unwrap();
        assert_eq!(String::from_utf8_lossy(&read), expected);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_plugin_is_served_to_redis_clients() {
    let mut server = Server::start(&["examples/ferrite-hello"]);
    server.ask("HELLO.WORLD Ada\r\nSET a 1\r\nINCR a\r\n", "$11\r\nHello, Ada!\r\n+OK\r\n:2\r\n");
    // SIGTERM ends it with 0.
    let killed = Command::new("kill").arg(server.child.id().to_string()).status().unwrap();
    assert!(killed.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
    let mut log = String::new();
    server.child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert!(log.contains("HELLO.WORLD \"Ada\" -> \"Hello, Ada!\""), "{log}");
}

#[test]
fn a_password_is_asked_for() {
    let server = Server::start(&["examples/ferrite-hello", "--requirepass", "secret"]);
    server.ask(
        "GET a\r\nAUTH wrong\r\nAUTH secret\r\nGET a\r\n",
        "-NOAUTH Authentication required.\r\n-WRONGPASS invalid username-password pair or user is disabled.\r\n+OK\r\n$-1\r\n",
    );
}

#[test]
fn an_address_for_others_needs_a_password() {
    snapshot!(plugsmith(["serve", "examples/ferrite-hello", "--bind", "0.0.0.0", "--no-reload"]));
}

#[test]
fn mistakes_in_the_configuration_file_are_named() {
    let file = folder("serve-config").join("ferrite.toml");
    std::fs::write(&file, "[plugins]\nmax_plugin = 3\n").unwrap();
    snapshot!(plugsmith(["serve", "--config", &file.display().to_string()]));
}

#[test]
fn an_artifact_is_signed_with_a_new_key() {
    let here = folder("sign");
    let wasm = here.join("plugin.wasm");
    std::fs::write(&wasm, b"\0asm\x01\0\0\0").unwrap();
    let made = plugsmith(["keygen"]).arg(here.join("release.key")).output().unwrap();
    assert!(made.status.success());
    let public = std::fs::read_to_string(here.join("release.key.pub")).unwrap();
    assert_eq!(String::from_utf8_lossy(&made.stdout), public);
    // A key is never overwritten.
    assert!(!plugsmith(["keygen"]).arg(here.join("release.key")).output().unwrap().status.success());
    let signed = plugsmith(["sign"]).arg(&wasm).arg("--key").arg(here.join("release.key")).output().unwrap();
    assert!(signed.status.success(), "{}", String::from_utf8_lossy(&signed.stderr));
    assert!(std::fs::read(&wasm).unwrap().len() > 8);
}
