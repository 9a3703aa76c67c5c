//! `Shared`: an entry of a reference-counted list, which can be returned by a resolver without a copy.
//!
//! Used for the entries of templates and instances. It must not depend on the type of the entry.

use std::{borrow::Cow, ops::Deref, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry,
};

/// One entry of a shared list.
#[derive(Debug)]
pub(in crate::graphql) struct Shared<K> {
    all: Arc<Vec<K>>,
    at: usize,
}

impl<K> Clone for Shared<K> {
    fn clone(&self) -> Self {
        Self { all: Arc::clone(&self.all), at: self.at }
    }
}

impl<K> Shared<K> {
    /// All entries of a list.
    pub(in crate::graphql) fn all(all: &Arc<Vec<K>>) -> Vec<Self> {
        (0..all.len()).map(|at| Self { all: Arc::clone(all), at }).collect()
    }

    /// The entry at a place.
    pub(in crate::graphql) fn at(all: &Arc<Vec<K>>, at: usize) -> Option<Self> {
        (at < all.len()).then(|| Self { all: Arc::clone(all), at })
    }

    /// Finds the list that contains this entry; `None` if none of them does.
    pub(in crate::graphql) fn find(lists: &[&Arc<Vec<K>>], entry: &K) -> Option<Self> {
        let address = std::ptr::from_ref(entry);
        let list = lists.iter().find(|list| list.as_ptr_range().contains(&address))?;
        let at = (address.addr() - list.as_ptr().addr()) / size_of::<K>();
        Some(Self { all: Arc::clone(list), at })
    }
}

impl<K> Deref for Shared<K> {
    type Target = K;

    fn deref(&self) -> &K {
        &self.all[self.at]
    }
}

impl<K: OutputType> OutputType for Shared<K> {
    fn type_name() -> Cow<'static, str> {
        K::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        K::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        K::resolve(self, ctx, field).await
    }
}

impl<K: ContainerType> ContainerType for Shared<K> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        K::resolve_field(self, ctx).await
    }
}

impl<K: ObjectType> ObjectType for Shared<K> {}

#[cfg(test)]
mod tests {
    use crate::graphql::config::shared::*;

    #[test]
    fn an_entry_is_found_in_its_list() {
        let (a, b) = (Arc::new(vec![1, 2]), Arc::new(vec![1, 2, 3]));
        for (at, entry) in b.iter().enumerate() {
            let found = Shared::find(&[&a, &b], entry).unwrap();
            assert!(Arc::ptr_eq(&found.all, &b) && found.at == at);
        }
        assert!(Shared::find(&[&a], &b[0]).is_none());
    }
}
