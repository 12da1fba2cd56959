//! Two data types of one name.

mod one {
    #[plugsmith::data_type(name = "ITEM")]
    struct Item(u8);
}

mod other {
    #[plugsmith::data_type(name = "ITEM")]
    struct Thing(u8);
}

fn main() {}
