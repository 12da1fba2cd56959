//! Hooks and transformers of one name in two modules: their exports would be one.

mod one {
    #[plugsmith::hook(event = "OnKeyWrite")]
    pub fn guard() {}

    #[plugsmith::transformer(on = "write", pattern = "a:*")]
    pub fn shrink(value: Vec<u8>) -> Vec<u8> {
        value
    }
}

mod other {
    #[plugsmith::hook(event = "OnKeyWrite")]
    pub fn guard() {}

    #[plugsmith::transformer(on = "write", pattern = "b:*")]
    pub fn shrink(value: Vec<u8>) -> Vec<u8> {
        value
    }
}

fn main() {}
