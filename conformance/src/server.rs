//! The HTTP server that the guests' requests reach, on this machine alone: it serves what the table says,
//! to every host the same.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use crate::table::{Reply, Table};

/// A running server; it ends with its process.
#[derive(Debug)]
pub struct Server {
    base: String,
}

impl Server {
    /// Serves what the cases say, at a free port.
    ///
    /// # Panics
    /// No port is free.
    pub fn start(table: &Table) -> Server {
        let replies = replies(table);
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound port"));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let replies = replies.clone();
                // A client that hangs up is no concern of the server.
                thread::spawn(move || answer(&replies, &stream).ok());
            }
        });
        Server { base }
    }

    /// What `{http}` stands for in an input.
    pub fn base(&self) -> &str {
        &self.base
    }
}

/// The replies of all cases, by method and path.
fn replies(table: &Table) -> BTreeMap<String, Reply> {
    table.cases.iter().flat_map(|case| case.http.clone()).collect()
}

fn answer(replies: &BTreeMap<String, Reply>, stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let headers = headers(&mut reader)?;
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or_default();
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    let reply = replies.get(&format!("{method} {path}")).cloned().unwrap_or_else(Reply::not_served);
    if reply.holds {
        // Until the client gives up.
        let mut stream = stream;
        stream.read_exact(&mut [0])?;
        return Ok(());
    }
    let body = reply.body(&method, headers.get("x-token").map_or("", String::as_str), &body);
    let mut head = format!("HTTP/1.1 {} .\r\nconnection: close\r\n", reply.status);
    if reply.status != 204 {
        head.push_str(&format!("content-length: {}\r\n", body.len()));
    }
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = stream;
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    if method != "HEAD" {
        stream.write_all(&body)?;
    }
    Ok(())
}

/// Names in lower case.
fn headers(reader: &mut impl BufRead) -> std::io::Result<BTreeMap<String, String>> {
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.insert(name.to_ascii_lowercase(), value.trim().to_owned()),
            None => return Ok(headers),
        };
    }
}
