//! `check`: whether a plugin can load and work in a host, and why not.

use std::fmt::Write;

use plugsmith_harness::hosts::{Profile as Host, extism, profile};
use plugsmith_harness::{Level, Profile, Report, check as judge, check_crate, check_with};
use serde::Serialize;

use crate::artifact::{self, Named};
use crate::error::{Error, FAILED};
use crate::options::Check;
use crate::terminal::{self, BOLD, DIM, one_line, styled};

/// A host's report, as `--json` prints it.
#[derive(Serialize)]
struct Judged<'a> {
    ok: bool,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) fn check(options: &Check) -> Result<u8, Error> {
    let mut hosts = Vec::new();
    for word in &options.host {
        hosts.push(profile(word)?);
    }
    if options.manifest.is_some() && !options.host.iter().any(|word| word == "extism") {
        return Err(Error::Input("a manifest is for the host extism: add --host extism".to_owned()));
    }
    let manifest = options.manifest.as_ref().map(extism::read).transpose()?;
    let plugin = artifact::locate(&options.plugin)?;
    let artifact = artifact::build(&plugin, options.krate.of(Profile::Release), options.quiet)?;
    let mut reports = Vec::new();
    for host in &hosts {
        reports.push(match (&manifest, &plugin) {
            (Some(manifest), _) if host.word == "extism" => check_with(artifact.clone(), host, manifest)?,
            (_, Named::Crate(folder)) => check_crate(artifact.clone(), host, folder)?,
            _ => judge(artifact.clone(), host)?,
        });
    }
    let is_ok = |report: &Report| report.breaches().next().is_none();
    if options.json {
        let judged = reports.iter().map(|report| Judged { ok: is_ok(report), report }).collect::<Vec<_>>();
        let mut json = serde_json::to_vec_pretty(&judged).expect("a report has a JSON form");
        json.push(b'\n');
        terminal::output(&json)?;
    } else {
        terminal::output_styled(&page(&hosts, &reports))?;
    }
    Ok(if reports.iter().all(is_ok) { 0 } else { FAILED })
}

fn page(hosts: &[Host], reports: &[Report]) -> String {
    let mut out = String::new();
    for (host, report) in hosts.iter().zip(reports) {
        let breaches = report.breaches().count();
        let verdict = match breaches {
            0 => "ok".to_owned(),
            1 => "1 breach".to_owned(),
            n => format!("{n} breaches"),
        };
        let _ = writeln!(out, "{}  {verdict}  {}", styled(BOLD, host.word), styled(DIM, host.real));
        for finding in &report.findings {
            let level = match finding.level {
                Level::Breach => "breach",
                Level::Note => "note  ",
            };
            let _ = writeln!(
                out,
                "  {level}  {}; {}",
                one_line(&finding.what),
                styled(DIM, format!("fix: {}", one_line(&finding.fix)))
            );
        }
    }
    out
}
