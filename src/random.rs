//! The source of random numbers, passed as a parameter.
//!
//! `main` creates the source of the operating system, tests create their own. No other code may draw random numbers;
//! only the vault leaves its keys and nonces to the generator of its cryptographic library.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicI64},
};

pub use getrandom::Error as NoRandomNumbers;

/// A source of random numbers. Clones share it.
#[derive(Clone)]
pub struct Random(Arc<Source>);

type Fill = dyn Fn(&mut [u8]) -> Result<(), NoRandomNumbers> + Send + Sync;

struct Source {
    fill: Box<Fill>,
    last_id: AtomicI64,
}

impl Random {
    /// The operating system. A copied process or virtual machine does not share its state, as it would with a generator
    /// in memory.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn system() -> Self {
        Self::from_fn(getrandom::fill)
    }

    /// A source that fills bytes with `fill`.
    pub fn from_fn(fill: impl Fn(&mut [u8]) -> Result<(), NoRandomNumbers> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Source { fill: Box::new(fill), last_id: AtomicI64::new(0) }))
    }

    /// Fills the bytes. Used for values that must not be guessable.
    pub fn fill(&self, bytes: &mut [u8]) -> Result<(), NoRandomNumbers> {
        (self.0.fill)(bytes)
    }

    /// The last id that was made with this source: ids ascend.
    pub(crate) fn last_id(&self) -> &AtomicI64 {
        &self.0.last_id
    }

    /// A number that must not repeat.
    pub fn number(&self) -> Result<u64, NoRandomNumbers> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    /// A number that differs from others and is not secret. If the source fails, a generator in memory draws it.
    #[expect(clippy::disallowed_methods, reason = "the one fallback")]
    pub fn distinct(&self) -> u64 {
        self.number().unwrap_or_else(|_| fastrand::u64(..))
    }

    /// A number from 0 to below `bound`, to spread something over so many places.
    pub fn below(&self, bound: i32) -> i32 {
        (self.distinct() % u64::from(bound.max(1).unsigned_abs())) as i32
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_fails_gives_no_secret_and_still_tells_things_apart() {
        let random = Random::from_fn(|_| Err(NoRandomNumbers::UNSUPPORTED));
        assert_eq!(random.number(), Err(NoRandomNumbers::UNSUPPORTED));
        assert_eq!(random.fill(&mut [0; 32]), Err(NoRandomNumbers::UNSUPPORTED));
        assert_ne!(random.distinct(), random.distinct());
    }

    #[test]
    fn a_place_is_below_its_bound() {
        let random = Random::system();
        assert!((0..1000).all(|_| (0..8).contains(&random.below(8))));
        assert_eq!(random.below(1), 0);
    }
}
