//! Names that look alike and are not the same.

#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

mod one {
    #[plugsmith::command(name = "ITEM.ADD")]
    pub fn add() {}

    #[plugsmith::hook(event = "OnKeyWrite")]
    pub fn guard() {}

    #[plugsmith::data_type(name = "ITEM")]
    struct Item(u8);
}

mod other {
    #[plugsmith::command(name = "ITEM_ADD")]
    pub fn add() {}

    #[plugsmith::function(name = "item.add")]
    pub fn add_more() {}

    #[plugsmith::hook(event = "OnKeyRead")]
    pub fn guard() {}

    #[plugsmith::data_type(name = "ITEM2")]
    struct Item(u8);
}

/// In a function, too.
pub fn within() {
    #[plugsmith::data_type(name = "INNER")]
    struct Inner(u8);
}

plugsmith::export_plugin!(one::add, other::add, other::add_more);

fn main() {}
