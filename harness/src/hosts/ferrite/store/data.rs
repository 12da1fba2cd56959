//! What a key can hold.

use std::collections::VecDeque;

use indexmap::{IndexMap, IndexSet};

use super::arguments;

/// What a key holds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    String(Vec<u8>),
    List(List),
    Set(Set),
    Hash(Hash),
    /// A value of a plugin's data type.
    Typed(Typed),
    /// A value of a Redis that no plugin sees, such as a sorted set.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "the store in memory has none"))]
    Foreign(Foreign),
}

/// A value of a Redis that no plugin sees.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Foreign {
    /// What `TYPE` says of it.
    pub(crate) kind: String,
    /// As `DUMP` gives it.
    pub(crate) dump: Vec<u8>,
}

/// A value of a plugin's data type.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Typed {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) bytes: Vec<u8>,
}

impl Data {
    /// What `TYPE` says of it.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Data::String(_) => "string",
            Data::List(_) => "list",
            Data::Set(_) => "set",
            Data::Hash(_) => "hash",
            Data::Typed(typed) => &typed.name,
            Data::Foreign(foreign) => &foreign.kind,
        }
    }

    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Data::String(bytes) => bytes.len(),
            Data::List(list) => list.bytes,
            Data::Set(set) => set.bytes,
            Data::Hash(hash) => hash.bytes,
            Data::Typed(typed) => typed.name.len() + typed.bytes.len(),
            Data::Foreign(foreign) => foreign.dump.len(),
        }
    }

    /// Whether nothing is left of it: Redis keeps no empty list, set or hash.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Data::String(_) | Data::Typed(_) | Data::Foreign(_) => false,
            Data::List(list) => list.items.is_empty(),
            Data::Set(set) => set.members.is_empty(),
            Data::Hash(hash) => hash.fields.is_empty(),
        }
    }
}

/// What each element of a collection takes besides its bytes.
const ELEMENT: usize = 32;

/// Up to here a hash keeps the order of its fields, and a set of integers is sorted: as long as
/// Redis 7.0 has them in a listpack or an intset. Beyond that both are in no order.
const COMPACT: usize = 512;

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct List {
    items: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl List {
    pub(crate) fn items(&self) -> &VecDeque<Vec<u8>> {
        &self.items
    }

    pub(crate) fn push_front(&mut self, item: Vec<u8>) {
        self.bytes += item.len() + ELEMENT;
        self.items.push_front(item);
    }

    pub(crate) fn push_back(&mut self, item: Vec<u8>) {
        self.bytes += item.len() + ELEMENT;
        self.items.push_back(item);
    }

    pub(crate) fn pop_front(&mut self) -> Option<Vec<u8>> {
        self.items.pop_front().inspect(|item| self.bytes -= item.len() + ELEMENT)
    }

    pub(crate) fn pop_back(&mut self) -> Option<Vec<u8>> {
        self.items.pop_back().inspect(|item| self.bytes -= item.len() + ELEMENT)
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hash {
    fields: IndexMap<Vec<u8>, Vec<u8>>,
    bytes: usize,
}

impl Hash {
    pub(crate) fn fields(&self) -> &IndexMap<Vec<u8>, Vec<u8>> {
        &self.fields
    }

    /// Sets a field; whether it is new.
    pub(crate) fn set(&mut self, field: Vec<u8>, value: Vec<u8>) -> bool {
        let (name, size) = (field.len(), value.len());
        self.bytes += size;
        match self.fields.insert(field, value) {
            Some(old) => {
                self.bytes -= old.len();
                false
            }
            None => {
                self.bytes += name + 2 * ELEMENT;
                true
            }
        }
    }

    pub(crate) fn remove(&mut self, field: &[u8]) -> bool {
        let removed = match self.fields.len() {
            ..=COMPACT => self.fields.shift_remove(field),
            _ => self.fields.swap_remove(field),
        };
        removed.inspect(|value| self.bytes -= field.len() + value.len() + 2 * ELEMENT).is_some()
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Set {
    members: IndexSet<Vec<u8>>,
    bytes: usize,
    /// Whether there is a member that is no integer, or ever were too many of them.
    mixed: bool,
}

impl Set {
    pub(crate) fn members(&self) -> &IndexSet<Vec<u8>> {
        &self.members
    }

    /// The members in the order in which `SMEMBERS` gives them.
    pub(crate) fn in_order(&self) -> Vec<&Vec<u8>> {
        let mut members: Vec<_> = self.members.iter().collect();
        if !self.mixed {
            members.sort_by_key(|member| arguments::parse(member));
        }
        members
    }

    /// Adds a member; whether it is new.
    pub(crate) fn add(&mut self, member: Vec<u8>) -> bool {
        self.mixed |= arguments::parse(&member).is_none() || self.members.len() >= COMPACT;
        let size = member.len() + ELEMENT;
        let added = self.members.insert(member);
        self.bytes += if added { size } else { 0 };
        added
    }

    pub(crate) fn remove(&mut self, member: &[u8]) -> bool {
        let removed = self.members.swap_remove(member);
        self.bytes -= if removed { member.len() + ELEMENT } else { 0 };
        removed
    }
}
