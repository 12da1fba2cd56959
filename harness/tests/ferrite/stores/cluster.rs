//! A Redis Cluster behind the server: two nodes, with half of the slots each.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{GUARD, JSON, World};

struct Cluster {
    nodes: Vec<(Child, u16)>,
    folder: PathBuf,
}

impl Cluster {
    fn start() -> Option<Cluster> {
        let folder = std::env::temp_dir().join(format!("plugsmith-cluster-{}", std::process::id()));
        let mut cluster = Cluster { nodes: Vec::new(), folder };
        for _ in 0..2 {
            let port = free_port();
            let folder = cluster.folder.join(port.to_string());
            std::fs::create_dir_all(&folder).unwrap();
            let node = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--save", "", "--cluster-enabled", "yes", "--bind", "127.0.0.1"])
                .args(["--cluster-port", &free_port().to_string()])
                .current_dir(&folder)
                .stdout(Stdio::null())
                .spawn();
            let Ok(node) = node else {
                assert!(
                    std::env::var_os("CI").is_none(),
                    "redis-server is not installed: apt-get install redis-server"
                );
                return None;
            };
            cluster.nodes.push((node, port));
        }
        let [first, second] = [cluster.nodes[0].1, cluster.nodes[1].1];
        cluster.until(first, &["PING"], "PONG");
        cluster.until(second, &["PING"], "PONG");
        cluster.until(first, &["CLUSTER", "ADDSLOTSRANGE", "0", "8191"], "OK");
        cluster.until(second, &["CLUSTER", "ADDSLOTSRANGE", "8192", "16383"], "OK");
        let bus = cluster.bus(second);
        cluster.until(first, &["CLUSTER", "MEET", "127.0.0.1", &second.to_string(), &bus], "OK");
        cluster.until(first, &["CLUSTER", "INFO"], "cluster_state:ok");
        cluster.until(second, &["CLUSTER", "INFO"], "cluster_state:ok");
        Some(cluster)
    }

    /// The port that the node's own protocol has.
    fn bus(&self, port: u16) -> String {
        let line = self.cli(port, &["CONFIG", "GET", "cluster-port"]);
        line.lines().last().unwrap_or_default().to_owned()
    }

    fn cli(&self, port: u16, words: &[&str]) -> String {
        let output = Command::new("redis-cli").args(["-p", &port.to_string()]).args(words).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Asks until the answer has this in it.
    fn until(&self, port: u16, words: &[&str], wanted: &str) {
        for _ in 0..600 {
            if self.cli(port, words).contains(wanted) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{words:?} does not lead to {wanted}: {}", self.cli(port, words));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for (node, _) in &mut self.nodes {
            let _ = node.kill();
            let _ = node.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_cluster_is_one_store() {
    let Some(cluster) = Cluster::start() else { return };
    let url = format!("redis://127.0.0.1:{}", cluster.nodes[0].1);
    let mut world = World::in_process(&[JSON, GUARD], Some(&url));
    for n in 0..40 {
        assert_eq!(world.ask(&format!("SET key:{n} {n}")), "+OK|");
        assert_eq!(world.ask(&format!("JSON.SET doc:{n} $ {n}")), "+OK|");
    }
    for n in 0..40 {
        let wanted = format!("${}|{n}|", n.to_string().len());
        assert_eq!(
            (world.ask(&format!("GET key:{n}")), world.ask(&format!("JSON.GET doc:{n} $"))),
            (wanted.clone(), wanted)
        );
    }
    assert_eq!(world.ask("DBSIZE"), ":80|");
    // Both nodes hold some of the keys, and a scan goes over both.
    for (_, port) in &cluster.nodes {
        assert_ne!(cluster.cli(*port, &["DBSIZE"]).trim(), "0");
    }
    let (mut cursor, mut found) = ("0".to_owned(), 0);
    loop {
        let reply = world.ask(&format!("SCAN {cursor} MATCH key:* COUNT 7"));
        found += reply.matches("key:").count();
        cursor = reply.split('|').nth(2).unwrap().to_owned();
        if cursor == "0" {
            break;
        }
    }
    assert_eq!(found, 40);
    assert_eq!(world.ask("SET blob:a aaaaaaaaaaaaaaaa"), "+OK|");
    assert_eq!(world.ask("GET blob:a"), "$16|aaaaaaaaaaaaaaaa|");
    assert_eq!(world.ask("ZADD z 1 a"), ":1|");
    assert_eq!(world.ask("MSET {t}a 1 {t}b 2"), "+OK|");
    assert_eq!(world.ask("MGET {t}a {t}b"), "*2|$1|1|$1|2|");
    assert_eq!(world.ask("SELECT 1"), "+OK|");
    assert_eq!(world.ask("GET a"), "-ERR SELECT is not allowed in cluster mode|");
}
