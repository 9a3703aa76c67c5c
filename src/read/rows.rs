//! The rows of a read, grouped by node and by owner, so that each object is found by its parent or its id.
//!
//! Used by the writer of responses. It must fail for a row that the executor could not read.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::cursor::OpaqueCursor;
use crate::{
    budget::Budget,
    db::{
        queries::{
            instances::ByAge,
            page::{Page, Slice},
            stacks::ByName,
            trash::ByDeletion,
        },
        read_model::{Entity, Node, NodeArgument, NodeId, Row, RowSet, Source, Tree},
    },
    error::{Error, Result},
    ids::InstanceId,
    kinds::plain::ColumnFormat,
};

/// The rows of one read.
pub(super) struct Rows<'a> {
    pub(super) tree: &'a Tree,
    /// The objects of each node.
    objects: Vec<Objects<'a>>,
    /// The total counts of each node, by parent.
    counts: Vec<Vec<(i64, i64)>>,
    /// The entries of each row set, sorted by owner and position.
    entries: Vec<Vec<Entry<'a>>>,
}

/// An entry: its owner, its position, and its row.
pub(super) type Entry<'a> = (i64, i64, &'a Row);

/// The objects of a node.
#[derive(Default)]
struct Objects<'a> {
    /// Sorted by parent and then in the order of the list.
    all: Vec<Object<'a>>,
    /// The ids, sorted, each with the index of its object; empty for nodes whose objects are found by parent only.
    by_id: Vec<(i64, usize)>,
}

/// An object of a node.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) id: i64,
    pub(super) row: &'a Row,
    parent: i64,
    place: i64,
    time: DateTime<Utc>,
}

impl Object<'_> {
    /// An object whose columns are joined to the row of this one.
    pub(super) fn joined(&self, id: i64) -> Self {
        Self { id, ..*self }
    }
}

pub(super) fn malformed_row(what: &str) -> Error {
    Error::Internal(format!("a row has {what}"))
}

impl<'a> Rows<'a> {
    /// Groups the rows and sorts each group.
    pub(super) fn new(tree: &'a Tree, rows: &'a [Row], budget: &Budget) -> Result<Self> {
        budget.charge(size_of_val(rows))?;
        let nodes = tree.nodes().count();
        let mut own = Self { tree, objects: Vec::new(), counts: vec![Vec::new(); nodes], entries: Vec::new() };
        own.objects.resize_with(nodes, Objects::default);
        own.entries.resize_with(tree.columns().number_of_sets(), Vec::new);
        for row in rows {
            let set = usize::try_from(row.part()?).ok().filter(|set| *set < own.entries.len());
            own.add(RowSet::nth(set.ok_or_else(|| malformed_row("no row set"))?), row)?;
        }
        for ((_, node), objects) in tree.nodes().zip(&mut own.objects) {
            objects.sort(node);
        }
        for entries in &mut own.entries {
            entries.sort_unstable_by_key(|(owner, place, _)| (*owner, *place));
        }
        for counts in &mut own.counts {
            counts.sort_unstable();
        }
        Ok(own)
    }

    fn add(&mut self, set: RowSet, row: &'a Row) -> Result<()> {
        let (tree, columns) = (self.tree, self.tree.columns());
        let number = |column| -> Result<i64> { Ok(Row::some(row.number(columns.place(column))?)?) };
        if set == RowSet::VERSION {
            return Ok(());
        }
        if let Some(id) = tree.objects(set) {
            let node = tree.get(id);
            let mut object = Object {
                id: number(set.first())?,
                row,
                parent: node.parent.map(number).transpose()?.unwrap_or_default(),
                place: 0,
                time: DateTime::UNIX_EPOCH,
            };
            match (node.order, node.source) {
                (Some(column), Source::Live) => object.place = number(column)?,
                (Some(column), _) => object.time = Row::some(row.time(columns.place(column))?)?,
                (None, _) => {}
            }
            self.objects[id.number()].all.push(object);
            return Ok(());
        }
        if let Some(node) = tree.counted(set) {
            self.counts[node.number()].push((number(set.first())?, number(set.second())?));
            return Ok(());
        }
        for (column, format) in tree.fallible(set) {
            readable(row.text(columns.place(column))?, format)?;
        }
        self.entries[set.number()].push((number(set.first())?, number(set.second())?, row));
        Ok(())
    }

