//! Pages of lists, as commands ask for them.
//!
//! Used by commands that go through a whole list.

use serde::Deserialize;

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Page<T> {
    /// Its objects.
    pub(in crate::cli) nodes: Vec<T>,
    page_info: PageInfo,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The objects, and the cursor after which the next page begins; `None` for the last page.
    pub(in crate::cli) fn split(self) -> (Vec<T>, Option<String>) {
        (self.nodes, self.page_info.end_cursor.filter(|_| self.page_info.has_next_page))
    }
}
