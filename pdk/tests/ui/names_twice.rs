//! A command that two modules have, which know nothing of each other: Redis knows no case.

mod one {
    #[plugsmith::command(name = "ITEM.ADD")]
    pub fn add() {}
}

mod other {
    #[plugsmith::command(name = "item.add")]
    pub fn add_more() {}
}

fn main() {}
