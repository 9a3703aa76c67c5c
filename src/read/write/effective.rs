//! Writes `effectiveConfig` from the rows of template, stack and instance.
//!
//! Used by the writer. It must not contain rules of merging: the rows are merged by their keys in `kinds::plain`.

use super::{
    Writer,
    json::{json, list, object, raw, word},
    layers::{EntrySource, Instance},
};
use crate::{
    budget::chunks::ChunkWriter,
    db::read_model::Row,
    error::Result,
    kinds::{
        Effective, Origin, OverrideKind, Shape,
        plain::{ColumnFormat, RowPosition},
    },
    read::{
        plan::{
            EffectiveConfig, EffectiveEntryField, EffectiveField, EffectiveSetting, Fields, Layered, LayeredField,
            RemovedField, SettingColumns, SettingPart,
        },
        rows::{Object, malformed_row},
    },
    references::has_references,
};

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
}

impl<'a> Writer<'_, 'a> {
    pub(super) fn effective(&self, out: &mut ChunkWriter, found: &Object<'a>, config: &EffectiveConfig) -> Result<()> {
        let instance = self.instance(found, &config.base)?;
        object(out, &config.fields, |out, field| match field {
            EffectiveField::Typename(name) => raw(out, name),
            EffectiveField::Value(columns) => {
                let source = self.setting(&instance, columns)?;
                self.setting_value_of(out, &instance, columns, &source)
            }
            EffectiveField::Settings(fields) => object(out, fields, |out, field| match field {
                EffectiveSetting::Typename(name) => raw(out, name),
                EffectiveSetting::Setting(columns, parts) => {
                    let source = self.setting(&instance, columns)?;
                    object(out, parts, |out, part| match part {
                        SettingPart::Typename(name) => raw(out, name),
                        SettingPart::Value => self.setting_value_of(out, &instance, columns, &source),
                        SettingPart::Written => self.written_setting(out, &instance, columns, &source),
                        SettingPart::Origin => word(out, source.origin()),
                        SettingPart::Shadows => match source {
                            SettingSource::Template => raw(out, "null"),
                            _ => self.template_value(out, &instance, columns),
                        },
                    })
                }
            }),
            EffectiveField::Entries(kind, fields) => self.effective_entries(out, &instance, kind, fields),
            EffectiveField::Removed(kinds, fields) => self.removed(out, &instance, kinds, fields),
        })
    }

    fn setting(&self, instance: &Instance<'_, 'a>, columns: &SettingColumns) -> Result<SettingSource<'a>> {
        for (_, _, row) in self.rows.entries(columns.set, instance.object.id) {
            if row.text(self.place(columns.field))? == Some(columns.word) {
                return Ok(SettingSource::Own(row));
            }
        }
        let mut rules = instance.rules().iter().filter(|rule| rule.kind == OverrideKind::Setting);
        let is_removed = rules.any(|rule| rule.key.as_deref().is_none_or(|key| key == columns.word));
        // Only a value that the template has can be removed.
        let has_value = instance.template.row.text(self.place(columns.template))?.is_some();
        Ok(if is_removed && has_value { SettingSource::Removed } else { SettingSource::Template })
    }

    fn setting_value_of(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        columns: &SettingColumns,
        source: &SettingSource<'a>,
    ) -> Result<()> {
        let text = match source {
            SettingSource::Own(row) => row.text(self.place(columns.value))?,
            SettingSource::Removed => None,
            SettingSource::Template => instance.template.row.text(self.place(columns.template))?,
        };
        if let Some(text) = text.filter(|text| matches!(columns.format, ColumnFormat::Words) && has_references(text)) {
            return self.resolved_words(out, instance, text);
        }
        self.written_setting(out, instance, columns, source)
    }

    fn written_setting(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        columns: &SettingColumns,
        source: &SettingSource<'a>,
    ) -> Result<()> {
        match source {
            SettingSource::Own(row) => self.column(out, row, columns.value, columns.format),
            SettingSource::Removed => raw(out, "null"),
            SettingSource::Template => self.template_value(out, instance, columns),
        }
    }

    fn template_value(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        columns: &SettingColumns,
    ) -> Result<()> {
        self.column(out, instance.template.row, columns.template, columns.format)
    }

    fn effective_entries(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        kind: &Layered,
        fields: &Fields<EffectiveEntryField>,
    ) -> Result<()> {
        let rows = self.layer_rows(instance, kind)?;
        let layers = rows.layers(kind, instance.rules());
        let merged = (kind.kind.merge)(&layers, &self.names(instance)?)
            .ok_or_else(|| malformed_row("a key that no entry can have"))?;
        let source = |found| match found {
            RowPosition::System(at) => match merged.system.get(at) {
                Some(texts) => Ok(EntrySource::System(texts)),
                None => Err(malformed_row("no entry")),
            },
            stored => rows.source(stored),
        };
        let entry = |out: &mut ChunkWriter, effective: &Effective<RowPosition>| {
            let source = source(effective.entry)?;
            let changed = match &kind.referring {
                Some(columns) => self.changed(instance, kind.kind, source, columns)?,
                None => Vec::new(),
            };
            object(out, fields, |out, field| match field {
                EffectiveEntryField::Entry(LayeredField::Column(sides)) => {
                    match changed.iter().find(|(sql, _)| *sql == sides.name) {
                        Some((_, column)) => Self::changed_column(out, column, sides.format),
                        None => self.sides(out, source, sides),
                    }
                }
                EffectiveEntryField::Entry(field) => self.layered_field(out, source, field),
                EffectiveEntryField::Origin => word(out, effective.origin),
                EffectiveEntryField::Shadows(fields) => self.entries(out, &rows, &effective.shadows, fields),
                EffectiveEntryField::Written(fields) => self.layered(out, source, fields),
                EffectiveEntryField::Text(field) => {
                    let (column, _) = kind.referring.as_ref().ok_or_else(|| malformed_row("no text"))?;
                    self.written(out, instance, (source, rows.key(effective.entry)?, column), field)
                }
            })
        };
        match (kind.kind.shape, merged.entries.first()) {
            (Shape::List, _) => list(out, &merged.entries, entry),
            (_, Some(first)) => entry(out, first),
            (_, None) => raw(out, "null"),
        }
    }

    /// Writes the inherited entries that the instance removes, of all kinds.
    fn removed(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        kinds: &[Layered],
        fields: &Fields<RemovedField>,
    ) -> Result<()> {
        let mut all = Vec::new();
        for (number, kind) in kinds.iter().enumerate() {
            // The service's own entries remove nothing, so the names do not matter.
            if !instance.rules().iter().any(|rule| rule.kind == kind.kind.kind) {
                self.checked_keys(instance, kind)?;
                continue;
            }
            let rows = self.layer_rows(instance, kind)?;
            let layers = rows.layers(kind, instance.rules());
            let merged = (kind.kind.merge)(&layers, &self.names(instance)?)
                .ok_or_else(|| malformed_row("a key that no entry can have"))?;
            let removed = merged.removed;
            all.push((number, rows, removed));
        }
        let entries = all.iter().flat_map(|(number, rows, removed)| {
            removed.iter().map(move |(key, removed)| (*number, rows, key, removed))
        });
        list(out, entries, |out, (number, rows, key, removed)| {
            object(out, fields, |out, field| match field {
                RemovedField::Typename(name) => raw(out, name),
                RemovedField::Kind => word(out, kinds[number].kind.kind),
                RemovedField::Key => json(out, key),
                RemovedField::By => word(out, removed.by),
                RemovedField::Entry(of_kind) => {
                    let fields = of_kind.get(number).ok_or_else(|| malformed_row("no kind"))?;
                    self.layered(out, rows.source(removed.entry)?, fields)
                }
            })
        })
    }

    /// Fails for a row that the executor could not read, of a kind of which nothing is written.
    fn checked_keys(&self, instance: &Instance<'_, 'a>, kind: &Layered) -> Result<()> {
        self.layer_rows(instance, kind).map(drop)
    }
}
