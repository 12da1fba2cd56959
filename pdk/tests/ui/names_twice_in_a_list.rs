//! One hook of one name in two modules, which `export_plugin!` sees before the linker does.

mod one {
    #[plugsmith::hook(event = "OnKeyWrite")]
    pub fn guard() {}
}

mod other {
    #[plugsmith::hook(event = "OnKeyWrite")]
    pub fn guard() {}
}

plugsmith::export_plugin!(one::guard, other::guard);

fn main() {}
