//! The columns of the row sets of one statement, which share the columns of its result.
//!
//! Built with the tree of a read, once for each plan. It must not know the format of a response.

use std::fmt::Write;

use sea_orm::DbBackend;

use super::statement::Packing;
use crate::{
    db::pool::pinned::{Place, Row, TOO_LARGE},
    kinds::plain::{ColumnFormat, FieldColumn},
};

/// The SQL type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Int,
    Long,
    Text,
    Flag,
    Time,
}

impl Type {
    fn of(format: ColumnFormat) -> Self {
        match format {
            ColumnFormat::Id(_) | ColumnFormat::Long => Self::Long,
            ColumnFormat::Int | ColumnFormat::NonZero => Self::Int,
            ColumnFormat::Flag => Self::Flag,
            ColumnFormat::Time => Self::Time,
            ColumnFormat::Text
            | ColumnFormat::Word(_)
            | ColumnFormat::Words
            | ColumnFormat::Json
            | ColumnFormat::Cursor => Self::Text,
        }
    }

    /// NULL of this type, in SQL that both engines accept. SQLite ignores the type.
    fn null(self) -> &'static str {
        match self {
            Self::Int => "CAST(NULL AS INTEGER)",
            Self::Long => "CAST(NULL AS BIGINT)",
            Self::Text => "CAST(NULL AS TEXT)",
            Self::Flag => "CAST(NULL AS BOOLEAN)",
            Self::Time => "CAST(NULL AS TIMESTAMPTZ)",
        }
    }
}

/// A row set: rows of one kind in the result. Its number is the first column of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSet(usize);

impl RowSet {
    /// The version of the data.
    pub const VERSION: Self = Self(0);

    /// The row set with a number.
    pub fn nth(number: usize) -> Self {
        Self(number)
    }

    /// The number in the first column.
    pub fn number(self) -> usize {
        self.0
    }

    /// The first column: the id of an object, the owner of an entry, or the parent of a count.
    pub fn first(self) -> Column {
        Column { set: self, at: 0 }
    }

    /// The second column: the position of an entry among those of its owner, or the count.
    pub fn second(self) -> Column {
        Column { set: self, at: 1 }
    }

    /// The third column of the version, or the end of the change log.
    pub fn third(self) -> Column {
        Column { set: self, at: 2 }
    }
}

/// A column of a row set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    set: RowSet,
    at: usize,
}

impl Column {
    /// The row set.
    pub fn set(self) -> RowSet {
        self.set
    }
}

/// The maximum size of a packed value, in bytes. SQLite makes several copies of it.
pub(super) const LARGEST_PACK: u64 = 4 * 1024 * 1024;

/// The columns of all row sets.
#[derive(Debug, Default)]
pub struct Columns {
    sets: Vec<Vec<FieldColumn>>,
    slots: Vec<Type>,
    places: Vec<Vec<usize>>,
    /// Where the columns of a row set are that has no rows of its own.
    moved: Vec<Option<Vec<Column>>>,
}

impl Columns {
    /// Adds a row set with its first columns.
    pub(super) fn add_set(&mut self, columns: &[FieldColumn]) -> RowSet {
        self.sets.push(columns.to_vec());
        self.moved.push(None);
        RowSet(self.sets.len() - 1)
    }

    /// Adds a column to a row set. The same SQL gives the same column.
    pub(super) fn add(&mut self, set: RowSet, field: FieldColumn) -> Column {
        let columns = &mut self.sets[set.0];
        let same = |known: &FieldColumn| known.sql == field.sql && Type::of(known.format) == Type::of(field.format);
        let at = columns.iter().position(same).unwrap_or_else(|| {
            columns.push(field);
            columns.len() - 1
        });
        Column { set, at }
    }

    /// Moves the columns of a row set to another one.
    pub(super) fn move_columns(&mut self, from: RowSet, to: RowSet) {
        let columns = std::mem::take(&mut self.sets[from.0]);
        let moved = columns.into_iter().map(|column| self.add(to, column)).collect();
        self.moved[from.0] = Some(moved);
    }

    /// The number of row sets.
    pub fn number_of_sets(&self) -> usize {
        self.sets.len()
    }

    /// Assigns the columns of all row sets to columns of the result. There are as many result columns of a type as the
    /// row set with most columns of that type has.
    pub(super) fn assign_places(&mut self) {
        for columns in &self.sets {
            let mut taken = vec![false; self.slots.len()];
            let places = columns.iter().map(|column| {
                let column_type = Type::of(column.format);
                let free = (0..self.slots.len()).find(|at| !taken[*at] && self.slots[*at] == column_type);
                let at = free.unwrap_or_else(|| {
                    self.slots.push(column_type);
                    taken.push(false);
                    self.slots.len() - 1
                });
                taken[at] = true;
                at
            });
            let places = places.collect();
            self.places.push(places);
        }
    }

    /// Where a column is: itself, unless its row set has no rows of its own.
    fn moved(&self, column: Column) -> Column {
        self.moved[column.set.0].as_ref().map_or(column, |moved| moved[column.at])
    }

