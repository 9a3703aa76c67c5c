//! `effectiveConfig` in direct plans: compiles its fields, and writes them from the rows of template and instance.
//!
//! Called by `compile` and `write`. It must not contain rules of merging: the rows are merged by their keys in
//! `kinds::plain`.

use std::collections::HashMap;

use super::{
    plan::Fields,
    write::{Member, Rows, json, list, malformed_row, object, raw},
};
use crate::{
    budget::chunks::ChunkWriter,
    db::direct::{Column, Projection, Row, RowSet, Rules},
    error::Result,
    fields::TEMPLATE,
    ids::{GlobalId, TemplateId},
    kinds::{
        Effective, Names, Origin, SettingField, Shape,
        plain::{FieldColumn, Form, Found, Keyed, Layers, PLAIN_KINDS, PlainKind},
    },
};

/// `effectiveConfig`: its fields, and the columns that it needs whichever fields are selected.
#[derive(Debug)]
pub(super) struct EffectiveConfig {
    pub(super) fields: Fields<EffectiveField>,
    pub(super) base: Base,
}

/// The columns of an instance that are needed whichever fields are selected.
#[derive(Debug)]
pub(super) struct Base {
    rules: Rules,
    template: Column,
    stack_name: Column,
    instance_name: Column,
    template_name: Column,
}

#[derive(Debug)]
pub(super) enum EffectiveField {
    Typename(Box<str>),
    /// The value of a setting, as a field of `effectiveConfig` itself.
    Value(SettingColumns),
    Settings(Fields<SettingEntry>),
    Entries(Entries, Fields<EntryField>),
}

#[derive(Debug)]
pub(super) enum SettingEntry {
    Typename(Box<str>),
    Setting(SettingColumns, Fields<SettingPart>),
}

#[derive(Debug)]
pub(super) enum SettingPart {
    Typename(Box<str>),
    Value,
    Origin,
    Shadows,
}

/// The columns of a setting: those of the instance's row for it, and the column of its template.
#[derive(Debug)]
pub(super) struct SettingColumns {
    word: &'static str,
    part: RowSet,
    field: Column,
    value: Column,
    template: Column,
    form: Form,
}

/// The columns of the entries of a kind.
#[derive(Debug)]
pub(super) struct Entries {
    kind: &'static PlainKind,
    own: Side,
    template: Side,
}

/// The row set of one side, template or instance, with the columns of the key and of the order of equal keys.
#[derive(Clone, Copy, Debug)]
struct Side {
    part: RowSet,
    key: Column,
    tie: Option<Column>,
}

#[derive(Debug)]
pub(super) enum EntryField {
    Typename(Box<str>),
    FieldColumn(Sides),
    Origin,
    Shadows(Fields<Shadow>),
}

#[derive(Debug)]
pub(super) enum Shadow {
    Typename(Box<str>),
    FieldColumn(Sides),
}

/// The columns of a field of an entry, for each origin of the entry.
#[derive(Debug)]
pub(super) struct Sides {
    own: Column,
    template: Column,
    /// The column's name, by which the values of entries that the service adds are found.
    name: &'static str,
    form: Form,
}

impl Base {
    pub(super) fn new(projection: &mut Projection) -> Self {
        let instance = |sql| FieldColumn { field: sql, sql, form: Form::Text };
        Self {
            rules: projection.rules(),
            template: projection.column(
                RowSet::INSTANCE,
                FieldColumn { form: Form::Id(TemplateId::TAG), ..instance("i.template_service_id") },
            ),
            stack_name: projection.column(RowSet::STACK, instance("s.name")),
            instance_name: projection.column(RowSet::INSTANCE, instance("i.instance_id")),
            template_name: projection.of_template(instance("t.name")),
        }
    }
}

impl SettingColumns {
    /// The columns of a setting, by its name in the API; `None` if there is no such setting.
    pub(super) fn new(name: &str, projection: &mut Projection) -> Option<Self> {
        let word = SettingField::ALL.iter().map(|field| field.as_str()).find(|word| *word == name)?;
        let kind = PLAIN_KINDS.iter().find(|kind| kind.shape == Shape::Fields)?;
        let template = TEMPLATE.iter().find(|shown| shown.field == word)?;
        let part = projection.kind(kind);
        let mut text = |sql| projection.column(part, FieldColumn { field: sql, sql, form: Form::Text });
        Some(Self {
            word,
            part,
            field: text("field"),
            value: text("value"),
            template: projection.of_template(*template),
            form: template.form,
        })
    }
}

