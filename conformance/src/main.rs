//! What `.ci/conformance` asks of the table: the artifacts, the HTTP server, and the verdict on the reports.
//!
//! usage: conformance artifacts | conformance serve | conformance judge <folder with reports>

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["artifacts"] => {
            println!("{}", conformance::artifacts(&conformance::table()).display());
            ExitCode::SUCCESS
        }
        ["serve"] => {
            println!("{}", conformance::Server::start(&conformance::table()).base());
            // Until whoever started it closes its standard input, or ends.
            std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).ok();
            ExitCode::SUCCESS
        }
        ["judge", folder] => judge(Path::new(folder)),
        _ => {
            eprintln!("usage: conformance artifacts | conformance serve | conformance judge <folder with reports>");
            ExitCode::from(2)
        }
    }
}

/// A line for each host; a host without a report is skipped, except where `CI=true`.
fn judge(folder: &Path) -> ExitCode {
    let table = conformance::table();
    let everything = std::env::var("CI").is_ok_and(|value| value == "true");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for host in &table.hosts {
        let path = folder.join(format!("{}.jsonl", host.id));
        if !path.is_file() {
            println!("{}: skipped, it could not be had here", host.title);
            skipped += 1;
            continue;
        }
        match conformance::read(&path).map(|report| conformance::judge(&table, host, &report)) {
            Ok(verdict) => {
                println!("{}: {} passed, {} failed", host.title, verdict.passed, verdict.failures.len());
                verdict.failures.iter().for_each(|failure| println!("  {failure}"));
                passed += verdict.passed;
                failed += verdict.failures.len();
            }
            Err(why) => {
                println!("{}: no report: {why}", host.title);
                failed += 1;
            }
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} of {} hosts skipped", table.hosts.len());
    if skipped > 0 && everything {
        println!("CI has every runtime: a skipped host is a failure here");
    }
    if failed > 0 || (skipped > 0 && everything) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
