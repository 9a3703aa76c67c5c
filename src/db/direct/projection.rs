//! The projection of a direct read: which columns of the stack, its instances and their entries one statement returns.
//!
//! Built by the compiler of direct plans, once for each document. It must not know the format of a response. Each row
//! set has its own columns, and all row sets share the columns of the result.

use std::fmt::Write;

use sea_orm::DbBackend;

use super::statement::Packing;
use crate::{
    db::pool::pinned::{Place, TOO_LARGE},
    kinds::plain::{FieldColumn, Form, PlainKind},
};

const fn field(field: &'static str, sql: &'static str, form: Form) -> FieldColumn {
    FieldColumn { field, sql, form }
}

/// The stack's id, its version, and the version of all templates.
const VERSION: [FieldColumn; 3] = [
    field("id", "s.id", Form::Long),
    field("changes", "s.changes", Form::Long),
    field("templates", "s.template_changes", Form::Long),
];
/// The id of an instance; the owner of an entry; the position of an entry among those of its owner.
const ID: FieldColumn = field("id", "i.id", Form::Long);
const OWNER: FieldColumn = field("owner", "x.instance_id", Form::Long);
const TEMPLATE_OWNER: FieldColumn = field("owner", "x.service_id", Form::Long);
const POSITION: FieldColumn = field("place", "x.id", Form::Long);

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
    fn of(form: Form) -> Self {
        match form {
            Form::Id(_) | Form::Long => Self::Long,
            Form::Int | Form::NonZero => Self::Int,
            Form::Flag => Self::Flag,
            Form::Time => Self::Time,
            Form::Text | Form::Word(_) | Form::Words | Form::Json => Self::Text,
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

/// A row set: the rows of one table in the result. Its number is the first column of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSet(usize);

impl RowSet {
    /// The stack.
    pub const STACK: Self = Self(0);
    /// The instances, each joined with its template.
    pub const INSTANCE: Self = Self(1);
    /// The total number of instances.
    pub const COUNT: Self = Self(2);
    const KINDS: usize = 3;

    /// The number in the first column.
    pub fn number(self) -> usize {
        self.0
    }
}

/// A column of a row set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    part: RowSet,
    at: usize,
}

/// The owner of the rows in a row set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The instances.
    Instances,
    /// The templates of the instances.
    Templates,
}

/// The columns that are always selected: ids, creation times, owners and positions.
pub struct Keys;

impl Keys {
    /// The id of an instance.
    pub const INSTANCE: Column = Column { part: RowSet::INSTANCE, at: 0 };
    /// The creation time of an instance.
    pub const CREATED: Column = Column { part: RowSet::INSTANCE, at: 1 };
    /// The stack's id, its version, and the version of all templates.
    pub const VERSION: [Column; 3] = [
        Column { part: RowSet::STACK, at: 0 },
        Column { part: RowSet::STACK, at: 1 },
        Column { part: RowSet::STACK, at: 2 },
    ];
    /// The total number of instances.
    pub const COUNT: Column = Column { part: RowSet::COUNT, at: 0 };

    /// The owner of an entry.
    pub fn owner(part: RowSet) -> Column {
        Column { part, at: 0 }
    }

    /// The position of an entry among those of its owner.
    pub fn place(part: RowSet) -> Column {
        Column { part, at: 1 }
    }
}

/// The columns of override rules, which remove entries that the template brings.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// The row set of the rules.
    pub part: RowSet,
    /// The kind.
    pub kind: Column,
    /// The action.
    pub action: Column,
    /// The key of the removed entry; NULL when the rule is about the whole kind.
    pub key: Column,
}

impl Of {
    /// Returns the column of an instance that holds the owner's id, and the column of an entry that refers to it.
    pub(super) fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Instances => ("id", "instance_id"),
            Self::Templates => ("template_service_id", "service_id"),
        }
    }
}

/// The maximum size of a packed value, in bytes. SQLite makes several copies of it.
pub(super) const LARGEST_PACK: u64 = 4 * 1024 * 1024;

