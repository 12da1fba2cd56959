//! Channels, and connections that see every command.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use super::Server;
use super::commands::Spec;
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::matches;

impl Server {
    pub(super) fn subscribe(&mut self, id: u64, words: &[Vec<u8>]) -> Reply {
        let by_pattern = words[0].eq_ignore_ascii_case(b"psubscribe");
        let session = self.session(id);
        let reply = |name: &Vec<u8>| {
            if by_pattern {
                session.patterns.insert(name.clone())
            } else {
                session.channels.insert(name.clone())
            };
            let kind = if by_pattern { "psubscribe" } else { "subscribe" };
            Reply::Push(vec![Reply::bulk(kind), Reply::bulk(name), Reply::count(session.subscriptions())])
        };
        Reply::Many(words[1..].iter().map(reply).collect())
    }

    pub(super) fn unsubscribe(&mut self, id: u64, words: &[Vec<u8>]) -> Reply {
        let by_pattern = words[0].eq_ignore_ascii_case(b"punsubscribe");
        let kind = if by_pattern { "punsubscribe" } else { "unsubscribe" };
        let session = self.session(id);
        let known = if by_pattern { &session.patterns } else { &session.channels };
        let names: Vec<Vec<u8>> = if words.len() > 1 { words[1..].to_vec() } else { known.iter().cloned().collect() };
        if names.is_empty() {
            let left = Reply::count(session.subscriptions());
            return Reply::Many(vec![Reply::Push(vec![Reply::bulk(kind), Reply::Null, left])]);
        }
        let reply = |name: &Vec<u8>| {
            if by_pattern {
                session.patterns.remove(name)
            } else {
                session.channels.remove(name)
            };
            Reply::Push(vec![Reply::bulk(kind), Reply::bulk(name), Reply::count(session.subscriptions())])
        };
        Reply::Many(names.iter().map(reply).collect())
    }

    pub(super) fn publish(&mut self, channel: &[u8], message: &[u8]) -> Reply {
        let mut receivers = 0;
        for session in self.sessions.values() {
            if session.channels.contains(channel) {
                let words = ["message".as_bytes(), channel, message];
                self.outbox.push((session.id, Reply::Push(words.iter().map(Reply::bulk).collect())));
                receivers += 1;
            }
            for pattern in session.patterns.iter().filter(|pattern| matches(pattern, channel)) {
                let words = ["pmessage".as_bytes(), pattern, channel, message];
                self.outbox.push((session.id, Reply::Push(words.iter().map(Reply::bulk).collect())));
                receivers += 1;
            }
        }
        Reply::count(receivers)
    }

    pub(super) fn pubsub(&self, name: &str, words: &[Vec<u8>]) -> Reply {
        let mut channels: BTreeMap<&[u8], usize> = BTreeMap::new();
        for channel in self.sessions.values().flat_map(|session| &session.channels) {
            *channels.entry(channel).or_default() += 1;
        }
        match name {
            "pubsub|channels" => {
                let wanted = |channel: &&&[u8]| words.get(2).is_none_or(|pattern| matches(pattern, channel));
                Reply::strings(channels.keys().filter(wanted))
            }
            "pubsub|numsub" => {
                let pair = |channel: &Vec<u8>| {
                    [Reply::bulk(channel), Reply::count(channels.get(channel.as_slice()).copied().unwrap_or(0))]
                };
                Reply::Array(words[2..].iter().flat_map(pair).collect())
            }
            _ => {
                let mut patterns: Vec<_> = self.sessions.values().flat_map(|session| &session.patterns).collect();
                patterns.sort();
                patterns.dedup();
                Reply::count(patterns.len())
            }
        }
    }

    /// Shows a command to the connections that monitor, as Redis words it.
    pub(super) fn feed_monitors(&mut self, id: u64, spec: &Spec, words: &[Vec<u8>]) {
        if spec.has("skip_monitor") || spec.has("admin") || !self.sessions.values().any(|session| session.monitors) {
            return;
        }
        let session = self.session(id);
        let (database, address) = (session.database, session.address.clone());
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut line = format!("{}.{:06} [{database} {address}]", now.as_secs(), now.subsec_micros());
        for word in words {
            line.push_str(&format!(" \"{}\"", word.escape_ascii().to_string().replace("\\'", "'")));
        }
        let line = Reply::Status(line.into());
        let monitors = self.sessions.values().filter(|session| session.monitors);
        self.outbox.extend(monitors.map(|session| (session.id, line.clone())));
    }
}
