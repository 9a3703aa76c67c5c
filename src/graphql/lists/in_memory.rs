//! Pages of lists that are computed as a whole, with the place in the list as cursor.
//!
//! Used by the list fields whose rows have no order in the database. It must not know what the rows are.

use async_graphql::{
    OutputType,
    connection::{Connection, ConnectionNameType, DefaultEdgeName, Edge, EmptyFields},
};

use crate::{db::queries::page::Slice, read::cursor::OpaqueCursor};

/// The cursor of a row: its place in the whole list.
pub(in crate::graphql) struct ByPlace(usize);

impl OpaqueCursor for ByPlace {
    const TAG: &'static str = "effect";
    fn text(&self) -> String {
        self.0.to_string()
    }
    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// The page of a list with so many rows, of which only some are wanted. `row` makes the row at a place.
pub(in crate::graphql) fn connection<T: OutputType, Name: ConnectionNameType>(
    rows: usize,
    is_wanted: impl Fn(usize) -> bool,
    slice: &Slice<ByPlace>,
    row: impl Fn(usize) -> T,
) -> Connection<String, T, EmptyFields, EmptyFields, Name, DefaultEdgeName> {
    let places: Vec<usize> = (0..rows)
        .filter(|place| is_wanted(*place))
        .filter(|place| slice.after.as_ref().is_none_or(|after| *place > after.0))
        .filter(|place| slice.before.as_ref().is_none_or(|before| *place < before.0))
        .collect();
    let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
    let more = places.len().saturating_sub(limit);
    let (page, has_previous, has_next) = match slice.backwards {
        true => (&places[more..], more > 0, slice.before.is_some()),
        false => (&places[..places.len() - more], slice.after.is_some(), more > 0),
    };
    let mut connection = Connection::new(has_previous, has_next);
    connection.edges.extend(page.iter().map(|place| Edge::new(ByPlace(*place).encode(), row(*place))));
    connection
}
