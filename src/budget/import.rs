//! What reading documents may take: values, bytes and time, counted before they are spent.
//!
//! Made for each import, charged by the YAML reader, interpolation, merging and the kinds. IdempotentRequest something is refused,
//! everything is: whoever reads stops then, and the one who began says why. It must never know what is read.

use std::{
    cell::Cell,
    fmt,
    time::{Duration, Instant},
};

/// Most values of one import: scalars, lists and mappings, with every copy that aliases, `extends` and override files make.
pub const MAX_VALUES: usize = 500_000;
/// Most bytes of text of one import, with every copy and everything that variables bring: 40 MiB.
pub const MAX_TEXT_BYTES: usize = 40 << 20;
/// Longest time for which one import is read. What the other two let through takes a fraction of it.
pub const MAX_READING_TIME: Duration = Duration::from_secs(10);
/// How many charges there are between two looks at the clock.
const CHARGES_BETWEEN_LOOKS: u32 = 512;
/// How many bytes there are between two looks at the clock.
const BYTES_BETWEEN_LOOKS: usize = 256 * 1024;

/// What counts beside the files themselves.
const COPIES: &str = "with everything that aliases, `extends`, override files and variables add";

/// Why no more is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Exceeded {
    /// More values than [`MAX_VALUES`].
    #[error("the files expand to too much: they may have {MAX_VALUES} values {COPIES}")]
    Values,
    /// More text than [`MAX_TEXT_BYTES`].
    #[error("the files expand to too much: they may have {MAX_TEXT_BYTES} bytes {COPIES}")]
    Text,
    /// Longer than [`MAX_READING_TIME`].
    #[error("the files take longer to read than {} s", MAX_READING_TIME.as_secs())]
    Time,
    /// Nobody waits for it any more.
    #[error("the request was over before the files were read")]
    Cancelled,
}

/// Asks whether nobody waits any more.
type Stop = Box<dyn Fn() -> bool + Send>;

/// The budget of one import. It belongs to one thread.
pub struct ReadBudget {
    values: Cell<usize>,
    bytes: Cell<usize>,
    most_values: usize,
    most_bytes: usize,
    until: Instant,
    stop: Option<Stop>,
    charges: Cell<u32>,
    bytes_since_look: Cell<usize>,
    exceeded: Cell<Option<Exceeded>>,
}

impl Default for ReadBudget {
    fn default() -> Self {
        Self {
            values: Cell::new(0),
            bytes: Cell::new(0),
            most_values: MAX_VALUES,
            most_bytes: MAX_TEXT_BYTES,
            until: Instant::now() + MAX_READING_TIME,
            stop: None,
            charges: Cell::new(0),
            bytes_since_look: Cell::new(0),
            exceeded: Cell::new(None),
        }
    }
}

impl fmt::Debug for ReadBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (values, bytes) = self.used();
        f.debug_struct("ReadBudget")
            .field("values", &values)
            .field("bytes", &bytes)
            .field("exceeded", &self.exceeded.get())
            .finish_non_exhaustive()
    }
}

impl ReadBudget {
    /// The same, which is spent as soon as `stop` says that nobody waits any more.
    pub fn stopping_when(self, stop: impl Fn() -> bool + Send + 'static) -> Self {
        Self { stop: Some(Box::new(stop)), ..self }
    }

    /// Takes so many values with so many bytes of text; false when the budget has no room for them, now or before. Then
    /// they must not be made.
    #[must_use]
    pub fn charge(&self, values: usize, bytes: usize) -> bool {
        if self.exceeded.get().is_some() {
            return false;
        }
        let values = self.values.get().saturating_add(values);
        let sum = self.bytes.get().saturating_add(bytes);
        if values > self.most_values {
            return self.refuse(Exceeded::Values);
        }
        if sum > self.most_bytes {
            return self.refuse(Exceeded::Text);
        }
        self.values.set(values);
        self.bytes.set(sum);
        self.pass(bytes)
    }

    /// Takes time for so many bytes that are looked at, and not kept.
    #[must_use]
    pub fn pass(&self, bytes: usize) -> bool {
        if self.exceeded.get().is_some() {
            return false;
        }
        self.charges.set(self.charges.get() + 1);
        self.bytes_since_look.set(self.bytes_since_look.get().saturating_add(bytes));
        if self.charges.get() < CHARGES_BETWEEN_LOOKS && self.bytes_since_look.get() < BYTES_BETWEEN_LOOKS {
            return true;
        }
        self.charges.set(0);
        self.bytes_since_look.set(0);
        if self.stop.as_ref().is_some_and(|stop| stop()) {
            return self.refuse(Exceeded::Cancelled);
        }
        Instant::now() <= self.until || self.refuse(Exceeded::Time)
    }

    fn refuse(&self, why: Exceeded) -> bool {
        self.exceeded.set(Some(why));
        false
    }

    /// Why it is spent, if it is.
    pub fn exceeded(&self) -> Option<Exceeded> {
        self.exceeded.get()
    }

    /// Whether it is spent.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.get().is_some()
    }

    /// The values and the bytes that were taken.
    pub fn used(&self) -> (usize, usize) {
        (self.values.get(), self.bytes.get())
    }
}

#[cfg(test)]
mod tests {
    use crate::budget::import::*;

    #[test]
    fn what_does_not_fit_is_refused_and_so_is_everything_after_it() {
        let budget = ReadBudget::default();
        assert!(budget.charge(MAX_VALUES, MAX_TEXT_BYTES));
        assert!(budget.pass(1));
        assert!(!budget.charge(1, 0));
        assert_eq!((budget.exceeded(), budget.used()), (Some(Exceeded::Values), (MAX_VALUES, MAX_TEXT_BYTES)));
        assert!(!budget.charge(0, 0) && !budget.pass(0));
        let budget = ReadBudget::default();
        assert!(!budget.charge(1, usize::MAX));
        assert_eq!(budget.exceeded(), Some(Exceeded::Text));
    }

    #[test]
    fn it_stops_when_nobody_waits_and_when_the_time_is_over() {
        let stopped = ReadBudget::default().stopping_when(|| true);
        while stopped.charge(1, 1) {}
        assert_eq!(stopped.exceeded(), Some(Exceeded::Cancelled));
        assert!(stopped.used().0 <= CHARGES_BETWEEN_LOOKS as usize);
        let late = ReadBudget { until: Instant::now(), ..ReadBudget::default() };
        assert!(!late.charge(1, BYTES_BETWEEN_LOOKS) || !late.charge(1, BYTES_BETWEEN_LOOKS));
        assert_eq!(late.exceeded(), Some(Exceeded::Time));
    }
}
