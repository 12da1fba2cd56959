//! A sliding window: what was admitted in the last so many milliseconds.
//!
//! Each admission is noted with its time, and counts until the window has passed it. So that a high
//! limit does not make a long list, the window has a hundred slots: what is admitted in the slot of
//! the newest note joins that note, and all of it counts as long as its last.
//! So no span as long as the window ever holds more than the limit, and units that share a slot come
//! back at most a hundredth of the window too late; those alone in theirs, to the millisecond.

use plugsmith::data_type;

/// How many slots a window has; it holds one note more at most.
const SLOTS: u64 = 100;

/// What was admitted lately.
#[data_type(name = "RATE", commands = ["RATE.ALLOW", "RATE.RESET"])]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// In milliseconds.
    length: u64,
    /// The milliseconds since 1970 of a slot's last admission, and the slot's units; from old to new.
    notes: Vec<(u64, u64)>,
}

/// What a window says to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is within the limit.
    Admitted {
        /// The units that are left.
        remaining: u64,
    },
    /// It is not.
    Refused {
        /// The units that are left, too few.
        remaining: u64,
        /// The milliseconds until it is admitted, if nobody else asks; never, where it asks for more
        /// than the limit.
        retry_after: Option<u64>,
    },
}

impl Window {
    /// A window of so many seconds, in which nothing was admitted yet.
    pub fn new(seconds: u32) -> Window {
        Window { length: u64::from(seconds) * 1000, notes: Vec::new() }
    }

    /// Its length in seconds.
    pub fn seconds(&self) -> u64 {
        self.length / 1000
    }

    /// Asks for `cost` units at a time in milliseconds since 1970. A time before that of the newest
    /// note counts as that.
    ///
    /// ```
    /// use ferrite_ratelimit::window::{Verdict, Window};
    ///
    /// let mut window = Window::new(10);
    /// assert_eq!(window.ask(0, 2, 2), Verdict::Admitted { remaining: 0 });
    /// assert_eq!(window.ask(9_999, 2, 1), Verdict::Refused { remaining: 0, retry_after: Some(1) });
    /// assert_eq!(window.ask(10_000, 2, 1), Verdict::Admitted { remaining: 1 });
    /// ```
    pub fn ask(&mut self, now: u64, limit: u64, cost: u64) -> Verdict {
        let time = self.notes.last().map_or(now, |(last, _)| now.max(*last));
        let length = self.length;
        self.notes.retain(|(last, _)| time.saturating_sub(*last) < length);
        let used: u64 = self.notes.iter().map(|(_, units)| units).sum();
        let remaining = limit.saturating_sub(used);
        if cost <= remaining {
            self.note(time, cost);
            return Verdict::Admitted { remaining: remaining - cost };
        }
        // Once the oldest notes with so many units are gone, it fits.
        let mut excess = used.saturating_add(cost) - limit;
        let free = self.notes.iter().find(|(_, units)| {
            excess = excess.saturating_sub(*units);
            excess == 0
        });
        let retry_after =
            free.filter(|_| cost <= limit).map(|(last, _)| last.saturating_add(length).saturating_sub(now));
        Verdict::Refused { remaining, retry_after }
    }

    fn note(&mut self, time: u64, units: u64) {
        let slot = self.length.div_ceil(SLOTS).max(1);
        match self.notes.last_mut() {
            _ if units == 0 => {}
            Some((last, sum)) if *last / slot == time / slot => (*last, *sum) = (time, *sum + units),
            _ => self.notes.push((time, units)),
        }
    }
}

#[cfg(test)]
mod tests {
    use plugsmith::testing::assert_round_trips;
    use proptest::prelude::{Strategy, proptest};

    use super::*;

    fn admitted(verdict: Verdict) -> bool {
        matches!(verdict, Verdict::Admitted { .. })
    }

    #[test]
    fn the_encoding_loses_nothing() {
        assert_round_trips(|random| {
            let mut window = Window::new(60);
            for step in 0..random.below(50) {
                window.ask(1_735_689_600_000 + step * random.below(3000), 1000, random.below(20));
            }
            window
        });
    }

    #[test]
    fn a_busy_window_stays_small() {
        let mut window = Window::new(1);
        for now in 0..10_000 {
            window.ask(now, 1_000_000, 1);
            assert!(window.notes.len() <= 101, "{}", window.notes.len());
        }
    }

    #[test]
    fn a_clock_that_goes_back_admits_no_more() {
        let mut window = Window::new(1);
        assert!(admitted(window.ask(5_000, 1, 1)));
        assert_eq!(window.ask(4_500, 1, 1), Verdict::Refused { remaining: 0, retry_after: Some(1_500) });
        assert!(admitted(window.ask(6_000, 1, 1)));
    }

    #[test]
    fn no_number_is_too_large() {
        let mut window = Window::new(u32::MAX);
        assert_eq!(window.ask(u64::MAX, u64::MAX, u64::MAX), Verdict::Admitted { remaining: 0 });
        assert!(!admitted(window.ask(u64::MAX, u64::MAX, u64::MAX)));
        assert!(!admitted(window.ask(0, 1, 1)));
    }

    /// Requests at ever later times, of several costs.
    fn requests() -> impl Strategy<Value = Vec<(u64, u64)>> {
        proptest::collection::vec((0..400_u64, 0..4_u64), 1..200)
    }

    proptest! {
        /// The truth is a list of all that was admitted.
        #[test]
        fn no_span_holds_more_than_the_limit(steps in requests(), seconds in 1..4_u32, limit in 0..12_u64) {
            let (mut window, mut truth, mut now) = (Window::new(seconds), Vec::new(), 0);
            let length = u64::from(seconds) * 1000;
            for (step, cost) in steps {
                now += step;
                let within = |truth: &Vec<(u64, u64)>, span: u64| -> u64 {
                    truth.iter().filter(|(time, _)| time + span > now).map(|(_, units)| units).sum()
                };
                let before = window.clone();
                match window.ask(now, limit, cost) {
                    Verdict::Admitted { remaining } => {
                        truth.push((now, cost));
                        assert!(within(&truth, length) + remaining <= limit);
                    }
                    Verdict::Refused { remaining, retry_after } => {
                        assert!(remaining < cost);
                        // Whoever forgets a hundredth of the window later would refuse, too.
                        assert!(within(&truth, length + length / 100) + cost > limit);
                        assert_eq!(retry_after.is_none(), cost > limit);
                        if let Some(wait) = retry_after {
                            assert!(admitted(before.clone().ask(now + wait, limit, cost)));
                            assert!(!admitted(before.clone().ask(now + wait - 1, limit, cost)));
                        }
                    }
                }
            }
        }
    }
}