    /// Whether a row has a column. Reading the column of another row set would give a value of another field.
    pub fn has(&self, row: &Row, column: Column) -> bool {
        let set = self.moved(column).set.0;
        row.part().is_ok_and(|part| usize::try_from(part).is_ok_and(|part| part == set))
    }

    /// The position of a column in a row.
    pub fn place(&self, column: Column) -> Place {
        let column = self.moved(column);
        Place { joint: self.places[column.set.0][column.at], own: column.at }
    }

    /// SQL expression for the size of the texts in a row; `None` when the row set has no texts.
    pub(super) fn bytes(&self, set: RowSet) -> Option<String> {
        let texts = self.sets[set.0].iter().filter(|column| Type::of(column.format) == Type::Text);
        let lengths: Vec<String> = texts.map(|column| format!("COALESCE(octet_length({}), 0)", column.sql)).collect();
        (!lengths.is_empty()).then(|| lengths.join(" + "))
    }

    /// Writes the SELECT list of a row set.
    pub(super) fn select(&self, set: RowSet, backend: DbBackend, packing: Packing, sql: &mut String) {
        let columns: Vec<&str> = self.sets[set.0].iter().map(|column| column.sql).collect();
        self.select_values(set, &columns, backend, packing, sql);
    }

    /// Writes the SELECT list of a row set with these values in place of its columns.
    pub(super) fn select_values(
        &self,
        set: RowSet,
        values: &[&str],
        backend: DbBackend,
        packing: Packing,
        sql: &mut String,
    ) {
        let number = set.0;
        let _ = write!(sql, "SELECT {number}, ");
        if backend == DbBackend::Sqlite {
            let forms = self.sets[number].iter().map(|column| column.format);
            let row = packed(values.iter().copied().zip(forms));
            sql.push_str(&match packing {
                Packing::Rows => row,
                Packing::Measured => format!(
                    "CASE WHEN (SELECT fits FROM size{number}) THEN group_concat({row}, '') ELSE '{TOO_LARGE}' END"
                ),
                Packing::Whole => format!("group_concat({row}, '')"),
            });
        } else {
            let value = |at| self.places[number].iter().position(|place| *place == at).and_then(|at| values.get(at));
            let joint = self.slots.iter().enumerate();
            let joint = joint.map(|(at, slot)| value(at).copied().unwrap_or(slot.null()));
            sql.push_str(&joint.collect::<Vec<_>>().join(", "));
        }
        sql.push(' ');
    }
}

/// SQL expression that packs the values of a row into one text, which [`Row`](crate::db::pool::pinned::Row) parses. A
/// text follows its length in bytes and a colon, a number is followed by a semicolon, `!` is NULL, and a full stop ends
/// the row. Packing saves time, because SQLite's driver allocates an object for each value and sends each row from one
/// thread to another.
pub(super) fn packed<'a>(columns: impl Iterator<Item = (&'a str, ColumnFormat)>) -> String {
    let each = columns.map(|(sql, format)| match Type::of(format) {
        Type::Int | Type::Long | Type::Flag => format!("COALESCE(({sql}) || ';', '!')"),
        Type::Text | Type::Time => format!("COALESCE(octet_length({sql}) || ':' || ({sql}), '!')"),
    });
    each.chain(["'.'".to_owned()]).collect::<Vec<_>>().join(" || ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn field(sql: &'static str, format: ColumnFormat) -> FieldColumn {
        FieldColumn { field: sql, sql, format }
    }

    #[test]
    fn row_sets_share_places_of_a_type() {
        let mut columns = Columns::default();
        let stack = columns.add_set(&[field("s.id", ColumnFormat::Long)]);
        let name = columns.add(stack, field("s.name", ColumnFormat::Text));
        let enabled = columns.add(stack, field("s.enabled", ColumnFormat::Flag));
        let instance = columns.add_set(&[field("i.id", ColumnFormat::Long), field("i.created_at", ColumnFormat::Time)]);
        let own_name = columns.add(instance, field("i.instance_id", ColumnFormat::Text));
        assert_eq!(columns.add(stack, field("s.name", ColumnFormat::Text)), name);
        columns.assign_places();
        let all = [name, enabled, instance.first(), own_name];
        assert_eq!(all.map(|column| columns.place(column).joint), [1, 2, 0, 1]);
        assert_eq!(all.map(|column| columns.place(column).own), [1, 2, 0, 2]);
        let mut sql = String::new();
        columns.select(stack, DbBackend::Postgres, Packing::Rows, &mut sql);
        assert_eq!(sql, "SELECT 0, s.id, s.name, s.enabled, CAST(NULL AS TIMESTAMPTZ) ");
        let row = packed([("a", ColumnFormat::Text), ("b", ColumnFormat::Int)].into_iter());
        assert_eq!(row, "COALESCE(octet_length(a) || ':' || (a), '!') || COALESCE((b) || ';', '!') || '.'");
    }
}
