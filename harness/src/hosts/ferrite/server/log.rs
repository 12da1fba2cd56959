//! One line for each command that runs.

use std::time::Duration;

use plugsmith::Value;

use crate::hosts::ferrite::reply::Reply;
use crate::trace::event::{render_bytes, render_value};

/// The longest text of an argument or a reply.
const LONGEST: usize = 80;

/// `SET "a" "1" -> OK  (0.1 ms)`.
pub(crate) fn line(words: &[Vec<u8>], reply: &Reply, took: Duration, secret: bool) -> String {
    let mut line = String::from_utf8_lossy(&words[0]).to_uppercase();
    if secret {
        line.push_str(" (redacted)");
    } else {
        for word in &words[1..] {
            line.push(' ');
            line.push_str(&clip(render_bytes(word)));
        }
    }
    let reply = match reply {
        Reply::Error(text) => text.clone(),
        reply => clip(render_value(&Value::from(reply.clone()))),
    };
    format!("{line} -> {reply}  ({:.1} ms)", took.as_secs_f64() * 1000.0)
}

fn clip(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(end);
        text.push_str("..");
    }
    text
}
