//! The matrix of cases and hosts, as the documentation shows it. It is made of the table alone:
//! the runs assert what the table says, so what they assert is what is documented.

use std::collections::BTreeSet;

use crate::table::{Case, Host, Table};

const HEAD: &str = "\
# Where hosts differ

The same artifacts run the same cases in every host below; `.ci/conformance` does it, see [conformance](../conformance/README.md).
A dot is a case that comes out as the table says, a letter one that comes out otherwise.
Every difference is asserted: where a host no longer differs, the run fails.
This page is written by `UPDATE=1 cargo test -p conformance --test table`, from `conformance/cases.json`.

";

/// The documentation's page.
pub fn render(table: &Table) -> String {
    let names: Vec<&str> = table.differences.keys().map(String::as_str).collect();
    let mut page = HEAD.to_owned();
    page.push_str("| | host | version |\n|---|---|---|\n");
    for host in &table.hosts {
        page.push_str(&format!("| `{}` | {} | {} |\n", host.id, host.title, host.version));
    }
    page.push_str("\n## Cases\n\n| case |");
    table.hosts.iter().for_each(|host| page.push_str(&format!(" {} |", host.id)));
    page.push_str(&format!("\n|---|{}\n", ":-:|".repeat(table.hosts.len())));
    for case in &table.cases {
        page.push_str(&format!("| {} |", case.name));
        for host in &table.hosts {
            let letters: Vec<String> = differences(case, host).iter().filter_map(|name| letter(&names, name)).collect();
            page.push_str(&format!(" {} |", if letters.is_empty() { "·".to_owned() } else { letters.join(" ") }));
        }
        page.push('\n');
    }
    page.push_str("\n## Differences\n");
    for (name, what) in &table.differences {
        let letter = letter(&names, name).unwrap_or_default();
        let hosts: Vec<String> = table.hosts.iter().filter(|host| has(table, host, name)).map(quoted).collect();
        page.push_str(&format!("\n**{letter}: {name}** ({})\n\n{what}\n", hosts.join(", ")));
    }
    page
}

/// What is wrong with the table itself: a difference that no case shows, one without a name, an
/// expectation of nothing, a host that is not there.
pub fn check(table: &Table) -> Vec<String> {
    let mut wrong = Vec::new();
    let hosts: BTreeSet<&str> = table.hosts.iter().map(|host| host.id.as_str()).collect();
    for name in table.differences.keys().filter(|name| !table.hosts.iter().any(|host| has(table, host, name))) {
        wrong.push(format!("no case shows the difference `{name}`"));
    }
    let mut used: Vec<(&str, &[String])> = Vec::new();
    for case in &table.cases {
        used.extend(case.differs.iter().map(|difference| (difference.name.as_str(), difference.hosts.as_slice())));
        for call in &case.calls {
            used.extend(call.differs.iter().map(|difference| (difference.name.as_str(), difference.hosts.as_slice())));
            let expectations = call.differs.iter().map(|difference| &difference.expected).chain([&call.expected]);
            if expectations.into_iter().any(|expected| expected.given() != 1) {
                wrong.push(format!(
                    "{}: {}: an expectation is one of its kinds, no fewer and no more",
                    case.name, call.function
                ));
            }
        }
        if case.calls.is_empty() == case.refused.is_empty() {
            wrong.push(format!("{}: a case has calls, or is refused", case.name));
        }
    }
    for (name, ids) in used {
        if !table.differences.contains_key(name) {
            wrong.push(format!("nothing is said of the difference `{name}`"));
        }
        wrong
            .extend(ids.iter().filter(|id| !hosts.contains(id.as_str())).map(|id| format!("`{name}`: no host `{id}`")));
    }
    wrong
}

/// `a`, `b` .. `z`, `aa`, `ab` ..
fn letter(names: &[&str], name: &str) -> Option<String> {
    let index = names.iter().position(|known| *known == name)?;
    let letter = |index: usize| char::from(b'a' + (index % 26) as u8);
    Some(match index / 26 {
        0 => letter(index).to_string(),
        rounds => format!("{}{}", letter(rounds - 1), letter(index)),
    })
}

fn quoted(host: &Host) -> String {
    format!("`{}`", host.id)
}

fn has(table: &Table, host: &Host, name: &str) -> bool {
    table.cases.iter().any(|case| differences(case, host).contains(name))
}

/// The names of what this host does otherwise in this case.
fn differences<'a>(case: &'a Case, host: &'a Host) -> BTreeSet<&'a str> {
    let mut names: BTreeSet<&str> =
        case.difference(&host.id).map(|difference| difference.name.as_str()).into_iter().collect();
    let runs = names.is_empty();
    for call in case.calls.iter().filter(|_| runs) {
        let difference = call.difference(&host.id);
        names.extend(difference.map(|difference| difference.name.as_str()));
        let expected = difference.map_or(&call.expected, |difference| &difference.expected);
        let text = expected.error.is_some() && difference.is_none();
        names.extend(host.error_prefix.as_ref().filter(|_| text).map(|(_, name)| name.as_str()));
    }
    names
}
