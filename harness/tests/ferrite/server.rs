//! A whole server in process: its plugins, and every rule that they and their clients are held to.

mod driven;
mod enforcement;
mod events;
mod management;
#[cfg(feature = "serve")]
mod sockets;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use plugsmith_harness::hosts::ferrite::manifest::{Declared, Manifest, generate};
use plugsmith_harness::hosts::ferrite::{PluginConfig, PluginSource, Server};
use plugsmith_harness::{Inspection, build};

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The artifact of a crate, and its manifest.
pub(crate) fn artifact(folder: &str) -> (PluginSource, Manifest) {
    // One build at a time: cargo would only wait, and say so.
    static BUILDING: Mutex<()> = Mutex::new(());
    let _building = BUILDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = root().join(folder);
    let path = build(&folder).unwrap();
    let inspection = Inspection::read(path.clone()).unwrap();
    let manifest = generate(&inspection, &Declared::read(&folder).unwrap(), None).unwrap();
    (PluginSource::File { path: path.display().to_string() }, manifest)
}

/// A server with a client.
pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) client: u64,
}

impl World {
    pub(crate) fn new() -> World {
        World::of(Server::new())
    }

    pub(crate) fn configured(toml: &str) -> World {
        World::of(Server::with(PluginConfig::read(toml).unwrap(), None))
    }

    pub(crate) fn of(mut server: Server) -> World {
        let client = server.connect("127.0.0.1:50000").unwrap();
        World { server, client }
    }

    /// With the plugin of a crate.
    pub(crate) fn with(mut self, name: &str, folder: &str) -> World {
        let (source, manifest) = artifact(folder);
        self.server.load(name, &source, Some(manifest)).unwrap();
        self
    }

    /// With a module in wasm's text format, whose exports are commands.
    pub(crate) fn with_text(mut self, name: &str, commands: &[&str], wat: &str) -> World {
        self.load_text(name, commands, wat).unwrap();
        self
    }

    pub(crate) fn load_text(&mut self, name: &str, commands: &[&str], wat: &str) -> Result<(), String> {
        let source = PluginSource::Bytes { bytes: wat.as_bytes().to_vec() };
        self.server.load(name, &source, Some(manifest(name, commands, "")))
    }

    /// The reply to a line of words, as RESP2 with `|` for line ends.
    pub(crate) fn ask(&mut self, line: &str) -> String {
        self.ask_as(self.client, line)
    }

    pub(crate) fn ask_as(&mut self, client: u64, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        String::from_utf8_lossy(&self.server.execute(client, &words)).replace("\r\n", "|")
    }
}

/// A manifest with commands, and more lines.
pub(crate) fn manifest(name: &str, commands: &[&str], more: &str) -> Manifest {
    let mut text = format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\n{more}\n");
    for command in commands {
        text.push_str(&format!("[[commands]]\nname = \"{command}\"\nflags = [\"read\"]\n"));
    }
    Manifest::read(&text).unwrap()
}

#[test]
fn the_page_is_right() {
    let mut world = World::new().with("json-module", "examples/ferrite-json");
    let words = ["JSON.SET", "mykey", "$", r#"{"name": "Alice", "age": 30}"#];
    assert_eq!(world.server.execute(world.client, &words), b"+OK\r\n");
    assert_eq!(world.ask("JSON.GET mykey $.name"), "$7|\"Alice\"|");
    assert_eq!(world.ask("json.get mykey $.age"), "$2|30|");
    // A data type is not a string.
    assert!(world.ask("GET mykey").starts_with("-WRONGTYPE"));
}

#[test]
fn the_other_examples_work() {
    let mut world = World::new().with("bloom", "examples/ferrite-bloom").with("rate", "examples/ferrite-ratelimit");
    assert_eq!(world.ask("BF.ADD seen ada"), ":1|");
    assert_eq!(world.ask("BF.EXISTS seen ada"), ":1|");
    assert_eq!(world.ask("BF.EXISTS seen bob"), ":0|");
    let reply = world.ask("RATE.ALLOW ada 2 60");
    assert!(!reply.starts_with('-'), "{reply}");
}
