//! A byte buffer in chunks, charged to the budget of a request. Growing it copies no full chunk.
//!
//! Written by read plans and by the server's serializer, sent by the server. It must not know what is written.

use std::io;

use crate::budget::{Budget, Exceeded};

/// The length of a chunk in bytes. The first chunk grows up to it.
const CHUNK_BYTES: usize = 1024 * 1024;
/// The initial capacity of the first chunk in bytes.
const FIRST_CHUNK_BYTES: usize = 1024;

/// Writes bytes into chunks. If the budget is exceeded, it drops everything, and [`ChunkWriter::check`] fails.
#[derive(Debug)]
pub struct ChunkWriter {
    full: Vec<Vec<u8>>,
    current: Vec<u8>,
    budget: Budget,
    exceeded: Option<Exceeded>,
}

impl ChunkWriter {
    /// Creates a writer that charges a budget.
    pub fn new(budget: &Budget) -> Self {
        Self { full: Vec::new(), current: Vec::new(), budget: budget.clone(), exceeded: None }
    }

    /// The budget.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    /// Writes one byte.
    pub fn push(&mut self, byte: u8) {
        if self.current.len() == self.current.capacity() {
            self.grow(1);
        }
        if self.exceeded.is_none() {
            self.current.push(byte);
        }
    }

    /// Writes bytes.
    pub fn extend_from_slice(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.current.len() == self.current.capacity() {
                self.grow(bytes.len());
            }
            if self.exceeded.is_some() {
                return;
            }
            let room = (self.current.capacity() - self.current.len()).min(bytes.len());
            self.current.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
        }
    }

    /// Grows the current chunk, or starts a new one if it is full.
    fn grow(&mut self, wanted: usize) {
        let before = self.current.capacity();
        let next = if before < CHUNK_BYTES && self.full.is_empty() {
            (before * 2).max(FIRST_CHUNK_BYTES).max(before + wanted).min(CHUNK_BYTES)
        } else {
            CHUNK_BYTES
        };
        let more = if before < CHUNK_BYTES { next - before } else { next };
        if let Err(exceeded) = self.budget.charge(more) {
            self.exceeded = Some(exceeded);
            (self.full, self.current) = (Vec::new(), Vec::new());
            return;
        }
        if before < CHUNK_BYTES {
            self.current.reserve_exact(more);
        } else {
            let full = std::mem::replace(&mut self.current, Vec::with_capacity(CHUNK_BYTES));
            self.full.push(full);
        }
    }

    /// Fails if the budget was exceeded.
    pub fn check(&self) -> Result<(), Exceeded> {
        self.exceeded.map_or(Ok(()), Err)
    }

    /// Returns what was written.
    pub fn finish(self) -> Result<Chunks, Exceeded> {
        self.check()?;
        let Self { mut full, current, budget, .. } = self;
        full.push(current);
        Ok(Chunks { pieces: full, budget })
    }
}

impl io::Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.extend_from_slice(bytes);
        match self.exceeded {
            None => Ok(bytes.len()),
            Some(exceeded) => Err(io::Error::other(exceeded)),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Bytes in chunks, charged to a budget as long as they exist.
#[derive(Debug)]
pub struct Chunks {
    /// The chunks, in order.
    pub pieces: Vec<Vec<u8>>,
    /// The budget to which they are charged.
    pub budget: Budget,
}

impl Chunks {
    /// Wraps bytes that are charged already.
    pub fn from_bytes(bytes: Vec<u8>, budget: &Budget) -> Self {
        Self { pieces: vec![bytes], budget: budget.clone() }
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(Vec::len).sum()
    }

    /// Releases everything else that the request has charged, because nothing but these bytes is left of it.
    pub fn alone(self) -> Self {
        self.budget.release_to(self.pieces.iter().map(Vec::capacity).sum());
        self
    }

    /// Whether there are no bytes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes, if they are in one chunk.
    pub fn in_one_piece(&self) -> Option<&[u8]> {
        match self.pieces.as_slice() {
            [piece] => Some(piece),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;
    use tokio::time::Instant;

    use crate::budget::ProcessMemory;
    use crate::budget::chunks::*;

    proptest! {
        /// The chunks contain what was written, and take no more memory than was charged.
        #[test]
        fn what_is_written_is_there_and_charged(writes in prop::collection::vec((any::<u8>(), 0_usize..700_000), 0..20)) {
            let budget = Budget::new(usize::MAX, &ProcessMemory::new(usize::MAX), Some(Instant::now() + Duration::from_mins(1)));
            let mut writer = ChunkWriter::new(&budget);
            let mut expected = Vec::new();
            for (byte, length) in writes {
                let bytes = vec![byte; length];
                writer.push(byte);
                writer.extend_from_slice(&bytes);
                expected.push(byte);
                expected.extend(bytes);
            }
            let chunks = writer.finish().unwrap();
            prop_assert_eq!(chunks.len(), expected.len());
            let taken: usize = chunks.pieces.iter().map(Vec::capacity).sum();
            prop_assert_eq!(taken, budget.used());
            prop_assert_eq!(chunks.pieces.concat(), expected);
        }

        /// Beyond the budget everything is dropped at once.
        #[test]
        fn nothing_is_kept_beyond_the_budget(limit in 0_usize..3_000_000) {
            let budget = Budget::new(limit, &ProcessMemory::new(usize::MAX), Some(Instant::now() + Duration::from_mins(1)));
            let mut writer = ChunkWriter::new(&budget);
            for _ in 0..=limit / 1000 {
                writer.extend_from_slice(&[0; 1000]);
            }
            prop_assert_eq!(writer.check(), Err(Exceeded::RequestMemory { limit }));
            prop_assert!(writer.current.capacity() == 0 && writer.full.is_empty());
        }
    }
}
