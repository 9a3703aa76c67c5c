//! Cache of validated documents, by their text: programs send the same few documents again and again.
//!
//! Used by [`Documents`](super::Documents). Its size must be bounded: it evicts what is used least.

use std::sync::Arc;

use quick_cache::{Weighter, sync};

use super::{Checked, Refusal};

/// Most cached documents.
const MAX_DOCUMENTS: usize = 1000;
/// Most bytes of text of all cached documents. A validated document takes some twenty times the memory of its text.
const MAX_CACHE_BYTES: u64 = 500_000;
/// Longest cached document: longer ones are rare, and would evict many others.
const MAX_DOCUMENT_BYTES: usize = 32_768;

#[derive(Clone)]
struct ByLength;

impl<P> Weighter<Arc<str>, Arc<Checked<P>>> for ByLength {
    fn weight(&self, text: &Arc<str>, _: &Arc<Checked<P>>) -> u64 {
        // A short document has a fixed cost, too.
        u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_add(200)
    }
}

/// The cache. It contains only valid documents: invalid ones are cheap to refuse, and there are more of them.
pub(super) struct Cache<P>(sync::Cache<Arc<str>, Arc<Checked<P>>, ByLength>);

impl<P> Default for Cache<P> {
    fn default() -> Self {
        Self(sync::Cache::with_weighter(MAX_DOCUMENTS, MAX_CACHE_BYTES, ByLength))
    }
}

impl<P> Cache<P> {
    /// The cached document, or the result of `check`, which is then cached.
    pub(super) fn get_or_check(
        &self,
        text: &str,
        check: impl FnOnce() -> Result<Checked<P>, Refusal>,
    ) -> Result<Arc<Checked<P>>, Refusal> {
        if let Some(known) = self.0.get(text) {
            return Ok(known);
        }
        let checked = Arc::new(check()?);
        if text.len() <= MAX_DOCUMENT_BYTES {
            self.0.insert(Arc::from(text), Arc::clone(&checked));
        }
        Ok(checked)
    }
}
