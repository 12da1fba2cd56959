//! The types of a `#[fcall]` function are numbers.

#[plugsmith::fcall]
fn length(name: &str, factor: f32) -> String {
    (name.len() as f32 * factor).to_string()
}

fn main() {}
