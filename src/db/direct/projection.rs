//! What is read: columns of a stack, of its instances, and of their entries, all of them rows of one statement. Each
//! table's rows have columns of their own, and they share the places of the result.
//!
//! Made by what writes answers, once for each document. It must never know what an answer looks like.

use std::fmt::Write;

use sea_orm::DbBackend;

use super::statement::Packing;
use crate::{
    db::pool::pinned::{Place, TOO_LARGE},
    ids::{GlobalId, InstanceId, StackId, TemplateId},
    kinds::plain::{FieldColumn, Form, PlainKind},
};

const fn shown(field: &'static str, sql: &'static str, form: Form) -> FieldColumn {
    FieldColumn { field, sql, form }
}

/// The plain fields of a stack.
pub const STACK: &[FieldColumn] = &[
    shown("id", "s.id", Form::Id(StackId::TAG)),
    shown("name", "s.name", Form::Text),
    shown("description", "s.description", Form::Text),
    // As `name::network_name` makes it.
    shown("networkName", "COALESCE(s.network_name, 'devarch-' || s.name || '-net')", Form::Text),
    shown("enabled", "s.enabled", Form::Flag),
    shown("revision", "s.revision", Form::Long),
    shown("createdAt", "s.created_at", Form::Time),
    shown("updatedAt", "s.updated_at", Form::Time),
    shown("deletedAt", "s.deleted_at", Form::Time),
];

/// The plain fields of an instance.
pub const INSTANCE: &[FieldColumn] = &[
    shown("id", "i.id", Form::Id(InstanceId::TAG)),
    shown("name", "i.instance_id", Form::Text),
    shown("description", "i.description", Form::Text),
    shown("enabled", "i.enabled", Form::Flag),
    shown("containerName", "i.container_name", Form::Text),
    shown("revision", "i.revision", Form::Long),
    shown("createdAt", "i.created_at", Form::Time),
    shown("updatedAt", "i.updated_at", Form::Time),
    shown("deletedAt", "i.deleted_at", Form::Time),
    shown("overrideCount", "i.override_count", Form::Int),
];

/// The plain fields of an instance's template.
pub const TEMPLATE: &[FieldColumn] = &[
    shown("id", "t.id", Form::Id(TemplateId::TAG)),
    shown("name", "t.name", Form::Text),
    shown("description", "t.description", Form::Text),
    shown("category", "t.category", Form::Text),
    shown("imageName", "t.image_name", Form::Text),
    shown("imageTag", "t.image_tag", Form::Text),
    shown("command", "t.command", Form::Words),
    shown("entrypoint", "t.entrypoint", Form::Words),
    shown("user", "t.\"user\"", Form::Text),
    shown("workingDir", "t.working_dir", Form::Text),
    shown("restartPolicy", "t.restart_policy", Form::Text),
    shown("enabled", "t.enabled", Form::Flag),
    shown("revision", "t.revision", Form::Long),
    shown("createdAt", "t.created_at", Form::Time),
    shown("updatedAt", "t.updated_at", Form::Time),
];

/// The stack's key and how often it and templates have changed.
const VERSION: [FieldColumn; 3] = [
    shown("id", "s.id", Form::Long),
    shown("changes", "s.changes", Form::Long),
    shown("templates", "s.template_changes", Form::Long),
];
/// The key of an instance; the instance that an entry belongs to, and its place among the others.
const ID: FieldColumn = shown("id", "i.id", Form::Long);
const OWNER: FieldColumn = shown("owner", "x.instance_id", Form::Long);
const OF_TEMPLATE: FieldColumn = shown("owner", "x.service_id", Form::Long);
const PLACE: FieldColumn = shown("place", "x.id", Form::Long);

/// The type of a column.
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

    /// A text that both engines take; SQLite gives it no meaning.
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

/// Whose rows they are: the number in the first place of each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSet(usize);

impl RowSet {
    /// The stack.
    pub const STACK: Self = Self(0);
    /// Its instances, each with its template.
    pub const INSTANCE: Self = Self(1);
    /// How many there are.
    pub const COUNT: Self = Self(2);
    const KINDS: usize = 3;

    /// The number itself.
    pub fn number(self) -> usize {
        self.0
    }
}

/// A column of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    part: RowSet,
    at: usize,
}

/// What the rows of a part belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// The instances.
    Instances,
    /// The templates that they are made from.
    Templates,
}

/// The columns that always come along: the instance's key and age, the entry's owner and place.
pub struct Keys;

impl Keys {
    /// The key of an instance.
    pub const INSTANCE: Column = Column { part: RowSet::INSTANCE, at: 0 };
    /// When it was created.
    pub const CREATED: Column = Column { part: RowSet::INSTANCE, at: 1 };
    /// The stack, and how often it and templates have changed.
    pub const VERSION: [Column; 3] = [
        Column { part: RowSet::STACK, at: 0 },
        Column { part: RowSet::STACK, at: 1 },
        Column { part: RowSet::STACK, at: 2 },
    ];
    /// How many instances there are.
    pub const COUNT: Column = Column { part: RowSet::COUNT, at: 0 };

    /// The owner of an entry.
    pub fn owner(part: RowSet) -> Column {
        Column { part, at: 0 }
    }

    /// The place of an entry among its owner's.
    pub fn place(part: RowSet) -> Column {
        Column { part, at: 1 }
    }
}

/// The rules of instances: what they take away from their templates.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// Their part.
    pub part: RowSet,
    /// The word of the kind.
    pub kind: Column,
    /// The word of what is done.
    pub action: Column,
    /// The text of the key, if one entry is meant.
    pub key: Column,
}

