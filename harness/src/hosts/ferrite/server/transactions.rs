//! MULTI, EXEC, DISCARD, WATCH and UNWATCH.

use std::time::Duration;

use super::Server;
use super::dispatch::Target;
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{self, Answer, Fault, Place, Token};

impl Server {
    pub(super) fn transaction(&mut self, id: u64, name: &str, words: &[Vec<u8>]) -> Answer {
        let session = self.session(id);
        match name {
            "multi" if session.queue.is_some() => Err(Fault::new("ERR MULTI calls can not be nested")),
            "multi" => {
                session.queue = Some(Vec::new());
                session.aborted = false;
                Ok(Reply::OK)
            }
            "discard" if session.queue.is_none() => Err(Fault::new("ERR DISCARD without MULTI")),
            "discard" => {
                session.end_transaction();
                Ok(Reply::OK)
            }
            "watch" if session.queue.is_some() => Err(Fault::new("ERR WATCH inside MULTI is not allowed")),
            "watch" => {
                let database = session.database;
                let places: Vec<Place> = words[1..].iter().map(|key| (database, key.clone())).collect();
                for place in places {
                    let token = self.core.store.token(&place)?;
                    let session = self.session(id);
                    session.held.extend(token.map(|token| (place.clone(), token)));
                    session.watched.push(place);
                }
                Ok(Reply::OK)
            }
            "unwatch" => {
                session.unwatch();
                Ok(Reply::OK)
            }
            _ => self.exec(id),
        }
    }

    fn exec(&mut self, id: u64) -> Answer {
        // What changed up to now decides.
        self.note_changes();
        let session = self.session(id);
        let (aborted, dirty) = (session.aborted, session.dirty);
        let Some(queue) = session.queue.take() else { return Err(Fault::new("ERR EXEC without MULTI")) };
        let held = std::mem::take(&mut session.held);
        session.end_transaction();
        if aborted {
            return Err(Fault::new("EXECABORT Transaction discarded because of previous errors."));
        }
        if dirty {
            return Ok(Reply::NullArray);
        }
        if let Some(answer) = self.whole(id, &queue, &held) {
            return answer;
        }
        for (place, token) in &held {
            if self.core.store.token(place)?.as_ref() != Some(token) {
                return Ok(Reply::NullArray);
            }
        }
        Ok(Reply::Array(queue.into_iter().map(|words| self.queued(id, words)).collect()))
    }

    /// Runs a transaction of commands that are the store's own as a transaction of the store, so that other
    /// servers of the same store do not come in between; `None` if it must be run here.
    fn whole(&mut self, id: u64, queue: &[Vec<Vec<u8>>], held: &[(Place, Token)]) -> Option<Answer> {
        let chain = self.core.chain();
        if self.passed.is_empty() || chain.hears("BeforeCommand") || chain.hears("AfterCommand") {
            return None;
        }
        let mut touched: Vec<Vec<u8>> = Vec::new();
        for words in queue {
            let target = self.lookup(words).ok()?;
            let spec = match &target {
                Target::Builtin(spec) if store::work(&spec.name).is_some() && spec.name != "type" => *spec,
                Target::Passed(spec) if !spec.has_other_keys => spec,
                _ => return None,
            };
            let wanted = spec.keys(words);
            if !self.core.is_plain(&wanted) || spec.name.starts_with("flush") {
                return None;
            }
            self.permit_again(id, words).ok()?;
            touched.extend(wanted.iter().filter(|wanted| wanted.writes).map(|wanted| wanted.key.to_vec()));
        }
        let (database, protocol) = (self.session(id).database, self.session(id).protocol);
        self.core.store.select(database);
        let answer = self.core.store.transact(held, queue, protocol)?;
        if let Ok(Reply::Array(replies)) = &answer {
            for (words, reply) in queue.iter().zip(replies) {
                self.ran(id, words, reply);
            }
            touched.iter().for_each(|key| self.core.store.touch(key));
        }
        Some(answer)
    }

    /// Notes a command of a transaction that the store has run.
    fn ran(&mut self, id: u64, words: &[Vec<u8>], reply: &Reply) {
        let Ok(target) = self.lookup(words) else { return };
        self.feed_monitors(id, target.spec(), words);
        self.commands += 1;
        if let Some(log) = &mut self.log {
            log(&super::log::line(words, reply, Duration::ZERO, false));
        }
    }

    /// What a transaction changes, and who watches it.
    pub(super) fn note_changes(&mut self) {
        let touched = self.core.store.take_touched();
        if touched.is_empty() {
            return;
        }
        for session in self.sessions.values_mut().filter(|session| !session.watched.is_empty()) {
            session.dirty |= touched.iter().any(|key| session.watched.contains(key));
        }
    }
}
