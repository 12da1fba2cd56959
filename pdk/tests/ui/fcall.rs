//! What `#[fcall]` cannot be: a plugin has one, and the server passes numbers only.

#[plugsmith::fcall]
fn price(cents: i32) -> i32 {
    cents
}

mod twice {
    #[plugsmith::fcall]
    fn discount(_cents: i32) {}
}

mod kinds {
    #[plugsmith::fcall(name = "cos", flags = ["write"])]
    async fn later(_cents: i32) {}

    #[plugsmith::fcall]
    struct Data;
}

fn main() {}