    /// The entries of an owner.
    pub(super) fn entries(&self, set: RowSet, owner: i64) -> &[Entry<'a>] {
        let entries = &self.entries[set.number()];
        let from = entries.partition_point(|(other, ..)| *other < owner);
        let own = &entries[from..];
        &own[..own.partition_point(|(other, ..)| *other == owner)]
    }

    /// The object of a node with an id.
    pub(super) fn find(&self, node: NodeId, id: i64) -> Option<&Object<'a>> {
        let objects = &self.objects[node.number()];
        let at = objects.by_id.binary_search_by_key(&id, |(id, _)| *id).ok()?;
        objects.all.get(objects.by_id[at].1)
    }

    /// The first object of a node.
    pub(super) fn only(&self, node: NodeId) -> Option<&Object<'a>> {
        self.objects[node.number()].all.first()
    }

    /// The objects of a node that have a parent; those without one have the parent 0.
    pub(super) fn of_parent(&self, node: NodeId, parent: i64) -> &[Object<'a>] {
        let all = &self.objects[node.number()].all;
        let from = all.partition_point(|object| object.parent < parent);
        let own = &all[from..];
        &own[..own.partition_point(|object| object.parent == parent)]
    }

    /// The page of a parent.
    pub(super) fn page(&self, node: NodeId, parent: i64, argument: &NodeArgument) -> Page<&Object<'a>> {
        let mut rows: Vec<&Object<'a>> = self.of_parent(node, parent).iter().collect();
        let source = self.tree.get(node).source;
        // Rows that are sorted by time are in ascending order; those with a place are in the order of the query.
        if source != Source::Live && argument.is_backwards() != (source == Source::Trash) {
            rows.reverse();
        }
        match argument {
            NodeArgument::Instances(_, slice) => slice.page(rows),
            NodeArgument::Stacks(_, slice) | NodeArgument::Templates(_, slice) => slice.page(rows),
            NodeArgument::Trash(slice) => slice.page(rows),
            _ => Slice::<ByName> { limit: 0, backwards: false, after: None, before: None }.page(Vec::new()),
        }
    }

    /// The total count of a page.
    pub(super) fn total(&self, node: NodeId, parent: i64) -> i64 {
        let counts = &self.counts[node.number()];
        counts.binary_search_by_key(&parent, |(parent, _)| *parent).map_or(0, |at| counts[at].1)
    }

    /// The cursor of an object in the list of its node.
    pub(super) fn cursor(&self, node: NodeId, object: &Object<'a>) -> Result<String> {
        let of = self.tree.get(node);
        Ok(match of.source {
            Source::Live => {
                let name = of.name.ok_or_else(|| malformed_row("no name"))?;
                let name = Row::some(object.row.text(self.tree.columns().place(name))?)?;
                ByName(name.to_owned()).encode()
            }
            Source::Trash => ByDeletion { deleted_at: object.time, id: object.id }.encode(),
            _ => ByAge { created_at: object.time, id: InstanceId(object.id) }.encode(),
        })
    }
}

impl Objects<'_> {
    fn sort(&mut self, node: &Node) {
        self.all.sort_unstable_by_key(|object| (object.parent, object.place, object.time, object.id));
        // Instances of a list are never looked up by their ids.
        let is_found_by_parent = matches!(node.source, Source::Members(_) | Source::Named(_) | Source::Trash);
        if node.entity != Entity::Instance || !is_found_by_parent {
            self.by_id = self.all.iter().enumerate().map(|(at, object)| (object.id, at)).collect();
            self.by_id.sort_unstable();
        }
    }
}

/// Fails if the executor could not read a row with this text, whichever fields are selected.
fn readable(text: Option<&str>, format: ColumnFormat) -> Result<()> {
    let sound = text.is_none_or(|text| match format {
        ColumnFormat::Word(is) => is(text),
        // `IgnoredAny` would accept any depth of nesting.
        ColumnFormat::Json => serde_json::from_str::<Value>(text).is_ok(),
        _ => true,
    });
    if sound { Ok(()) } else { Err(malformed_row("what cannot be read")) }
}
