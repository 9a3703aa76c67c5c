//! The response cache: responses written by read plans, each with the version of the data that it was made from.
//!
//! Used by the read engine, which compares that version with the database before it returns a cached response. It must
//! not return a response to a caller with another scope, nor grow without bound.

use std::sync::Arc;

use quick_cache::{Weighter, sync};
use serde_json::{Map, Value};

use crate::{
    access::Scope,
    budget::{Budget, Exceeded},
    db::read_model::Version,
};

/// From this length on a response is compressed, in bytes.
const MIN_COMPRESSED_BYTES: usize = 4096;
/// The memory that a cached response takes besides its body and its key, in bytes.
const ENTRY_OVERHEAD_BYTES: usize = 200;

/// What a response depends on besides the database: the plan, the variables, and the caller's scope.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    plan: u64,
    variables: Box<str>,
    /// The stacks within the caller's scope; `None` for all stacks.
    stacks: Option<Arc<[crate::ids::StackId]>>,
}

impl Key {
    /// Creates the key of a response from the number of its plan.
    pub(super) fn new(plan: u64, variables: &Map<String, Value>, scope: &Scope) -> Self {
        let stacks = match scope {
            Scope::Everything => None,
            Scope::Stacks(stacks) => Some(Arc::clone(stacks)),
        };
        Self { plan, variables: serde_json::to_string(variables).unwrap_or_default().into(), stacks }
    }
}

/// A cached response.
pub(super) struct CachedResponse {
    pub(super) version: Version,
    body: Vec<u8>,
    packed: bool,
}

impl CachedResponse {
    fn new(version: Version, answer: &[u8]) -> Self {
        if answer.len() >= MIN_COMPRESSED_BYTES {
            let body = lz4_flex::compress_prepend_size(answer);
            if body.len() < answer.len() / 2 {
                return Self { version, body, packed: true };
            }
        }
        Self { version, body: answer.to_vec(), packed: false }
    }

    /// The response, decompressed; `None` if it cannot be decompressed, which never happens.
    pub(super) fn answer(&self, budget: &Budget) -> Result<Option<Vec<u8>>, Exceeded> {
        if !self.packed {
            budget.charge(self.body.len())?;
            return Ok(Some(self.body.clone()));
        }
        let length = lz4_flex::block::uncompressed_size(&self.body).map_or(0, |(length, _)| length);
        budget.charge(length)?;
        Ok(lz4_flex::decompress_size_prepended(&self.body).ok())
    }
}

#[derive(Clone)]
struct ByLength;

impl Weighter<Key, Arc<CachedResponse>> for ByLength {
    fn weight(&self, key: &Key, response_cache: &Arc<CachedResponse>) -> u64 {
        let stacks = key.stacks.as_ref().map_or(0, |stacks| stacks.len() * 8);
        u64::try_from(ENTRY_OVERHEAD_BYTES + response_cache.body.len() + key.variables.len() + stacks)
            .unwrap_or(u64::MAX)
    }
}

/// The cache. Clones share it.
#[derive(Clone, Default)]
pub struct ResponseCache(Option<Arc<sync::Cache<Key, Arc<CachedResponse>, ByLength>>>);

impl ResponseCache {
    /// Creates a cache that takes at most this much memory, in bytes; 0 disables it.
    pub fn within(bytes: u64) -> Self {
        // The cache allocates its tables for this number of entries.
        let number = usize::try_from(bytes / 4096).unwrap_or(usize::MAX).min(100_000);
        Self((bytes > 0).then(|| Arc::new(sync::Cache::with_weighter(number, bytes, ByLength))))
    }

    /// Whether the cache is enabled.
    pub(super) fn keep(&self) -> bool {
        self.0.is_some()
    }

    pub(super) fn get(&self, key: &Key) -> Option<Arc<CachedResponse>> {
        self.0.as_ref()?.get(key)
    }

    pub(super) fn put(&self, key: Key, version: Version, answer: &[u8]) {
        if let Some(all) = &self.0 {
            all.insert(key, Arc::new(CachedResponse::new(version, answer)));
        }
    }
}

impl std::fmt::Debug for ResponseCache {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseCache")
    }
}
