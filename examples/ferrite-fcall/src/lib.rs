//! A discount, for `FUNCTION LOAD` and `FCALL` of the shipped Ferrite server.

use plugsmith::fcall;
use plugsmith::log::Level;

/// A price in cents, less a discount in percent.
#[fcall(name = "discount")]
pub fn price(cents: i32, percent: i32) -> i32 {
    assert!((0..=100).contains(&percent), "a discount of {percent} percent");
    // Every key is absent in the shipped server; the code is ready for one that is connected.
    match fcall::get("discounts:off") {
        Ok(None) => {}
        _ => return cents,
    }
    fcall::log(Level::Info, "discounted");
    (i64::from(cents) * i64::from(100 - percent) / 100) as i32
}

#[cfg(test)]
mod tests {
    use plugsmith::testing::MockContext;

    #[test]
    fn a_discount_is_taken_off_natively() {
        let ctx = MockContext::new();
        assert_eq!(super::price(2_000, 10), 1_800);
        assert_eq!(ctx.logs()[0].text, "discounted");
    }
}
