//! `#[host_functions]`: the mock slot of unit tests, and the implementation as the harness gets it.

use std::cell::Cell;
use std::panic::catch_unwind;

use plugsmith::protocol::host_functions::{HostFunction, HostValue};
use plugsmith::{HostError, Value, host_functions};

#[host_functions(namespace = "bank", prefix = "bank_")]
trait Bank {
    fn note(&self, text: &str);
    fn seal(&self, bytes: &[u8], copies: u32) -> Vec<u8>;
    fn find(&self, user: String) -> Option<String>;
    fn balance(&self, user: &str, precise: bool) -> f64;
    fn half(&self, n: f32) -> f32;
    fn add(&self, a: i64, b: u64, c: i32) -> i64;
    fn pay(&self, user: &str, cents: u64) -> Result<(), HostError>;
    fn history(&self, user: &str) -> Result<Vec<Option<String>>, HostError>;
    #[import(name = "any.value")]
    fn any(&self, value: &Value) -> Result<Value, HostError>;
}

/// Keeps what it was told.
#[derive(Default)]
struct Mock {
    calls: Cell<u32>,
}

impl Bank for Mock {
    fn note(&self, text: &str) {
        assert_eq!(text, "hello");
        self.calls.set(self.calls.get() + 1);
    }
    fn seal(&self, bytes: &[u8], copies: u32) -> Vec<u8> {
        bytes.repeat(copies as usize)
    }
    fn find(&self, user: String) -> Option<String> {
        (user == "Ada").then(|| self.calls.get().to_string())
    }
    fn balance(&self, _: &str, precise: bool) -> f64 {
        if precise { 0.5 } else { 1.0 }
    }
    fn half(&self, n: f32) -> f32 {
        n / 2.0
    }
    fn add(&self, a: i64, b: u64, c: i32) -> i64 {
        a + b.cast_signed() + i64::from(c)
    }
    fn pay(&self, user: &str, cents: u64) -> Result<(), HostError> {
        if cents > 100 { Err(HostError::new(format!("NOPERM {user} has not {cents}"))) } else { Ok(()) }
    }
    fn history(&self, user: &str) -> Result<Vec<Option<String>>, HostError> {
        Ok(vec![Some(user.to_owned()), None])
    }
    fn any(&self, value: &Value) -> Result<Value, HostError> {
        Ok(Value::Array(vec![value.clone()]))
    }
}

#[test]
fn a_mock_answers_while_its_guard_lives() {
    let guard = BankHost::mock(Mock::default());
    BankHost.note("hello");
    assert_eq!(BankHost.find("Ada".into()).as_deref(), Some("1"));
    assert_eq!(BankHost.find("Bob".into()), None);
    assert_eq!(BankHost.seal(b"ab", 2), b"abab");
    assert_eq!((BankHost.balance("Ada", true), BankHost.half(3.0), BankHost.add(1, 2, -4)), (0.5, 1.5, -1));
    assert_eq!(BankHost.pay("Ada", 7), Ok(()));
    assert_eq!(BankHost.pay("Ada", 700).unwrap_err().to_string(), "NOPERM Ada has not 700");
    assert_eq!(BankHost.history("Ada"), Ok(vec![Some("Ada".into()), None]));
    assert_eq!(BankHost.any(&Value::Null), Ok(Value::Array(vec![Value::Null])));
    drop(guard);
    assert!(catch_unwind(|| BankHost.note("hello")).is_err());
}

#[test]
fn a_mock_within_a_mock_gives_the_outer_one_back() {
    let _outer = BankHost::mock(Mock { calls: Cell::new(7) });
    {
        let _inner = BankHost::mock(Mock { calls: Cell::new(8) });
        assert_eq!(BankHost.find("Ada".into()).as_deref(), Some("8"));
    }
    assert_eq!(BankHost.find("Ada".into()).as_deref(), Some("7"));
}

#[test]
fn a_mock_is_seen_by_its_own_thread_only() {
    let _mock = BankHost::mock(Mock::default());
    let elsewhere = std::thread::spawn(|| catch_unwind(|| BankHost.half(3.0)).is_err()).join().unwrap();
    assert!(elsewhere);
}