impl Entries {
    /// The entries of a kind; `None` if they cannot be merged by the columns of their rows alone.
    pub(super) fn new(kind: &'static PlainKind, projection: &mut Projection) -> Option<Self> {
        let (key, own, template) = (kind.key?, projection.kind(kind), projection.template_kind(kind)?);
        let mut side = |part| {
            let mut text = |sql| projection.column(part, FieldColumn { field: sql, sql, form: Form::Text });
            Side { part, key: text(key), tie: kind.tie.map(&mut text) }
        };
        Some(Self { kind, own: side(own), template: side(template) })
    }

    /// The columns of a field.
    pub(super) fn field(&self, shown: FieldColumn, projection: &mut Projection) -> Sides {
        Sides {
            own: projection.column(self.own.part, shown),
            template: projection.column(self.template.part, shown),
            name: shown.sql,
            form: shown.form,
        }
    }

    pub(super) fn shape(&self) -> Shape {
        self.kind.shape
    }
}

/// Writes the effective configuration of one instance.
struct Writer<'w, 'a> {
    rows: &'w Rows<'a>,
    member: &'w Member<'a>,
    base: &'w Base,
    owners: (i64, i64),
    /// What the instance removes, by kind: the keys of removed entries, and whether the collection is replaced.
    taken: HashMap<&'a str, (Vec<&'a str>, bool)>,
}

/// The source of an entry: a row of the template or of the instance, or the columns of an entry of the service.
#[derive(Clone, Copy)]
enum Source<'a, 'm> {
    Template(&'a Row),
    Own(&'a Row),
    System(&'m [(&'static str, String)]),
}

/// Writes the effective configuration of an instance.
pub(super) fn write(
    rows: &Rows<'_>,
    out: &mut ChunkWriter,
    member: &Member<'_>,
    config: &EffectiveConfig,
) -> Result<()> {
    let base = &config.base;
    let own = member.age.id.0;
    let template = Row::some(member.row.number(rows.projection.place(base.template))?)?;
    let mut taken: HashMap<&str, (Vec<&str>, bool)> = HashMap::new();
    for (_, _, row) in rows.of(base.rules.part, own) {
        let text = |column| row.text(rows.projection.place(column));
        let (kind, action) = (Row::some(text(base.rules.kind)?)?, Row::some(text(base.rules.action)?)?);
        let of_kind = taken.entry(kind).or_default();
        // The same conditions as in `db::queries::rules`.
        match (action, text(base.rules.key)?) {
            ("REMOVE", Some(key)) => of_kind.0.push(key),
            ("REPLACE", None) => of_kind.1 = true,
            _ => {}
        }
    }
    let writer = Writer { rows, member, base, owners: (own, template), taken };
    object(out, &config.fields, |out, field| match field {
        EffectiveField::Typename(name) => raw(out, name),
        EffectiveField::Value(columns) => writer.setting(columns)?.value(&writer, out, columns),
        EffectiveField::Settings(fields) => object(out, fields, |out, entry| match entry {
            SettingEntry::Typename(name) => raw(out, name),
            SettingEntry::Setting(columns, parts) => {
                let setting = writer.setting(columns)?;
                object(out, parts, |out, part| match part {
                    SettingPart::Typename(name) => raw(out, name),
                    SettingPart::Value => setting.value(&writer, out, columns),
                    SettingPart::Origin => origin(out, setting.origin()),
                    SettingPart::Shadows => setting.shadows(&writer, out, columns),
                })
            }
        }),
        EffectiveField::Entries(entries, fields) => writer.entries(out, entries, fields),
    })
}

/// The source of a setting.
enum SettingSource<'a> {
    /// The instance has a row for it.
    Own(&'a Row),
    /// The instance removes the value of the template.
    Removed,
    /// The instance has no row for it: the value of the template applies, if there is one.
    Template,
}

impl SettingSource<'_> {
    fn origin(&self) -> Origin {
        match self {
            Self::Own(_) | Self::Removed => Origin::Instance,
            Self::Template => Origin::Template,
        }
    }

    fn value(&self, writer: &Writer<'_, '_>, out: &mut ChunkWriter, columns: &SettingColumns) -> Result<()> {
        match self {
            Self::Own(row) => writer.rows.column(out, row, columns.value, columns.form),
            Self::Removed => raw(out, "null"),
            Self::Template => writer.rows.column(out, writer.member.row, columns.template, columns.form),
        }
    }

    fn shadows(&self, writer: &Writer<'_, '_>, out: &mut ChunkWriter, columns: &SettingColumns) -> Result<()> {
        match self {
            Self::Own(_) | Self::Removed => writer.rows.column(out, writer.member.row, columns.template, columns.form),
            Self::Template => raw(out, "null"),
        }
    }
}

