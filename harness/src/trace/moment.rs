//! Times as a person reads them.

use std::time::{Duration, SystemTime};

/// A time of a host's, in nanoseconds.
pub(crate) enum Moment {
    /// Of the clock on the wall.
    SinceEpoch(u64),
    /// Of the clock that only runs.
    SinceStart(u64),
}

/// `2025-01-01T00:00:00.5Z`, or `1.5s`.
pub(crate) fn moment(moment: Moment) -> String {
    let nanoseconds = match moment {
        Moment::SinceStart(nanoseconds) => return format!("{:?}", Duration::from_nanos(nanoseconds)),
        Moment::SinceEpoch(nanoseconds) => nanoseconds,
    };
    let text = humantime::format_rfc3339_nanos(SystemTime::UNIX_EPOCH + Duration::from_nanos(nanoseconds)).to_string();
    let whole = text.trim_end_matches('Z').trim_end_matches('0');
    format!("{}Z", if whole.ends_with('.') { &text[..19] } else { whole })
}
