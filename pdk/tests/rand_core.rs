//! The generator for crates of the rand_core 0.6 generation.

#![cfg(feature = "rand_core")]

use plugsmith::random;
use plugsmith::testing::MockContext;
use rand_core::{CryptoRng, RngCore};

fn word(mut generator: impl RngCore + CryptoRng) -> u64 {
    generator.next_u64()
}

#[test]
fn the_generator_draws_from_the_host() {
    let ctx = MockContext::new();
    ctx.seed_random(7);
    let (first, second) = (word(ctx.random()), word(random()));
    assert_ne!(first, second);
    ctx.seed_random(7);
    assert_eq!([word(random()), word(ctx.random())], [first, second]);
    ctx.seed_random(7);
    assert_eq!(random().u64(), Ok(first));
}