impl<'a> Writer<'_, 'a> {
    fn setting(&self, columns: &SettingColumns) -> Result<SettingSource<'a>> {
        let projection = self.rows.projection;
        for (_, _, row) in self.rows.of(columns.part, self.owners.0) {
            if row.text(projection.place(columns.field))? == Some(columns.word) {
                return Ok(SettingSource::Own(row));
            }
        }
        let removed = self.taken.get("settings").is_some_and(|(keys, all)| *all || keys.contains(&columns.word));
        // Only a value that the template has can be removed.
        let is_said = self.member.row.text(projection.place(columns.template))?.is_some();
        Ok(if removed && is_said { SettingSource::Removed } else { SettingSource::Template })
    }

    /// The rows of a side, and the key and tie-breaker of each.
    fn side(&self, side: Side, owner: i64) -> Result<(Vec<&'a Row>, Vec<Keyed<'a>>)> {
        let entries = self.rows.of(side.part, owner);
        let mut found = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
        for (_, _, row) in entries {
            let text = |column| row.text(self.rows.projection.place(column));
            let tie = side.tie.map(text).transpose()?.flatten().unwrap_or_default();
            found.0.push(*row);
            found.1.push((Row::some(text(side.key)?)?, tie));
        }
        Ok(found)
    }

    fn entries(&self, out: &mut ChunkWriter, entries: &Entries, fields: &Fields<EntryField>) -> Result<()> {
        let (own, own_keys) = self.side(entries.own, self.owners.0)?;
        let (template, template_keys) = self.side(entries.template, self.owners.1)?;
        let (removed, replaced) = self.taken.get(entries.kind.word).cloned().unwrap_or_default();
        let layers = Layers { template: template_keys, own: own_keys, removed, replaced };
        let row = self.member.row;
        let text = |row: &'a Row, column| row.text(self.rows.projection.place(column));
        let stack = self.rows.stack.ok_or_else(|| malformed_row("no stack"))?;
        let names = Names {
            stack: text(stack, self.base.stack_name)?.unwrap_or_default(),
            instance: text(row, self.base.instance_name)?.unwrap_or_default(),
            template: text(row, self.base.template_name)?.unwrap_or_default(),
        };
        let merged =
            (entries.kind.merge)(&layers, &names).ok_or_else(|| malformed_row("a key that no entry can have"))?;
        let source = |found| match found {
            Found::Template(at) => Source::Template(template[at]),
            Found::Own(at) => Source::Own(own[at]),
            Found::System(at) => Source::System(&merged.system[at]),
        };
        let entry = |out: &mut ChunkWriter, effective: &Effective<Found>| {
            object(out, fields, |out, field| match field {
                EntryField::Typename(name) => raw(out, name),
                EntryField::FieldColumn(sides) => self.shown(out, source(effective.entry), sides),
                EntryField::Origin => origin(out, effective.origin),
                EntryField::Shadows(fields) => list(out, &effective.shadows, |out, shadowed| {
                    object(out, fields, |out, field| match field {
                        Shadow::Typename(name) => raw(out, name),
                        Shadow::FieldColumn(sides) => self.shown(out, source(*shadowed), sides),
                    })
                }),
            })
        };
        match (entries.shape(), merged.entries.first()) {
            (Shape::List, _) => list(out, &merged.entries, entry),
            (_, Some(first)) => entry(out, first),
            (_, None) => raw(out, "null"),
        }
    }

    fn shown(&self, out: &mut ChunkWriter, source: Source<'_, '_>, sides: &Sides) -> Result<()> {
        match source {
            Source::Template(row) => self.rows.column(out, row, sides.template, sides.form),
            Source::Own(row) => self.rows.column(out, row, sides.own, sides.form),
            Source::System(texts) => {
                let text = texts.iter().find(|(column, _)| *column == sides.name).map(|(_, text)| text);
                json(out, text.ok_or_else(|| malformed_row("no such column"))?)
            }
        }
    }
}

fn origin(out: &mut ChunkWriter, origin: Origin) -> Result<()> {
    raw(
        out,
        match origin {
            Origin::Template => "\"TEMPLATE\"",
            Origin::Instance => "\"INSTANCE\"",
            Origin::System => "\"SYSTEM\"",
        },
    )
}
