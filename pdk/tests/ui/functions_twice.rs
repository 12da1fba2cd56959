//! A function that two modules have; a command of the same letters is another export.

mod one {
    #[plugsmith::function(name = "item-add")]
    pub fn add() {}
}

mod other {
    #[plugsmith::function(name = "item-add")]
    pub fn add_more() {}
}

mod third {
    #[plugsmith::command(name = "ITEM-ADD")]
    pub fn add() {}
}

fn main() {}
