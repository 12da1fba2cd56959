//! Any client's bytes are commands of a Ferrite server, or a protocol error; each command has one reply.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith::protocol::resp::decode_prefix;
use plugsmith_harness::hosts::ferrite::{PluginConfig, Server};
use plugsmith_harness::serve::resp::Requests;

fuzz_target!(|bytes: &[u8]| {
    // Plugins are what other targets are for; commands that load them would read the machine's files.
    let config = PluginConfig { enabled: false, ..PluginConfig::default() };
    let mut server = Server::with(config, None).virtual_clock().max_memory(1 << 20);
    let client = server.connect("127.0.0.1:50000").expect("there is room");
    let mut requests = Requests::default();
    requests.feed(bytes);
    while let Ok(Some(command)) = requests.next(server.is_authenticated(client)) {
        let name = command.first().map(|name| name.to_ascii_uppercase()).unwrap_or_default();
        let reply = server.execute(client, &command);
        if server.is_closing(client) {
            break;
        }
        // Subscriptions have a reply for each channel.
        if !name.ends_with(b"SUBSCRIBE") && !name.starts_with(b"PUBLISH") && !reply.is_empty() {
            let (_, length) = decode_prefix(&reply).unwrap_or_else(|error| {
                panic!("the reply to {} is {}: {error:?}", name.escape_ascii(), reply.escape_ascii())
            });
            assert_eq!(length, reply.len(), "more than one reply to {}", name.escape_ascii());
        }
    }
    server.disconnect(client);
});