#[test]
fn a_call_without_a_mock_says_which_line_is_missing() {
    let panic = catch_unwind(|| BankHost.pay("Ada", 7)).unwrap_err();
    insta::assert_snapshot!(panic.downcast_ref::<String>().unwrap(), @r"
    no mock for the host function `bank_pay`: a unit test puts one in its place with
        let _mock = BankHost::mock(MyMock);
    ");
}

fn served(name: &str) -> HostFunction {
    BankHost::serve(Mock::default()).into_iter().find(|function| function.name == name).expect("a declared name")
}

fn call(name: &str, arguments: &[HostValue]) -> Result<HostValue, String> {
    (served(name).call)(arguments)
}

fn block(bytes: &[u8]) -> HostValue {
    HostValue::Block(Some(bytes.to_vec()))
}

#[test]
fn the_harness_gets_every_function_with_its_wasm_signature() {
    let functions: Vec<String> = BankHost::serve(Mock::default()).iter().map(|f| format!("{f:?}")).collect();
    insta::assert_snapshot!(functions.join("\n"), @r"
    bank.bank_note(i64)
    bank.bank_seal(i64, i32) -> i64
    bank.bank_find(i64) -> i64
    bank.bank_balance(i64, i32) -> f64
    bank.bank_half(f32) -> f32
    bank.bank_add(i64, i64, i32) -> i64
    bank.bank_pay(i64, i64) -> i64
    bank.bank_history(i64) -> i64
    bank.any.value(i64) -> i64
    ");
}

#[test]
fn wire_values_become_arguments_and_results() {
    assert_eq!(call("bank_note", &[block(b"hello")]), Ok(HostValue::Nothing));
    assert_eq!(call("bank_seal", &[block(b"ab"), HostValue::I32(2)]), Ok(block(b"abab")));
    assert_eq!(call("bank_find", &[block(b"Bob")]), Ok(HostValue::Block(None)));
    assert_eq!(call("bank_find", &[HostValue::Block(None)]), Ok(HostValue::Block(None)));
    assert_eq!(call("bank_balance", &[block(b"Ada"), HostValue::I32(0)]), Ok(HostValue::F64(1.0)));
    assert_eq!(call("bank_half", &[HostValue::F32(3.0)]), Ok(HostValue::F32(1.5)));
    let sum = call("bank_add", &[HostValue::I64(-1), HostValue::I64(2), HostValue::I32(-4)]);
    assert_eq!(sum, Ok(HostValue::I64(-3)));
    assert_eq!(call("bank_pay", &[block(b"Ada"), HostValue::I64(7)]), Ok(block(b"+OK\r\n")));
    assert_eq!(
        call("bank_pay", &[block(b"Ada"), HostValue::I64(-1)]),
        Ok(block(b"-NOPERM Ada has not 18446744073709551615\r\n"))
    );
    assert_eq!(call("bank_history", &[block(b"Ada")]), Ok(block(b"*2\r\n$3\r\nAda\r\n_\r\n")));
    assert_eq!(call("any.value", &[block(b":7\r\n")]), Ok(block(b"*1\r\n:7\r\n")));
}

#[test]
fn a_wire_value_of_another_type_is_named() {
    for (name, arguments, message) in [
        ("bank_note", vec![], "argument 1 is missing"),
        ("bank_note", vec![block(b"\xff")], "argument 1: the text is not UTF-8"),
        ("bank_seal", vec![block(b"ab"), block(b"2")], "argument 2: expected a number, not a block"),
        ("any.value", vec![block(b":x")], "argument 1: invalid RESP at byte 2: the value is cut short"),
    ] {
        assert_eq!(call(name, &arguments), Err(message.to_owned()), "{name}");
    }
}

#[cfg(feature = "json")]
mod json {
    use super::{HostValue, block};
    use plugsmith::{HostError, Json, host_functions};
    use serde::{Deserialize, Serialize};

    #[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
    pub(super) struct Receipt {
        cents: u64,
    }

    #[host_functions]
    trait Billing {
        fn charge(&self, user: &str, cents: u64) -> Result<Receipt, HostError>;
        fn refund(&self, receipt: &Json<Receipt>) -> Option<Json<Receipt>>;
        fn list(&self) -> Result<Json<Vec<Receipt>>, HostError>;
    }

    struct Free;

    impl Billing for Free {
        fn charge(&self, user: &str, cents: u64) -> Result<Receipt, HostError> {
            if user.is_empty() { Err(HostError::with_code("BILLING", "no user")) } else { Ok(Receipt { cents }) }
        }
        fn refund(&self, receipt: &Json<Receipt>) -> Option<Json<Receipt>> {
            (receipt.0.cents > 0).then(|| receipt.clone())
        }
        fn list(&self) -> Result<Json<Vec<Receipt>>, HostError> {
            Ok(Json(vec![Receipt { cents: 7 }]))
        }
    }

    #[test]
    fn a_struct_inside_a_result_is_json_on_the_wire() {
        let _mock = BillingHost::mock(Free);
        assert_eq!(BillingHost.charge("Ada", 7), Ok(Receipt { cents: 7 }));
        let served = BillingHost::serve(Free);
        let charge = |user: &[u8]| (served[0].call)(&[block(user), HostValue::I64(7)]);
        assert_eq!(charge(b"Ada"), Ok(block(b"$11\r\n{\"cents\":7}\r\n")));
        assert_eq!(charge(b""), Ok(block(b"-BILLING no user\r\n")));
        let refund = |json: &[u8]| (served[1].call)(&[block(json)]);
        assert_eq!(refund(b"{\"cents\":7}"), Ok(block(b"{\"cents\":7}")));
        assert_eq!(refund(b"{\"cents\":0}"), Ok(HostValue::Block(None)));
        assert_eq!(refund(b"{}"), Err("argument 1: missing field `cents` at line 1 column 2".into()));
        assert_eq!((served[2].call)(&[]), Ok(block(b"$13\r\n[{\"cents\":7}]\r\n")));
    }
}
