//! The cache of what stacks offer to references, each with the version of the data that it was read from.
//!
//! Used by [`App::stack_values`](crate::app::App::stack_values), which compares the version with the database first. It must
//! not grow without bound. Values are kept as they are used, decrypted; they are overwritten when they are dropped.

use std::sync::Arc;

use quick_cache::{Weighter, sync};

use crate::{db::read_model::Version, ids::StackId, references::StackValues};

/// The memory that the cache takes at most, in bytes.
const MAX_BYTES: u64 = 16 << 20;
/// The number of stacks for which the cache allocates its tables.
const EXPECTED_STACKS: usize = 256;
/// The memory that an entry takes besides its values, in bytes.
const ENTRY_OVERHEAD_BYTES: usize = 200;

type Known = (Version, Arc<StackValues>);

#[derive(Clone)]
struct BySize;

impl Weighter<StackId, Known> for BySize {
    fn weight(&self, _: &StackId, (_, values): &Known) -> u64 {
        u64::try_from(ENTRY_OVERHEAD_BYTES + values.heap_size()).unwrap_or(u64::MAX)
    }
}

/// The cache. Clones share it.
#[derive(Clone)]
pub(in crate::app) struct ValuesCache(Arc<sync::Cache<StackId, Known, BySize>>);

impl Default for ValuesCache {
    fn default() -> Self {
        Self(Arc::new(sync::Cache::with_weighter(EXPECTED_STACKS, MAX_BYTES, BySize)))
    }
}

impl ValuesCache {
    /// What a stack offers, if it was read at this version.
    pub(in crate::app) fn get(&self, stack: StackId, version: Version) -> Option<Arc<StackValues>> {
        self.0.get(&stack).filter(|(known, _)| *known == version).map(|(_, values)| values)
    }

    /// Keeps what was read after this version was.
    pub(in crate::app) fn put(&self, stack: StackId, version: Version, values: &Arc<StackValues>) {
        self.0.insert(stack, (version, Arc::clone(values)));
    }
}

impl std::fmt::Debug for ValuesCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ValuesCache")
    }
}
