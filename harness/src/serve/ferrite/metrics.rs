//! Counts for Prometheus, in its text format over HTTP.

use std::fmt::Write as _;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Owner;
use crate::hosts::ferrite::Count;

/// The longest that a scraper may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Answers every request on a listener with the counts of plugins' commands and hooks.
pub async fn metrics(listener: TcpListener, owner: Owner) {
    loop {
        let Ok((socket, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let owner = owner.clone();
        tokio::spawn(async move {
            // A scraper that does not read is not waited for.
            let _ = tokio::time::timeout(PATIENCE, answer(socket, owner)).await;
        });
    }
}

async fn answer(mut socket: TcpStream, owner: Owner) -> std::io::Result<()> {
    let mut request = Vec::new();
    let mut chunk = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < 16 * 1024 {
        let length = socket.read(&mut chunk).await?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&chunk[..length]);
    }
    let counts = owner.with(|server| server.counts()).await.unwrap_or_default();
    let (status, body) = match request.starts_with(b"GET ") {
        true => ("200 OK", render(&counts)),
        false => ("405 Method Not Allowed", String::new()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    socket.shutdown().await
}

/// A family of counts: its name, what it says, and the number of a count.
type Family = (&'static str, &'static str, fn(&Count) -> f64);

const FAMILIES: &[Family] = &[
    ("ferrite_plugin_calls_total", "Calls of a command or hook", |count| count.calls as f64),
    ("ferrite_plugin_errors_total", "Calls that failed", |count| count.errors as f64),
    ("ferrite_plugin_fuel_total", "Fuel of all calls", |count| count.fuel as f64),
    ("ferrite_plugin_seconds_total", "Time of all calls", |count| count.time.as_secs_f64()),
];

fn render(counts: &[Count]) -> String {
    let mut text = String::new();
    for (name, help, value) in FAMILIES {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter");
        for count in counts {
            let (plugin, entry) = (label(&count.plugin), label(&count.entry));
            let _ = writeln!(text, "{name}{{plugin=\"{plugin}\",entry=\"{entry}\"}} {}", value(count));
        }
    }
    text
}

fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{Count, Duration, render};

    #[test]
    fn a_count_has_its_plugin_and_entry() {
        let count = Count {
            plugin: "json".to_owned(),
            entry: "JSON.\"GET\"".to_owned(),
            calls: 3,
            errors: 1,
            fuel: 500,
            time: Duration::from_millis(1500),
        };
        let text = render(&[count]);
        assert!(text.contains("ferrite_plugin_calls_total{plugin=\"json\",entry=\"JSON.\\\"GET\\\"\"} 3\n"), "{text}");
        assert!(
            text.contains("ferrite_plugin_seconds_total{plugin=\"json\",entry=\"JSON.\\\"GET\\\"\"} 1.5\n"),
            "{text}"
        );
    }
}
