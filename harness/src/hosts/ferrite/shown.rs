//! Results of what a host does by itself, in the words of a trace.

use plugsmith::{HookResult, Value};

use crate::trace::event;

/// A result in the words of a trace.
pub(crate) trait ShownAs {
    fn shown(&self) -> String;
}

impl ShownAs for Value {
    fn shown(&self) -> String {
        event::render_value(self)
    }
}

impl ShownAs for Vec<String> {
    fn shown(&self) -> String {
        let quoted: Vec<_> = self.iter().map(|key| event::render_bytes(key.as_bytes())).collect();
        format!("expired {}", if quoted.is_empty() { "nothing".to_owned() } else { quoted.join(", ") })
    }
}

impl ShownAs for HookResult {
    fn shown(&self) -> String {
        match self {
            HookResult::Continue => "continue".to_owned(),
            HookResult::Abort(message) => format!("abort: {message}"),
            HookResult::Modified(value) => format!("modified {}", event::render_value(value)),
        }
    }
}
