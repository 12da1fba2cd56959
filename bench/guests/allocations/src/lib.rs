//! What an allocator is asked for: each function does so many rounds, and answers the pages of memory
//! that the plugin has in the end.

use std::collections::BTreeMap;
use std::hint::black_box;

use plugsmith::function;

/// The same small blocks again and again, as one call after the other asks for them.
#[function]
fn same(rounds: String) -> String {
    for _ in 0..count(&rounds) {
        let texts: Vec<String> = (0..20).map(|n| "x".repeat(n * 3 + 1)).collect();
        black_box(texts);
    }
    pages()
}

/// A list and a text that grow.
#[function]
fn growing(rounds: String) -> String {
    for round in 0..count(&rounds) {
        let mut list = Vec::new();
        let mut text = String::new();
        for n in 0..200 {
            list.push(round + n);
            text.push_str("word");
        }
        black_box((list, text));
    }
    pages()
}

/// A map that lives, of which entries come and go.
#[function]
fn map(rounds: String) -> String {
    let mut map = BTreeMap::new();
    let mut seed = 7_u32;
    for _ in 0..count(&rounds) {
        let key = random(&mut seed) % 500;
        if map.remove(&key).is_none() {
            map.insert(key, vec![0_u8; (random(&mut seed) % 300) as usize]);
        }
    }
    black_box(map);
    pages()
}

/// Large blocks that live for a while, each of another size: what the small allocator is bad at.
#[function]
fn large(rounds: String) -> String {
    let mut blocks: Vec<Vec<u8>> = Vec::new();
    let mut seed = 7_u32;
    for _ in 0..count(&rounds) {
        if blocks.len() == 16 {
            blocks.swap_remove((random(&mut seed) % 16) as usize);
        }
        blocks.push(Vec::with_capacity((random(&mut seed) % 400_000) as usize));
        black_box(&blocks);
    }
    pages()
}

fn count(rounds: &str) -> u32 {
    rounds.parse().unwrap_or(1)
}

fn random(seed: &mut u32) -> u32 {
    *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
    *seed >> 8
}

#[cfg(target_arch = "wasm32")]
fn pages() -> String {
    core::arch::wasm32::memory_size::<0>().to_string()
}

#[cfg(not(target_arch = "wasm32"))]
fn pages() -> String {
    String::new()
}
