//! A command and a function of one name, which `export_plugin!` sees before the linker does.

mod one {
    #[plugsmith::command(name = "greet")]
    pub fn command() {}
}

mod other {
    #[plugsmith::function]
    pub fn greet() {}
}

plugsmith::export_plugin!(one::command, other::greet);

fn main() {}
