//! The built plugin, in the harness.

use ferrite_bloom::filter::Filter;
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{Host, assert_outcome_snapshot, plugin};

#[test]
fn added_items_exist() {
    let mut plugin = plugin!();
    assert_eq!(plugin.command("BF.RESERVE", ("words", 0.01, 1000)).unwrap(), Value::Ok);
    assert_eq!(plugin.command("BF.ADD", ("words", "tea")).unwrap(), true);
    let reply = plugin.command("BF.MADD", ("words", "tea", "milk", "sugar")).unwrap();
    assert_eq!(reply, Value::Array(vec![false.into(), true.into(), true.into()]));
    let reply = plugin.command("BF.MEXISTS", ("words", "milk", "salt")).unwrap();
    assert_eq!(reply, Value::Array(vec![true.into(), false.into()]));
    assert_outcome_snapshot!(
        plugin.command("BF.INFO", ["words"]),
        redact = [
            (r#"get_typed (".*") -> \[1, ".*"\]"#, "get_typed $1 -> [1, [filter]]"),
            (r#"get_typed (".*") -> \[1, .* bytes\)\]"#, "get_typed $1 -> [1, [filter]]")
        ]
    );
}

/// The page's own filter writes an 8-byte `usize`, passes natively and traps on wasm32.
#[test]
fn a_filter_written_natively_is_read_on_wasm32() {
    let mut filter = Filter::new(1000, 0.01).unwrap();
    filter.add(b"tea");
    let mut plugin = plugin!(Host::new().storage_typed("words", &filter));
    assert_eq!(plugin.command("BF.EXISTS", ("words", "tea")).unwrap(), true);
    assert_eq!(plugin.command("BF.EXISTS", ("words", "milk")).unwrap(), false);
}

#[test]
fn a_filter_written_on_wasm32_is_read_natively() {
    let mut plugin = plugin!();
    plugin.command("BF.ADD", ("words", "tea")).unwrap();
    let filter = plugin.storage_typed::<Filter>("words").unwrap().unwrap();
    assert!(filter.contains(b"tea") && !filter.contains(b"milk"));
}

#[test]
fn a_string_is_no_filter() {
    let mut plugin = plugin!(Host::new().storage("words", "tea"));
    assert_outcome_snapshot!(plugin.command("BF.ADD", ("words", "milk")));
}

#[test]
fn a_wrong_rate_is_named() {
    assert_outcome_snapshot!(plugin!().command("BF.RESERVE", ("words", 2, 1000)));
}

#[test]
fn the_artifact_keeps_the_asked_rate() {
    let mut plugin = plugin!();
    plugin.command("BF.RESERVE", ("words", 0.01, 1000)).unwrap();
    for chunk in 0..10 {
        let items: Vec<String> = (0..100).map(|n| format!("in {chunk} {n}")).collect();
        let words: Vec<String> = std::iter::once("words".to_owned()).chain(items).collect();
        plugin.command("BF.MADD", words).unwrap();
    }
    let asked: Vec<String> = std::iter::once("words".to_owned()).chain((0..5000).map(|n| format!("out {n}"))).collect();
    let reply = plugin.command("BF.MEXISTS", asked).unwrap();
    let wrong = reply.as_array().unwrap().iter().filter(|yes| **yes == true).count();
    assert!(wrong <= 75, "{wrong} of 5000 are false yeses, 50 were asked for");
}
