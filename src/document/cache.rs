//! Documents that have been looked at, by their text: a program sends the same few again and again.
//!
//! Used by [`Documents`](super::Documents). It must never grow without bound: it forgets what is asked for least.

use std::sync::Arc;

use quick_cache::{Weighter, sync};

use super::{Checked, Refusal};

/// Most documents that are remembered.
const MAX_DOCUMENTS: usize = 1000;
/// Most text that is remembered, in bytes. What is made of a document takes some twenty times the memory of its text.
const MAX_CACHE_BYTES: u64 = 500_000;
/// Longest document that is remembered: longer ones are rare, and would push out many others.
const MAX_DOCUMENT_BYTES: usize = 32_768;

#[derive(Clone)]
struct ByLength;

impl<P> Weighter<Arc<str>, Arc<Checked<P>>> for ByLength {
    fn weight(&self, text: &Arc<str>, _: &Arc<Checked<P>>) -> u64 {
        // A short document costs something, too.
        u64::try_from(text.len()).unwrap_or(u64::MAX).saturating_add(200)
    }
}

/// What is remembered. Only good documents are: bad ones are cheap to refuse, and there are more of them.
pub(super) struct Cache<P>(sync::Cache<Arc<str>, Arc<Checked<P>>, ByLength>);

impl<P> Default for Cache<P> {
    fn default() -> Self {
        Self(sync::Cache::with_weighter(MAX_DOCUMENTS, MAX_CACHE_BYTES, ByLength))
    }
}

impl<P> Cache<P> {
    /// What is remembered of a document, else what `check` finds.
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
