//! All ten events, for the server's own commands and for those of plugins.

use std::time::Duration;

use plugsmith_harness::hosts::ferrite::Server;

use super::World;

fn world() -> World {
    let mut world = World::of(Server::new().virtual_clock()).with("events", "harness/tests/fixtures/events");
    log(&mut world);
    world
}

/// The events since the last time.
fn log(world: &mut World) -> String {
    // Read past the hooks: the log itself is a key.
    let text = world.ask("GET log");
    world.ask("DEL log");
    let start = text.find('|').map_or(0, |at| at + 1);
    let lines = text[start..].lines();
    lines
        .filter(|line| !line.contains("GET log") && !line.contains(" log") && !line.starts_with('|'))
        .collect::<Vec<_>>()
        .join(", ")
}

#[test]
fn reads_and_writes_are_told_in_order() {
    let mut world = world();
    world.ask("SET a 1");
    assert_eq!(log(&mut world), "BeforeCommand SET a 1, OnKeyWrite a, AfterCommand SET a 1");
    world.ask("GET a");
    assert_eq!(log(&mut world), "BeforeCommand GET a, OnKeyRead a, AfterCommand GET a");
    world.ask("INCR a");
    assert_eq!(log(&mut world), "BeforeCommand INCR a, OnKeyRead a, OnKeyWrite a, AfterCommand INCR a");
    world.ask("DEL a b");
    assert_eq!(log(&mut world), "BeforeCommand DEL a b, OnKeyDelete a, AfterCommand DEL a b");
    world.ask("RPUSH l x y");
    assert_eq!(log(&mut world), "BeforeCommand RPUSH l x y, OnKeyWrite l, AfterCommand RPUSH l x y");
    // A list whose last element goes is deleted.
    world.ask("LPOP l 2");
    assert!(log(&mut world).contains("OnKeyDelete l"));
    // What fails has no AfterCommand.
    world.ask("INCR");
    world.ask("SET s x");
    log(&mut world);
    world.ask("INCR s");
    assert_eq!(log(&mut world), "BeforeCommand INCR s, OnKeyRead s");
}

#[test]
fn commands_of_plugins_pass_the_hooks_too() {
    let mut world = world();
    assert_eq!(world.ask("PAIR.SET protected:a 1"), "-ERR Cannot write to protected keys|");
    assert_eq!(world.ask("EXISTS protected:a"), ":0|");
    assert_eq!(world.ask("PAIR.SET a quiet"), "+OK|");
    assert_eq!(world.ask("GET a"), "$5|QUIET|");
}

#[test]
fn an_abort_leaves_everything_as_it_was() {
    let mut world = world();
    assert_eq!(world.ask("SET protected:a 1"), "-ERR Cannot write to protected keys|");
    assert_eq!(world.ask("EXISTS protected:a"), ":0|");
    // All of a command, or nothing.
    assert_eq!(world.ask("MSET x 1 protected:a 1 y 1"), "-ERR Cannot write to protected keys|");
    assert_eq!(world.ask("EXISTS x y"), ":0|");
    world.ask("SET kept 1");
    assert_eq!(world.ask("DEL kept"), "-ERR this stays|");
    assert_eq!(world.ask("RENAME kept gone"), "-ERR this stays|");
    assert_eq!(world.ask("FLUSHALL"), "-ERR this stays|");
    assert_eq!(world.ask("GET kept"), "$1|1|");
    assert_eq!(world.ask("GET forbidden"), "-NOPERM not this one|");
}

#[test]
fn modified_values_take_effect() {
    let mut world = world();
    world.ask("SET a quiet");
    assert_eq!(world.ask("GET a"), "$5|QUIET|");
    assert_eq!(world.ask("GET other"), "$5|QUIET|");
    world.ask("SET masked secret");
    assert_eq!(world.ask("GET masked"), "$3|***|");
    assert_eq!(world.ask("STRLEN a"), ":-1|");
}

#[test]
fn keys_that_expire_are_told_once_without_being_asked_for() {
    let mut world = world();
    world.ask("SET a 1 PX 1500");
    log(&mut world);
    world.server.advance(Duration::from_secs(1));
    assert_eq!(world.ask("EXISTS a"), ":1|");
    log(&mut world);
    world.server.advance(Duration::from_secs(1));
    assert_eq!(log(&mut world), "OnKeyExpiry a");
    assert_eq!(world.ask("EXISTS a"), ":0|");
}

#[test]
fn clients_come_and_go_and_some_are_turned_away() {
    let mut world = world();
    let other = world.server.connect("10.0.0.1:7").unwrap();
    assert_eq!(log(&mut world), "OnClientConnect 10.0.0.1:7");
    world.server.disconnect(other);
    assert_eq!(log(&mut world), "OnClientDisconnect 10.0.0.1:7");
    assert_eq!(world.server.connect("banned").unwrap_err(), "ERR go away");
}

#[test]
fn the_server_starts_and_stops() {
    let mut world = world();
    world.server.start().unwrap();
    assert_eq!(log(&mut world), "OnServerStartup ");
    world.server.stop();
    world.client = world.server.connect("again").unwrap();
    let log = log(&mut world);
    assert!(log.starts_with("OnClientDisconnect 127.0.0.1:50000, OnServerShutdown "), "{log}");
}

#[test]
fn a_hook_that_traps_ends_the_command_and_nothing_else() {
    let mut world = world();
    let reply = world.ask("GET trap");
    assert!(reply.starts_with("-ERR the hook BeforeCommand of plugin 'events' failed: "), "{reply}");
    assert_eq!(world.ask("GET a"), "$-1|");
}

#[test]
fn a_hook_that_fails_may_be_passed_over() {
    let mut world = World::configured("[plugins]\nhook_failure = \"open\"\n[plugins.sandbox]\nmax_cpu_ms = 20\n")
        .with("events", "harness/tests/fixtures/events");
    world.ask("SET trap 1");
    assert_eq!(world.ask("GET trap"), "$1|1|");
    world.ask("SET spin 2");
    assert_eq!(world.ask("GET spin"), "$1|2|");
    let mut closed =
        World::configured("[plugins.sandbox]\nmax_cpu_ms = 20\n").with("events", "harness/tests/fixtures/events");
    assert!(closed.ask("GET spin").contains("out of fuel"), "{}", closed.ask("GET spin"));
}

#[test]
fn passwords_are_shown_to_no_hook() {
    let mut world = world();
    world.ask("AUTH default hunter2");
    world.ask("ACL SETUSER bob on >hunter2");
    let log = log(&mut world);
    assert!(log.contains("AUTH (redacted)") && !log.contains("hunter2"), "{log}");
}

#[test]
fn hooks_of_all_plugins_stand_before_a_storage_backend_and_transformers() {
    let mut world = World::of(Server::new().virtual_clock()).with("guard", "examples/ferrite-guard");
    assert_eq!(world.ask("SET protected:a x"), "-ERR Cannot write to protected keys|");
    assert_eq!(world.ask("SET blob:a aaaaaaaaaaaaaaaa"), "+OK|");
    assert_eq!(world.ask("GET blob:a"), "$16|aaaaaaaaaaaaaaaa|");
    world.ask("PLUGIN.DISABLE guard");
    // What lies in the store is what the transformer made of it.
    assert_ne!(world.ask("GET blob:a"), "$16|aaaaaaaaaaaaaaaa|");
    world.ask("PLUGIN.ENABLE guard");
    world.ask("SET session x EX 5");
    world.server.advance(Duration::from_secs(5));
    assert_eq!(world.ask("GET guard:expired"), "$1|1|");
}