/// The columns that a statement selects.
#[derive(Debug, Default)]
pub struct Projection {
    parts: Vec<Vec<FieldColumn>>,
    tables: Vec<(&'static str, Of)>,
    pub(super) template: bool,
    pub(super) count: bool,
    slots: Vec<Type>,
    places: Vec<Vec<usize>>,
    fallible: Vec<(Column, Form)>,
}

impl Projection {
    /// Creates a projection with the columns that are always selected.
    pub fn new() -> Self {
        let count = field("totalCount", "count(*)", Form::Long);
        let created = field("createdAt", "i.created_at", Form::Time);
        Self { parts: vec![VERSION.to_vec(), vec![ID, created], vec![count]], ..Self::default() }
    }

    /// Adds a column to a row set. The same SQL gives the same column.
    pub fn column(&mut self, part: RowSet, field: FieldColumn) -> Column {
        let columns = &mut self.parts[part.0];
        let at = columns.iter().position(|known| known.sql == field.sql).unwrap_or_else(|| {
            columns.push(field);
            columns.len() - 1
        });
        Column { part, at }
    }

    /// Adds a column of the template, which is joined to the instance.
    pub fn of_template(&mut self, field: FieldColumn) -> Column {
        self.template = true;
        self.column(RowSet::INSTANCE, field)
    }

    /// Adds the total number of instances.
    pub fn count(&mut self) {
        self.count = true;
    }

    /// Adds the entries of a kind that instances override.
    pub fn kind(&mut self, kind: &'static PlainKind) -> RowSet {
        let part = self.table(kind.table, Of::Instances);
        self.add_fallible(part, kind)
    }

    /// Adds the entries of a kind that templates bring; `None` when templates have none.
    pub fn template_kind(&mut self, kind: &'static PlainKind) -> Option<RowSet> {
        let part = self.table(kind.template_table()?, Of::Templates);
        Some(self.add_fallible(part, kind))
    }

    /// Adds the columns that show whether a row can be read, whatever else is selected from it.
    fn add_fallible(&mut self, part: RowSet, kind: &'static PlainKind) -> RowSet {
        for field in kind.fallible() {
            let column = self.column(part, field);
            if !self.fallible.iter().any(|(known, _)| *known == column) {
                self.fallible.push((column, field.form));
            }
        }
        part
    }

    /// The columns of a row set that show whether a row can be read.
    pub fn fallible(&self, part: RowSet) -> impl Iterator<Item = (Column, Form)> {
        self.fallible.iter().filter(move |(column, _)| column.part == part).copied()
    }

    /// Adds the override rules.
    pub fn rules(&mut self) -> Rules {
        let part = self.table("instance_override_rules", Of::Instances);
        let mut column = |name| self.column(part, field(name, name, Form::Text));
        Rules { part, kind: column("kind"), action: column("action"), key: column("key") }
    }

    fn table(&mut self, table: &'static str, of: Of) -> RowSet {
        let at = self.tables.iter().position(|(known, _)| *known == table).unwrap_or_else(|| {
            self.tables.push((table, of));
            let owner = if of == Of::Instances { OWNER } else { TEMPLATE_OWNER };
            self.parts.push(vec![owner, POSITION]);
            self.tables.len() - 1
        });
        RowSet(RowSet::KINDS + at)
    }

    /// The row set of a number.
    pub fn part(&self, number: usize) -> Option<RowSet> {
        (number < self.parts.len()).then_some(RowSet(number))
    }

