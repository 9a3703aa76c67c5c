//! The response cache: written answers, each with the version of what it was made from. An answer is compared with the version
//! in the database before it is given again.
//!
//! Used by the direct answers. It must not hold an answer that depends on more than one stack, nor give one to a caller with
//! another scope.
//! is given again, so that it is never stale, whoever else writes to the same database.
//!
//! One for the service, asked for each direct answer. It must never give somebody what was response_cache for somebody
//! who reaches other stacks, nor grow without bound.

use std::sync::Arc;

use quick_cache::{Weighter, sync};
use serde_json::{Map, Value};

use crate::{
    access::Scope,
    budget::{Budget, Exceeded},
    db::direct::Version,
};

/// From this length on an answer is packed, in bytes.
const LONG: usize = 4096;
/// What an answer costs beside its bytes and its key.
const OWN: usize = 200;

/// What an answer depends on, beside the database.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Key {
    plan: u64,
    variables: Box<str>,
    /// `None` for everything.
    stacks: Option<Arc<[crate::ids::StackId]>>,
}

impl Key {
    /// Of a plan, which has a number of its own.
    pub(super) fn new(plan: u64, variables: &Map<String, Value>, scope: &Scope) -> Self {
        let stacks = match scope {
            Scope::Everything => None,
            Scope::Stacks(stacks) => Some(Arc::clone(stacks)),
        };
        Self { plan, variables: serde_json::to_string(variables).unwrap_or_default().into(), stacks }
    }
}

/// A response_cache answer.
pub(super) struct CachedResponse {
    pub(super) version: Version,
    body: Vec<u8>,
    packed: bool,
}

impl CachedResponse {
    fn new(version: Version, answer: &[u8]) -> Self {
        if answer.len() >= LONG {
            let body = lz4_flex::compress_prepend_size(answer);
            if body.len() < answer.len() / 2 {
                return Self { version, body, packed: true };
            }
        }
        Self { version, body: answer.to_vec(), packed: false }
    }

    /// The answer; `None` when it is damaged, which never happens.
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
        u64::try_from(OWN + response_cache.body.len() + key.variables.len() + stacks).unwrap_or(u64::MAX)
    }
}

/// All that are response_cache; a clone shares them.
#[derive(Clone, Default)]
pub struct ResponseCache(Option<Arc<sync::Cache<Key, Arc<CachedResponse>, ByLength>>>);

impl ResponseCache {
    /// Keeps answers in at most so much memory, in bytes; none at all in none.
    pub fn within(bytes: u64) -> Self {
        // It makes room for its own tables by how many there may be.
        let number = usize::try_from(bytes / 4096).unwrap_or(usize::MAX).min(100_000);
        Self((bytes > 0).then(|| Arc::new(sync::Cache::with_weighter(number, bytes, ByLength))))
    }

    /// Whether any are response_cache.
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
