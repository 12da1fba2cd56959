//! The JSON of every metadata record, as a snapshot: a format that drifts is seen.

use plugsmith::protocol::metadata::{
    Command, DataType, Function, Hook, Order, Parameter, Record, SECTION, StorageBackend, Transformer, parse,
};

fn records() -> Vec<Record> {
    let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
    let parameter =
        |name: &str, kind: &str, ty: &str| Parameter { name: name.into(), kind: kind.into(), ty: ty.into() };
    vec![
        Record::Command(Command {
            name: "GREET".into(),
            arity: -2,
            flags: texts(&["write", "fast"]),
            first_key: Some(1),
            last_key: Some(-1),
            step: Some(1),
            timeout_ms: Some(5000),
            description: "Greets.".into(),
            acl_categories: texts(&["keyspace"]),
            complexity: Some("O(1)".into()),
            since: Some("1.0.0".into()),
            tips: texts(&["nondeterministic_output"]),
            parameters: vec![
                parameter("ctx", "context", "context"),
                parameter("name", "required", "text"),
                parameter("times", "optional", "u32"),
                parameter("rest", "rest", "bytes"),
            ],
        }),
        Record::Command(Command {
            name: "PING".into(),
            arity: 1,
            flags: vec![],
            first_key: None,
            last_key: None,
            step: None,
            timeout_ms: None,
            description: String::new(),
            acl_categories: vec![],
            complexity: None,
            since: None,
            tips: vec![],
            parameters: vec![],
        }),
        Record::Function(Function { name: "hash".into(), description: "Hashes.".into(), input: "text".into() }),
        Record::Function(Function { name: "now".into(), description: String::new(), input: "none".into() }),
        Record::DataType(DataType {
            name: "BLOOM".into(),
            encoding: "compact".into(),
            version: 2,
            commands: texts(&["BF.ADD"]),
            description: "A filter.".into(),
        }),
        Record::Hook(Hook {
            event: "OnKeyWrite".into(),
            priority: -5,
            export: "hook:OnKeyWrite:guard".into(),
            description: "Guards.".into(),
        }),
        Record::Order(Order { exports: texts(&["hook:OnKeyWrite:guard", "transform:read:inflate"]) }),
        Record::StorageBackend(StorageBackend {
            prefix: "archive:".into(),
            export: "backend:Archive".into(),
            description: "Keeps.".into(),
        }),
        Record::Transformer(Transformer {
            on: "read".into(),
            pattern: "blob:*".into(),
            priority: 3,
            export: "transform:read:inflate".into(),
            description: "Inflates.".into(),
        }),
    ]
}

fn section() -> String {
    records().iter().map(|record| serde_json::to_string(record).expect("a record has a JSON form") + "\n").collect()
}

#[test]
#[cfg(not(miri))]
fn the_form_of_a_metadata_record_is_fixed() {
    insta::assert_snapshot!(format!("section {SECTION}\n{}", section()));
}

#[test]
fn a_section_is_read_record_by_record() {
    assert_eq!(parse(section().as_bytes()), Ok(records()));
    assert_eq!(parse(b""), Ok(vec![]));
}

#[test]
fn a_line_that_is_no_record_is_shown() {
    let line = b"{\"kind\":\"function\"}\n";
    insta::assert_snapshot!(parse(line).unwrap_err(), @r#"{"kind":"function"}: missing field `name`"#);
}