    /// The number of row sets.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Assigns the columns of all row sets to columns of the result. There are as many result columns of a type as the
    /// row set with most columns of that type has. Call it after the last column was added.
    #[must_use]
    pub fn placed(mut self) -> Self {
        for columns in &self.parts {
            let mut taken = vec![false; self.slots.len()];
            let places = columns.iter().map(|column| {
                let column_type = Type::of(column.form);
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
        self
    }

    /// The position of a column in a row.
    pub fn place(&self, column: Column) -> Place {
        Place { joint: self.places[column.part.0][column.at], own: column.at }
    }

    /// The tables that the statement reads, with their row sets and owners.
    pub(super) fn tables(&self) -> impl Iterator<Item = (RowSet, &'static str, Of)> {
        self.tables.iter().enumerate().map(|(at, (table, of))| (RowSet(RowSet::KINDS + at), *table, *of))
    }

    /// SQL expression for the size of the texts in a row; `None` when the row set has no texts.
    pub(super) fn bytes(&self, part: RowSet) -> Option<String> {
        let texts = self.parts[part.0].iter().filter(|column| Type::of(column.form) == Type::Text);
        let lengths: Vec<String> = texts.map(|column| format!("COALESCE(octet_length({}), 0)", column.sql)).collect();
        (!lengths.is_empty()).then(|| lengths.join(" + "))
    }

    /// Writes the SELECT list of a row set.
    pub(super) fn columns(&self, part: RowSet, backend: DbBackend, packing: Packing, sql: &mut String) {
        let _ = write!(sql, "SELECT {}, ", part.0);
        if backend == DbBackend::Sqlite {
            let row = packed(self.parts[part.0].iter().map(|column| (column.sql, column.form)));
            let of_table = part.0 >= RowSet::KINDS;
            // The count is one row anyway, and there are at most a hundred instances.
            sql.push_str(&match packing {
                _ if part == RowSet::COUNT => row,
                Packing::Rows if of_table => row,
                Packing::Measured if of_table && self.bytes(part).is_some() => {
                    let number = part.0;
                    format!(
                        "CASE WHEN (SELECT fits FROM size{number}) THEN group_concat({row}, '') ELSE '{TOO_LARGE}' END"
                    )
                }
                _ => format!("group_concat({row}, '')"),
            });
        } else {
            let column = |at| self.places[part.0].iter().position(|place| *place == at);
            let joint = self.slots.iter().enumerate();
            let joint = joint.map(|(at, slot)| column(at).map_or(slot.null(), |column| self.parts[part.0][column].sql));
            sql.push_str(&joint.collect::<Vec<_>>().join(", "));
        }
        sql.push(' ');
    }
}

/// SQL expression that packs the values of a row into one text, which [`Row`](crate::db::pool::pinned::Row) parses. A
/// text follows its length in bytes and a colon, a number is followed by a semicolon, `!` is NULL, and a full stop ends
/// the row. Packing saves time, because SQLite's driver allocates an object for each value and sends each row from one
/// thread to another.
pub(super) fn packed<'a>(columns: impl Iterator<Item = (&'a str, Form)>) -> String {
    let each = columns.map(|(sql, form)| match Type::of(form) {
        Type::Int | Type::Long | Type::Flag => format!("COALESCE(({sql}) || ';', '!')"),
        Type::Text | Type::Time => format!("COALESCE(octet_length({sql}) || ':' || ({sql}), '!')"),
    });
    each.chain(["'.'".to_owned()]).collect::<Vec<_>>().join(" || ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::{INSTANCE, STACK};

    #[test]
    fn parts_share_places_of_a_type() {
        let mut projection = Projection::new();
        let name = projection.column(RowSet::STACK, STACK[1]);
        let enabled = projection.column(RowSet::STACK, STACK[4]);
        let instance = projection.column(RowSet::INSTANCE, INSTANCE[1]);
        assert_eq!(projection.column(RowSet::STACK, STACK[1]), name);
        let projection = projection.placed();
        assert_eq!(
            [name, enabled, Keys::INSTANCE, instance].map(|column| projection.place(column).joint),
            [3, 4, 0, 3]
        );
        assert_eq!([name, enabled, Keys::INSTANCE, instance].map(|column| projection.place(column).own), [3, 4, 0, 2]);
        let mut sql = String::new();
        projection.columns(RowSet::STACK, DbBackend::Postgres, Packing::Rows, &mut sql);
        assert_eq!(sql, "SELECT 0, s.id, s.changes, s.template_changes, s.name, s.enabled, CAST(NULL AS TIMESTAMPTZ) ");
        let row = packed([("a", Form::Text), ("b", Form::Int)].into_iter());
        assert_eq!(row, "COALESCE(octet_length(a) || ':' || (a), '!') || COALESCE((b) || ';', '!') || '.'");
    }
}
