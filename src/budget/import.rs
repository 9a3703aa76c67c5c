//! The budget of reading documents: values, bytes and time, charged before they are spent.
//!
//! Created for each import, charged by the YAML parser, interpolation, merging and the kinds. It must not know what is
//! read.
//!
//! After the first refused charge all others are refused too; the readers then stop, and the import reports the reason.

use std::{
    cell::Cell,
    fmt,
    time::{Duration, Instant},
};

/// The maximum number of values in one import: scalars, lists and mappings, including the copies made by aliases,
/// `extends` and override files.
pub const MAX_VALUES: usize = 500_000;
/// The maximum size of the texts in one import, including copies and the values of variables: 40 MiB.
pub const MAX_TEXT_BYTES: usize = 40 << 20;
/// The maximum time for reading one import. Within the other limits, reading takes a fraction of it.
pub const MAX_READING_TIME: Duration = Duration::from_secs(10);
/// The number of charges between two checks of the clock.
const CHARGES_BETWEEN_CLOCK_CHECKS: u32 = 512;
/// The number of bytes between two checks of the clock.
const BYTES_BETWEEN_CLOCK_CHECKS: usize = 256 * 1024;

/// The end of the messages about a limit: what is charged in addition to the files themselves.
const COPIES: &str = "with everything that aliases, `extends`, override files and variables add";

/// Why reading stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadBudgetExceeded {
    /// The files have more than [`MAX_VALUES`] values.
    #[error("the files expand to too much: they may have {MAX_VALUES} values {COPIES}")]
    Values,
    /// The texts are larger than [`MAX_TEXT_BYTES`].
    #[error("the files expand to too much: they may have {MAX_TEXT_BYTES} bytes {COPIES}")]
    Text,
    /// Reading takes longer than [`MAX_READING_TIME`].
    #[error("the files take longer to read than {} s", MAX_READING_TIME.as_secs())]
    Time,
    /// The request was cancelled.
    #[error("the request was over before the files were read")]
    Cancelled,
}

/// Returns whether the request was cancelled.
type Stop = Box<dyn Fn() -> bool + Send>;

/// The budget of one import, for use by one thread.
pub struct ReadBudget {
    values: Cell<usize>,
    bytes: Cell<usize>,
    max_values: usize,
    max_bytes: usize,
    until: Instant,
    stop: Option<Stop>,
    charges: Cell<u32>,
    bytes_since_clock_check: Cell<usize>,
    exceeded: Cell<Option<ReadBudgetExceeded>>,
}

impl Default for ReadBudget {
    fn default() -> Self {
        Self {
            values: Cell::new(0),
            bytes: Cell::new(0),
            max_values: MAX_VALUES,
            max_bytes: MAX_TEXT_BYTES,
            until: Instant::now() + MAX_READING_TIME,
            stop: None,
            charges: Cell::new(0),
            bytes_since_clock_check: Cell::new(0),
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
    /// Makes the budget exceeded as soon as `stop` returns true.
    pub fn stopping_when(self, stop: impl Fn() -> bool + Send + 'static) -> Self {
        Self { stop: Some(Box::new(stop)), ..self }
    }

    /// Charges values and bytes of text. Returns false if the budget is exceeded; then the caller must not create them.
    #[must_use]
    pub fn charge(&self, values: usize, bytes: usize) -> bool {
        if self.exceeded.get().is_some() {
            return false;
        }
        let values = self.values.get().saturating_add(values);
        let sum = self.bytes.get().saturating_add(bytes);
        if values > self.max_values {
            return self.refuse(ReadBudgetExceeded::Values);
        }
        if sum > self.max_bytes {
            return self.refuse(ReadBudgetExceeded::Text);
        }
        self.values.set(values);
        self.bytes.set(sum);
        self.pass(bytes)
    }

    /// Charges the time for reading bytes that are not stored.
    #[must_use]
    pub fn pass(&self, bytes: usize) -> bool {
        if self.exceeded.get().is_some() {
            return false;
        }
        self.charges.set(self.charges.get() + 1);
        self.bytes_since_clock_check.set(self.bytes_since_clock_check.get().saturating_add(bytes));
        if self.charges.get() < CHARGES_BETWEEN_CLOCK_CHECKS
            && self.bytes_since_clock_check.get() < BYTES_BETWEEN_CLOCK_CHECKS
        {
            return true;
        }
        self.charges.set(0);
        self.bytes_since_clock_check.set(0);
        if self.stop.as_ref().is_some_and(|stop| stop()) {
            return self.refuse(ReadBudgetExceeded::Cancelled);
        }
        Instant::now() <= self.until || self.refuse(ReadBudgetExceeded::Time)
    }

    fn refuse(&self, why: ReadBudgetExceeded) -> bool {
        self.exceeded.set(Some(why));
        false
    }

    /// Why the budget is exceeded, if it is.
    pub fn exceeded(&self) -> Option<ReadBudgetExceeded> {
        self.exceeded.get()
    }

    /// Whether the budget is exceeded.
    pub fn is_exceeded(&self) -> bool {
        self.exceeded.get().is_some()
    }

    /// The values and bytes charged so far.
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
        assert_eq!(
            (budget.exceeded(), budget.used()),
            (Some(ReadBudgetExceeded::Values), (MAX_VALUES, MAX_TEXT_BYTES))
        );
        assert!(!budget.charge(0, 0) && !budget.pass(0));
        let budget = ReadBudget::default();
        assert!(!budget.charge(1, usize::MAX));
        assert_eq!(budget.exceeded(), Some(ReadBudgetExceeded::Text));
    }

    #[test]
    fn it_stops_when_nobody_waits_and_when_the_time_is_over() {
        let stopped = ReadBudget::default().stopping_when(|| true);
        while stopped.charge(1, 1) {}
        assert_eq!(stopped.exceeded(), Some(ReadBudgetExceeded::Cancelled));
        assert!(stopped.used().0 <= CHARGES_BETWEEN_CLOCK_CHECKS as usize);
        let late = ReadBudget { until: Instant::now(), ..ReadBudget::default() };
        assert!(!late.charge(1, BYTES_BETWEEN_CLOCK_CHECKS) || !late.charge(1, BYTES_BETWEEN_CLOCK_CHECKS));
        assert_eq!(late.exceeded(), Some(ReadBudgetExceeded::Time));
    }
}
