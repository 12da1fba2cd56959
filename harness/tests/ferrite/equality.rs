//! Replies of the server and of a real `redis-server`, byte for byte, in RESP2 and RESP3.
//!
//! `equality/*.txt` has sequences of commands as a person types them. A line starts with the client that sends
//! it (`1` where there is none) and how the replies compare:
//! - `>`: the same bytes;
//! - `~>`: the same elements in any order, where Redis' own follows a random seed;
//! - `!>`: intended to differ, for the reason after ` ## `.

mod generated;
pub(crate) mod real;

use std::collections::BTreeMap;

use plugsmith_harness::hosts::ferrite::Server;

use self::real::Real;

/// How replies compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Same,
    AnyOrder,
    Differs,
}

/// A line of a sequence.
#[derive(Clone, Debug)]
struct Step {
    client: usize,
    how: How,
    words: Vec<Vec<u8>>,
}

const TABLES: &[&str] = &[
    include_str!("equality/keys.txt"),
    include_str!("equality/strings.txt"),
    include_str!("equality/collections.txt"),
    include_str!("equality/connections.txt"),
    include_str!("equality/commands.txt"),
    include_str!("equality/access.txt"),
];

#[test]
fn the_table_is_answered_as_by_redis() {
    let Some(mut real) = Real::start() else { return };
    let (mut count, mut different) = (0, Vec::new());
    for (name, steps) in TABLES.iter().flat_map(|table| sequences(table)) {
        count += steps.len();
        for protocol in [2, 3] {
            different.extend(compare(&mut real, &name, protocol, &steps));
        }
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
    assert!(count > 400, "only {count} commands are compared");
}

#[test]
fn generated_sequences_are_answered_as_by_redis() {
    let Some(mut real) = Real::start() else { return };
    let mut different = Vec::new();
    for seed in 0..300 {
        let steps = generated::sequence(seed);
        different.extend(compare(&mut real, &format!("seed {seed}"), 2 + seed % 2, &steps));
    }
    assert!(different.is_empty(), "{}", different.join("\n\n"));
}

/// Runs a sequence on both servers: where their replies do not compare as they should.
fn compare(real: &mut Real, name: &str, protocol: u64, steps: &[Step]) -> Vec<String> {
    let mut different = Vec::new();
    let mut server = Server::new();
    let mut ours: BTreeMap<usize, u64> = BTreeMap::new();
    let mut theirs = BTreeMap::new();
    real.reset();
    for (at, step) in steps.iter().enumerate() {
        for client in 1..=step.client {
            if ours.contains_key(&client) {
                continue;
            }
            let (id, mut connection) = (server.connect("127.0.0.1:1").unwrap(), real.connect());
            if protocol == 3 {
                server.execute(id, &["HELLO", "3"]);
                connection.ask(&[b"HELLO".to_vec(), b"3".to_vec()], 1);
            }
            ours.insert(client, id);
            theirs.insert(client, connection);
        }
        let reply = server.execute(ours[&step.client], &step.words);
        let mut expected: BTreeMap<usize, Vec<u8>> = BTreeMap::from([(step.client, reply)]);
        for (id, bytes) in server.take_messages() {
            if let Some((client, _)) = ours.iter().find(|(_, known)| **known == id) {
                expected.entry(*client).or_default().extend(bytes);
            }
        }
        theirs.get_mut(&step.client).unwrap().send(&step.words);
        for (client, ours) in expected {
            let theirs = theirs.get_mut(&client).unwrap().replies(real::frames(&ours));
            let place = format!("{name}, command {}, RESP{protocol}: {}", at + 1, shown(&step.words));
            let [ours, theirs] = [ours, theirs].map(|bytes| bytes.escape_ascii().to_string());
            let fits = match step.how {
                How::Same => ours == theirs,
                How::AnyOrder => sorted(&ours) == sorted(&theirs),
                How::Differs => ours != theirs,
            };
            if !fits {
                different.push(format!("{place}\n  {:?}\n  ours   {ours}\n  Redis' {theirs}", step.how));
            }
        }
    }
    different
}

/// The lines of a reply in one order.
fn sorted(reply: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = reply.split("\\r\\n").collect();
    lines.sort_unstable();
    lines
}

fn shown(words: &[Vec<u8>]) -> String {
    words.iter().map(|word| word.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
}

fn sequences(table: &str) -> Vec<(String, Vec<Step>)> {
    let mut found: Vec<(String, Vec<Step>)> = Vec::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("# ") {
            found.push((name.to_owned(), Vec::new()));
            continue;
        }
        let (head, command) = line.split_once("> ").unwrap_or_else(|| panic!("no command: {line}"));
        let digits: String = head.chars().filter(char::is_ascii_digit).collect();
        let (how, command) = match head.trim_start_matches(|c: char| c.is_ascii_digit()) {
            "" => (How::Same, command),
            "~" => (How::AnyOrder, command),
            "!" => (How::Differs, command.split_once(" ## ").unwrap_or_else(|| panic!("no reason: {line}")).0),
            _ => panic!("{line}"),
        };
        let step = Step { client: digits.parse().unwrap_or(1), how, words: words(command) };
        found.last_mut().unwrap_or_else(|| panic!("no name before {line}")).1.push(step);
    }
    found
}

/// The words of a line; double quotes hold spaces, and `\n`, `\r`, `\\`, `\"` and `\xhh` in them.
pub(crate) fn words(line: &str) -> Vec<Vec<u8>> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find(' ').unwrap_or(rest.len());
            words.push(rest.as_bytes()[..end].to_vec());
            rest = rest[end..].trim_start();
            continue;
        };
        let mut word = Vec::new();
        let mut bytes = quoted.bytes().enumerate();
        let end = loop {
            match bytes.next().unwrap() {
                (at, b'"') => break at,
                (_, b'\\') => match bytes.next().unwrap() {
                    (_, b'n') => word.push(b'\n'),
                    (_, b'r') => word.push(b'\r'),
                    (at, b'x') => {
                        word.push(u8::from_str_radix(&quoted[at + 1..at + 3], 16).unwrap());
                        bytes.nth(1);
                    }
                    (_, other) => word.push(other),
                },
                (_, other) => word.push(other),
            }
        };
        words.push(word);
        rest = quoted[end + 1..].trim_start();
    }
    words
}
