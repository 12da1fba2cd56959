//! The built function, in `FCALL` as the shipped server has it.

use plugsmith_harness::{Error, fcall};

#[test]
fn fcall_takes_a_discount_off() {
    let mut function = fcall!();
    assert_eq!(function.entry(), "discount");
    assert_eq!(function.call([2_000, 10]).unwrap(), 1_800);
    // As a client sends them.
    assert_eq!(function.call(["2000", "10"]).unwrap(), 1_800);
    // A key and a text are a 0.
    assert_eq!(function.call(("user:1", 10)).unwrap(), 0);
}

#[test]
fn a_typed_call_has_the_numbers_of_the_signature() {
    let mut function = fcall!();
    let left: i32 = function.run(ferrite_fcall::price_call(2_000, 10)).unwrap();
    assert_eq!(left, 1_800);
    assert!(function.run(ferrite_fcall::price_call(100, 101)).result.is_err());
}

#[test]
fn a_trace_shows_what_the_function_asked_its_host() {
    let mut function = fcall!();
    function.call([2_000, 10]).unwrap();
    assert_eq!(function.trace(), "discount 2000 10\n  get \"discounts:off\" -> -1\n  log info: discounted\n=> 1800");
}

#[test]
fn what_fcall_cannot_pass_fails_as_it_does_there() {
    let mut function = fcall!();
    let fraction = function.call(("2.5", 10)).unwrap_err();
    assert_eq!(
        fraction.to_string(),
        "bad input of `discount`: FCALL passes \"2.5\" as an f64, and parameter 1 is an i32: it gets whole numbers of \
         32 bits"
    );
    let too_few = function.call([1]).unwrap_err();
    assert_eq!(too_few.to_string(), "bad input of `discount`: FCALL passes 1 argument, and it takes 2");
}

#[test]
fn a_panic_shows_its_message_and_the_authors_frames() {
    match fcall!().call([100, 101]).unwrap_err() {
        Error::Trapped { panic: Some(panic), frames, .. } => {
            assert!(panic.starts_with("a discount of 101 percent, "), "{panic}");
            assert!(frames[0].starts_with("price at "), "{frames:?}");
        }
        other => panic!("{other}"),
    }
}
