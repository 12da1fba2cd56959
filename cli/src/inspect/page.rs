//! The page of `inspect`: a table for each thing that the artifact has.

use std::fmt::Write;

use plugsmith_harness::{Inspection, grouped};

use crate::terminal::{BOLD, DIM, one_line, styled};

/// The page that `inspect` prints.
pub(crate) fn page(name: &str, inspection: &Inspection) -> String {
    let mut out = format!("{}  {} bytes", styled(BOLD, one_line(name)), size(inspection.bytes));
    if inspection.stripped_bytes < inspection.bytes {
        let _ = write!(out, ", {} without names and debug information", size(inspection.stripped_bytes));
    }
    out.push('\n');
    entry_points(&mut out, inspection);
    imports(&mut out, inspection);
    memory(&mut out, inspection);
    sections(&mut out, inspection);
    crates(&mut out, inspection);
    out
}

/// The size of what ships, and what it consists of as far as the artifact with names tells.
pub(crate) fn weight(ships: &Inspection, parts: &Inspection) -> String {
    let mut out = format!("{} bytes\n", size(ships.bytes));
    sections(&mut out, ships);
    crates(&mut out, parts);
    out
}

fn entry_points(out: &mut String, inspection: &Inspection) {
    table(
        out,
        "commands",
        inspection.commands.iter().map(|command| {
            let record = &command.record;
            let mut facts = vec![format!("arity {}", record.arity)];
            if !record.flags.is_empty() {
                facts.push(record.flags.join(" "));
            }
            vec![command.usage.clone(), facts.join(", "), record.description.clone()]
        }),
    );
    table(
        out,
        "functions",
        inspection.functions.iter().map(|function| {
            let record = &function.record;
            vec![
                record.name.clone(),
                match record.input.as_str() {
                    "none" => "takes nothing".to_owned(),
                    input => format!("takes {input}"),
                },
                record.description.clone(),
            ]
        }),
    );
    table(
        out,
        "for FCALL",
        inspection.fcalls.iter().map(|function| {
            let parameters =
                function.parameters.iter().map(|parameter| format!("{}: {}", parameter.name, parameter.ty));
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            let result = match function.result.as_str() {
                "none" => String::new(),
                result => format!(" -> {result}"),
            };
            vec![format!("{}({parameters}){result}", function.name), function.description.clone()]
        }),
    );
    table(
        out,
        "hooks",
        inspection.hooks.iter().map(|hook| {
            // The export is `hook:event:name`.
            let name = hook.export.rsplit(':').next().unwrap_or(&hook.export);
            vec![hook.event.clone(), format!("priority {}", hook.priority), name.to_owned(), hook.description.clone()]
        }),
    );
    table(
        out,
        "data types",
        inspection.data_types.iter().map(|data| {
            vec![
                data.name.clone(),
                format!("encoding {}", data.encoding),
                format!("version {}", data.version),
                data.description.clone(),
            ]
        }),
    );
    table(
        out,
        "transformers",
        inspection.transformers.iter().map(|transformer| {
            // The export is `transform:write:name`.
            let name = transformer.export.rsplit(':').next().unwrap_or(&transformer.export);
            vec![
                format!("{} {}", transformer.on, transformer.pattern),
                format!("priority {}", transformer.priority),
                name.to_owned(),
                transformer.description.clone(),
            ]
        }),
    );
    table(
        out,
        "storage backends",
        inspection.storage_backends.iter().map(|backend| vec![backend.prefix.clone(), backend.description.clone()]),
    );
    table(
        out,
        "routes",
        inspection.routes.iter().map(|route| {
            let auth = if route.requires_auth { "with a login" } else { "" };
            vec![
                format!("{} {}", route.method, route.path),
                route.handler.clone(),
                auth.to_owned(),
                route.description.clone(),
            ]
        }),
    );
    table(
        out,
        "other exports",
        inspection.exports.iter().map(|export| {
            let note = if export.callable { "" } else { "not for Extism to call" };
            vec![export.signature.clone(), note.to_owned()]
        }),
    );
}

