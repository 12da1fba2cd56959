//! The store in memory.

use std::cell::{RefCell, RefMut};

use super::{Answer, Change, Clock, Entry, Fault, Keyspace, Place, Protocol, Store, Token, matches, work};

/// The store in memory: one server has it to itself, so that each of its steps is the only one.
pub(crate) struct Memory(RefCell<Keyspace>);

impl Memory {
    pub(crate) fn new(clock: Clock) -> Memory {
        Memory(RefCell::new(Keyspace::new(clock)))
    }
}

impl Store for Memory {
    fn memory(&self) -> Option<RefMut<'_, Keyspace>> {
        Some(self.0.borrow_mut())
    }

    fn select(&self, database: usize) {
        self.0.borrow_mut().selected = database;
    }

    fn selected(&self) -> usize {
        self.0.borrow().selected
    }

    fn now(&self) -> u64 {
        self.0.borrow().now()
    }

    fn tick(&self) {
        self.0.borrow_mut().tick();
    }

    fn run(&self, words: &[Vec<u8>], _: Protocol) -> Answer {
        let name = String::from_utf8_lossy(&words[0]).to_lowercase();
        work(&name).map_or(Err(Fault::SYNTAX), |work| work(&mut self.0.borrow_mut(), words))
    }

    fn load(&self, key: &[u8]) -> Result<(Option<Entry>, Token), Fault> {
        Ok((self.0.borrow().entry(key).cloned(), Token::new()))
    }

    fn commit(&self, _: &[(Vec<u8>, Token)], changes: &[Change]) -> Result<bool, Fault> {
        let mut keys = self.0.borrow_mut();
        for Change { key, entry, .. } in changes {
            match entry {
                Some(Entry { data, expires }) => keys.put(key, data.clone(), *expires),
                None => drop(keys.remove(key)),
            }
        }
        Ok(true)
    }

    fn names(&self, pattern: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
        let keys = self.0.borrow();
        let names = keys.keys().map(|(key, _)| key);
        Ok(names.filter(|key| matches(pattern, key)).map(<[u8]>::to_vec).collect())
    }

    fn expire(&self, limit: usize) -> Vec<Place> {
        self.0.borrow_mut().expire(limit)
    }

    fn touch(&self, _: &[u8]) {}

    fn take_touched(&self) -> Vec<Place> {
        self.0.borrow_mut().take_touched()
    }

    fn token(&self, _: &Place) -> Result<Option<Token>, Fault> {
        Ok(None)
    }

    fn transact(&self, _: &[(Place, Token)], _: &[Vec<Vec<u8>>], _: Protocol) -> Option<Answer> {
        None
    }

    fn bytes(&self) -> usize {
        self.0.borrow().bytes()
    }

    fn info(&self, section: &str) -> String {
        let keys = self.0.borrow();
        if section == "memory" {
            return format!("used_memory:{}\r\n", keys.bytes());
        }
        let sizes = keys.sizes().enumerate().filter(|(_, (size, _))| *size > 0);
        sizes.map(|(index, (size, expires))| format!("db{index}:keys={size},expires={expires},avg_ttl=0\r\n")).collect()
    }
}
