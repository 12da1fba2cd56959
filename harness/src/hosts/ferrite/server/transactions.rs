//! MULTI, EXEC, DISCARD, WATCH and UNWATCH.

use super::Server;
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{Answer, Fault};

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
                session.watched.extend(words[1..].iter().map(|key| (database, key.clone())));
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
        session.end_transaction();
        if aborted {
            return Err(Fault::new("EXECABORT Transaction discarded because of previous errors."));
        }
        if dirty {
            return Ok(Reply::NullArray);
        }
        Ok(Reply::Array(queue.into_iter().map(|words| self.queued(id, words)).collect()))
    }

    /// What a transaction changes, and who watches it.
    pub(super) fn note_changes(&mut self) {
        let touched = self.core.keys.borrow_mut().take_touched();
        if touched.is_empty() {
            return;
        }
        for session in self.sessions.values_mut().filter(|session| !session.watched.is_empty()) {
            session.dirty |= touched.iter().any(|key| session.watched.contains(key));
        }
    }
}