impl Of {
    /// The column of an instance with the owner's key, and that of an entry.
    pub(super) fn columns(self) -> (&'static str, &'static str) {
        match self {
            Self::Instances => ("id", "instance_id"),
            Self::Templates => ("template_service_id", "service_id"),
        }
    }
}

/// Most bytes of values that SQLite packs into one value: it makes several copies of it.
pub(super) const LARGEST_PACK: u64 = 4 * 1024 * 1024;

/// What is read.
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
    /// Nothing yet.
    pub fn new() -> Self {
        let count = shown("totalCount", "count(*)", Form::Long);
        let created = shown("createdAt", "i.created_at", Form::Time);
        Self { parts: vec![VERSION.to_vec(), vec![ID, created], vec![count]], ..Self::default() }
    }

    /// Wants a column; the same one for the same SQL.
    pub fn column(&mut self, part: RowSet, shown: FieldColumn) -> Column {
        let columns = &mut self.parts[part.0];
        let at = columns.iter().position(|known| known.sql == shown.sql).unwrap_or_else(|| {
            columns.push(shown);
            columns.len() - 1
        });
        Column { part, at }
    }

    /// Wants a column of the template, which comes with the instance.
    pub fn of_template(&mut self, shown: FieldColumn) -> Column {
        self.template = true;
        self.column(RowSet::INSTANCE, shown)
    }

    /// Wants how many there are.
    pub fn count(&mut self) {
        self.count = true;
    }

    /// Wants the entries of a kind.
    pub fn kind(&mut self, kind: &'static PlainKind) -> RowSet {
        let part = self.table(kind.table, Of::Instances);
        self.looks(part, kind)
    }

    /// Wants those that the templates bring; none when templates have none.
    pub fn template_kind(&mut self, kind: &'static PlainKind) -> Option<RowSet> {
        let part = self.table(kind.template_table()?, Of::Templates);
        Some(self.looks(part, kind))
    }

    /// Wants the columns that tell whether a row can be read at all, whatever is shown of it.
    fn looks(&mut self, part: RowSet, kind: &'static PlainKind) -> RowSet {
        for shown in kind.fallible() {
            let column = self.column(part, shown);
            if !self.fallible.iter().any(|(known, _)| *known == column) {
                self.fallible.push((column, shown.form));
            }
        }
        part
    }

    /// The columns of a part that tell whether a row can be read.
    pub fn fallible(&self, part: RowSet) -> impl Iterator<Item = (Column, Form)> {
        self.fallible.iter().filter(move |(column, _)| column.part == part).copied()
    }

    /// Wants what the instances take away.
    pub fn rules(&mut self) -> Rules {
        let part = self.table("instance_override_rules", Of::Instances);
        let mut column = |name| self.column(part, shown(name, name, Form::Text));
        Rules { part, kind: column("kind"), action: column("action"), key: column("key") }
    }

    fn table(&mut self, table: &'static str, of: Of) -> RowSet {
        let at = self.tables.iter().position(|(known, _)| *known == table).unwrap_or_else(|| {
            self.tables.push((table, of));
            let owner = if of == Of::Instances { OWNER } else { OF_TEMPLATE };
            self.parts.push(vec![owner, PLACE]);
            self.tables.len() - 1
        });
        RowSet(RowSet::KINDS + at)
    }

    /// The part of a number.
    pub fn part(&self, number: usize) -> Option<RowSet> {
        (number < self.parts.len()).then_some(RowSet(number))
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.parts.len()
    }

    /// Finds places for the columns of all parts, of which all are known: as many of each type as the part with most
    /// of them has.
    #[must_use]
    pub fn placed(mut self) -> Self {
        for columns in &self.parts {
            let mut taken = vec![false; self.slots.len()];
            let places = columns.iter().map(|column| {
                let projection = Type::of(column.form);
                let free = (0..self.slots.len()).find(|at| !taken[*at] && self.slots[*at] == projection);
                let at = free.unwrap_or_else(|| {
                    self.slots.push(projection);
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

    /// The place of a column in a row.
    pub fn place(&self, column: Column) -> Place {
        Place { joint: self.places[column.part.0][column.at], own: column.at }
    }

    /// The tables whose rows are projection, and what these belong to.
    pub(super) fn tables(&self) -> impl Iterator<Item = (RowSet, &'static str, Of)> {
        self.tables.iter().enumerate().map(|(at, (table, of))| (RowSet(RowSet::KINDS + at), *table, *of))
    }

    /// The expression for the bytes of the texts in a row of a part; none when it has no texts.
    pub(super) fn bytes(&self, part: RowSet) -> Option<String> {
        let texts = self.parts[part.0].iter().filter(|column| Type::of(column.form) == Type::Text);
        let lengths: Vec<String> = texts.map(|column| format!("COALESCE(octet_length({}), 0)", column.sql)).collect();
        (!lengths.is_empty()).then(|| lengths.join(" + "))
    }

    /// What stands between SELECT and FROM for a part.
    pub(super) fn columns(&self, part: RowSet, backend: DbBackend, packing: Packing, sql: &mut String) {
        let _ = write!(sql, "SELECT {}, ", part.0);
        if backend == DbBackend::Sqlite {
            let row = packed(self.parts[part.0].iter().map(|column| (column.sql, column.form)));
            let of_table = part.0 >= RowSet::KINDS;
            // A count is one row anyway, and there are at most a hundred instances.
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

/// The values of a row in one text, as [`Row`](crate::db::pool::pinned::Row) reads it: texts behind their length in bytes and a
/// colon, numbers before a semicolon, `!` for NULL, and a full stop at the end. SQLite's driver makes an object of every
/// value, and hands every row from one thread to another.
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