fn imports(out: &mut String, inspection: &Inspection) {
    if inspection.imports.is_empty() {
        heading(out, "imports");
        out.push_str("  none\n");
    }
    for import in &inspection.imports {
        table(out, &format!("imports from {}", import.module), import.functions.iter().map(|name| vec![name.clone()]));
    }
    heading(out, "permissions");
    if inspection.permissions.is_empty() {
        out.push_str("  none: it computes\n");
    }
    rows(
        out,
        inspection.permissions.iter().map(|permission| {
            vec![permission.resource.clone(), permission.action.clone(), permission.imports.join(" ")]
        }),
    );
}

fn memory(out: &mut String, inspection: &Inspection) {
    let memory = &inspection.memory;
    heading(out, "memory");
    let maximum = match memory.maximum_pages {
        Some(pages) => format!("at most {pages}"),
        None => "no maximum".to_owned(),
    };
    let _ = writeln!(out, "  {} pages of 64 KiB at the start, {maximum}", memory.initial_pages);
}

fn sections(out: &mut String, inspection: &Inspection) {
    for (title, custom) in [("sections", false), ("custom sections", true)] {
        let sections = inspection.sections.iter().filter(|section| section.custom == custom).collect::<Vec<_>>();
        sizes(out, title, &sections.iter().map(|section| (section.name.as_str(), section.bytes)).collect::<Vec<_>>());
    }
}

fn crates(out: &mut String, inspection: &Inspection) {
    let crates = inspection.crates.iter().map(|size| (size.name.as_str(), size.bytes)).collect::<Vec<_>>();
    if crates.is_empty() {
        heading(out, "code by crate");
        out.push_str(
            "  unknown: this artifact has no names; inspect the crate, or build it with strip = \"debuginfo\"\n",
        );
    } else {
        sizes(out, "code by crate", &crates);
    }
}

/// Rows of a name, its bytes and its share.
fn sizes(out: &mut String, title: &str, sizes: &[(&str, usize)]) {
    if sizes.is_empty() {
        return;
    }
    heading(out, title);
    let all = sizes.iter().map(|(_, bytes)| bytes).sum::<usize>().max(1);
    let sizes = sizes.iter().map(|(name, bytes)| (one_line(name), bytes)).collect::<Vec<_>>();
    let name_width = width(sizes.iter().map(|(name, _)| name)).max(16);
    for (name, bytes) in &sizes {
        let share = **bytes as f64 * 100.0 / all as f64;
        let _ = writeln!(out, "  {name:name_width$}  {:>10}  {}", size(**bytes), styled(DIM, format!("{share:4.1} %")));
    }
}

fn size(bytes: usize) -> String {
    grouped(bytes as u64)
}

fn heading(out: &mut String, title: &str) {
    let _ = writeln!(out, "\n{}", styled(BOLD, one_line(title)));
}

/// A heading and its rows, where there are any.
fn table(out: &mut String, title: &str, lines: impl Iterator<Item = Vec<String>>) {
    let lines = lines.collect::<Vec<_>>();
    if !lines.is_empty() {
        heading(out, title);
        rows(out, lines.into_iter());
    }
}

/// The widest column that others are aligned with, in letters: what is longer sticks out.
const WIDEST: usize = 80;

/// Cells in columns, without spaces at the end of a line.
fn rows(out: &mut String, lines: impl Iterator<Item = Vec<String>>) {
    let lines = lines.map(|line| line.iter().map(|cell| one_line(cell)).collect::<Vec<_>>()).collect::<Vec<_>>();
    let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
    let widths = (0..columns).map(|column| width(lines.iter().filter_map(|line| line.get(column)))).collect::<Vec<_>>();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        let _ = writeln!(out, "  {}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
}

/// The width of a column with these cells.
fn width<'a>(cells: impl Iterator<Item = &'a String>) -> usize {
    cells.map(|cell| cell.chars().count()).filter(|width| *width <= WIDEST).max().unwrap_or(0)
}
