//! Names that look alike and are not the same.

mod one {
    #[plugsmith::command(name = "ITEM.ADD")]
    pub fn add() {}

    #[plugsmith::data_type(name = "ITEM")]
    struct Item(u8);
}

mod other {
    #[plugsmith::command(name = "ITEM_ADD")]
    pub fn add() {}

    #[plugsmith::function(name = "item.add")]
    pub fn add_more() {}

    #[plugsmith::data_type(name = "ITEM2")]
    struct Item(u8);
}

plugsmith::export_plugin!(one::add, other::add, other::add_more);

fn main() {}
