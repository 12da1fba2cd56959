//! The built plugin, in the harness.

use ferrite_bloom::filter::Filter;
use plugsmith_harness::plugsmith::Value;
use plugsmith_harness::{Host, assert_outcome_snapshot, assert_trace_snapshot, plugin};

/// How many items that it does not hold a filter is asked for.
const ASKED: u32 = 5000;

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
    filter.add(b"tea").unwrap();
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
    for (capacity, rate, filters) in
        [(1, 0.1, 10), (3, 0.001, 10), (10, 0.0001, 10), (10, 0.00001, 10), (100, 0.01, 3), (1000, 0.01, 1)]
    {
        let mut wrong = 0;
        for number in 0..filters {
            let key = format!("{capacity} {rate} {number}");
            let words = |what: &str, count: u32| -> Vec<String> {
                std::iter::once(key.clone()).chain((0..count).map(|n| format!("{number} {what} {n}"))).collect()
            };
            plugin.command("BF.RESERVE", (key.as_str(), rate, capacity)).unwrap();
            plugin.command("BF.MADD", words("in", capacity)).unwrap();
            let reply = plugin.command("BF.MEXISTS", words("out", ASKED)).unwrap();
            wrong += reply.as_array().unwrap().iter().filter(|yes| **yes == true).count();
        }
        // Of few that are expected, one more may come by chance.
        let most = (rate * 1.5 * f64::from(ASKED * filters)).max(1.0);
        assert!(wrong as f64 <= most, "{capacity} items at {rate}: {wrong} false yeses, more than {most}");
    }
}

#[test]
fn a_full_filter_takes_none_of_the_items() {
    let mut plugin = plugin!();
    let _ = plugin.command("BF.RESERVE", ("words", 0.01, 2));
    let _ = plugin.command("BF.MADD", ("words", "tea", "milk", "sugar"));
    let _ = plugin.command("BF.MADD", ("words", "tea", "milk"));
    let _ = plugin.command("BF.ADD", ("words", "sugar"));
    assert_trace_snapshot!(plugin);
}
