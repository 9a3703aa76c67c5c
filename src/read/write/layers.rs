//! The layers of an instance: the rows of its template, of its stack and its own, with their keys and what it removes; and the fields
//! of an entry that may come from any of them.
//!
//! Used for the effective configuration and the reports. It must not contain rules of merging: the rows are merged by
//! their keys in `kinds::plain`.

use super::{
    Writer,
    json::{json, list, object, raw, text, word},
};
use crate::{
    budget::chunks::ChunkWriter,
    db::read_model::{Row, RuleColumns},
    error::Result,
    ids::InstanceId,
    kinds::{
        Argv, Inject, Names, Rule, RuleAction, SettingField,
        plain::{ColumnFormat, RowKey, RowLayers, RowPosition},
    },
    read::{
        plan::{Base, Fields, Layered, LayeredField, SettingColumns, Side, Sides},
        rows::{Object, malformed_row},
    },
};

/// An instance with its template, its stack and its rules.
pub(super) struct Instance<'r, 'a> {
    pub(super) object: &'r Object<'a>,
    pub(super) template: Object<'a>,
    stack: Object<'a>,
    base: &'r Base,
    rules: Vec<Rule>,
}

/// The source of an entry.
#[derive(Clone, Copy)]
pub(super) enum EntrySource<'s, 'a> {
    Own(&'a Row),
    Template(&'a Row),
    Shared(&'a Row),
    /// A setting of the template.
    Setting(&'s TemplateSetting<'a>),
    /// The columns of an entry that the service adds.
    System(&'s [(&'static str, String)]),
}

/// A setting of a template, which is a column of its row.
pub(super) struct TemplateSetting<'a> {
    word: &'static str,
    value: &'a str,
    format: ColumnFormat,
}

/// The rows of one kind in all layers.
pub(super) struct LayerRows<'a> {
    own: Vec<&'a Row>,
    template: Vec<&'a Row>,
    shared: Vec<&'a Row>,
    settings: Vec<TemplateSetting<'a>>,
    own_keys: Vec<RowKey<'a>>,
    template_keys: Vec<RowKey<'a>>,
    shared_keys: Vec<RowKey<'a>>,
}

impl<'a> LayerRows<'a> {
    /// The keys of all layers, and what the rules say about them.
    pub(super) fn layers<'l>(&'l self, kind: &Layered, rules: &'l [Rule]) -> RowLayers<'l> {
        let rules = || rules.iter().filter(|rule| rule.kind == kind.kind.kind);
        RowLayers {
            template: self.template_keys.clone(),
            shared: self.shared_keys.clone(),
            own: self.own_keys.clone(),
            removed: rules().filter_map(|rule| rule.key.as_deref()).collect(),
            replaced: rules().any(|rule| rule.action == RuleAction::Replace),
        }
    }

    /// The key of an entry that the service has not added.
    pub(super) fn key(&self, found: RowPosition) -> Result<&'a str> {
        let key = match found {
            RowPosition::Own(at) => self.own_keys.get(at),
            RowPosition::Shared(at) => self.shared_keys.get(at),
            RowPosition::Template(at) => self.template_keys.get(at),
            RowPosition::System(_) => None,
        };
        key.map(|(key, _)| *key).ok_or_else(|| malformed_row("no entry"))
    }

    /// The source of an entry that the service has not added.
    pub(super) fn source(&self, found: RowPosition) -> Result<EntrySource<'_, 'a>> {
        let source = match found {
            RowPosition::Own(at) => self.own.get(at).map(|row| EntrySource::Own(row)),
            RowPosition::Shared(at) => self.shared.get(at).map(|row| EntrySource::Shared(row)),
            RowPosition::Template(at) if self.settings.is_empty() => {
                self.template.get(at).map(|row| EntrySource::Template(row))
            }
            RowPosition::Template(at) => self.settings.get(at).map(EntrySource::Setting),
            RowPosition::System(_) => None,
        };
        source.ok_or_else(|| malformed_row("no entry"))
    }
}

impl<'a> Writer<'_, 'a> {
    /// An instance with what merging needs.
    pub(super) fn instance<'s>(&'s self, object: &'s Object<'a>, base: &'s Base) -> Result<Instance<'s, 'a>> {
        Ok(Instance {
            object,
            template: self.of(base.template, base.template_id, object)?,
            stack: self.of(base.stack, base.stack_id, object)?,
            base,
            rules: self.rules_of(object, &base.rules)?,
        })
    }

    /// The rules of an instance, sorted; rules of kinds that this version does not know are skipped.
    pub(super) fn rules_of(&self, object: &Object<'a>, columns: &RuleColumns) -> Result<Vec<Rule>> {
        let mut rules = Vec::new();
        for (_, _, row) in self.rows.entries(columns.set, object.id) {
            let text = |column| row.text(self.place(column));
            let (kind, action, key) = (text(columns.kind)?, text(columns.action)?, text(columns.key)?);
            rules.extend(Rule::read(kind.unwrap_or_default(), action.unwrap_or_default(), key.map(str::to_owned)));
        }
        rules.sort();
        Ok(rules)
    }

    /// The names that the service's own entries contain.
    pub(super) fn names<'s>(&self, instance: &Instance<'s, 'a>) -> Result<Names<'s>> {
        let text = |object: &Object<'a>, column| object.row.text(self.place(column));
        Ok(Names {
            stack: text(&instance.stack, instance.base.stack_name)?.unwrap_or_default(),
            instance: text(instance.object, instance.base.instance_name)?.unwrap_or_default(),
            template: text(&instance.template, instance.base.template_name)?.unwrap_or_default(),
            id: InstanceId(instance.object.id),
        })
    }

    /// The rows of a kind in all layers.
    pub(super) fn layer_rows(&self, instance: &Instance<'_, 'a>, kind: &Layered) -> Result<LayerRows<'a>> {
        let (own, own_keys) = self.side(kind.own, instance.object.id)?;
        let mut rows = LayerRows {
            own,
            own_keys,
            template: Vec::new(),
            template_keys: Vec::new(),
            shared: Vec::new(),
            shared_keys: Vec::new(),
            settings: Vec::new(),
        };
        if let Some((side, inject)) = kind.shared {
            let (all, keys) = self.side(side, instance.stack.id)?;
            for (row, key) in all.into_iter().zip(keys) {
                let word = row.text(self.place(inject))?.unwrap_or_default();
                if word.parse::<Inject>().is_ok_and(|inject| inject == Inject::All) {
                    rows.shared.push(row);
                    rows.shared_keys.push(key);
                }
            }
        }
        if let Some(side) = kind.template {
            (rows.template, rows.template_keys) = self.side(side, instance.template.id)?;
        }
        for columns in &kind.settings {
            if let Some(value) = instance.template.row.text(self.place(columns.template))? {
                rows.settings.push(TemplateSetting { word: columns.word, value, format: columns.format });
                rows.template_keys.push((columns.word, ""));
            }
        }
        Ok(rows)
    }

    /// The rows of a layer, and the key and tie-breaker of each.
    fn side(&self, side: Side, owner: i64) -> Result<(Vec<&'a Row>, Vec<RowKey<'a>>)> {
        let entries = self.rows.entries(side.set, owner);
        let mut found = (Vec::with_capacity(entries.len()), Vec::with_capacity(entries.len()));
        for (_, _, row) in entries {
            let text = |column| row.text(self.place(column));
            let tie = side.tie.map(text).transpose()?.flatten().unwrap_or_default();
            found.0.push(*row);
            found.1.push((Row::some(text(side.key)?)?, tie));
        }
        Ok(found)
    }

    /// Writes the fields of an entry.
    pub(super) fn layered(
        &self,
        out: &mut ChunkWriter,
        source: EntrySource<'_, 'a>,
        fields: &Fields<LayeredField>,
    ) -> Result<()> {
        object(out, fields, |out, field| self.layered_field(out, source, field))
    }

    /// Writes a list of entries of one kind.
    pub(super) fn entries(
        &self,
        out: &mut ChunkWriter,
        rows: &LayerRows<'a>,
        found: &[RowPosition],
        fields: &Fields<LayeredField>,
    ) -> Result<()> {
        list(out, found, |out, found| self.layered(out, rows.source(*found)?, fields))
    }

    pub(super) fn layered_field(
        &self,
        out: &mut ChunkWriter,
        source: EntrySource<'_, 'a>,
        field: &LayeredField,
    ) -> Result<()> {
        match (field, source) {
            (LayeredField::Typename(name), _) => raw(out, name),
            (LayeredField::Column(sides), source) => self.sides(out, source, sides),
            (LayeredField::SettingField(columns), EntrySource::Own(row)) => {
                let field = row.text(self.place(columns.field))?.and_then(|word| word.parse::<SettingField>().ok());
                word(out, field.ok_or_else(|| malformed_row("an unknown setting"))?)
            }
            (LayeredField::SettingField(_), EntrySource::Setting(setting)) => {
                let field = setting.word.parse::<SettingField>();
                word(out, field.map_err(|_| malformed_row("an unknown setting"))?)
            }
            (LayeredField::SettingValue(columns), EntrySource::Own(row)) => {
                self.column(out, row, columns.value, ColumnFormat::Text)
            }
            (LayeredField::SettingValue(_), EntrySource::Setting(setting)) => match setting.format {
                // As the value of a setting, arguments are a JSON array in a text.
                ColumnFormat::Words => {
                    let Ok(words) = setting.value.parse::<Argv>();
                    json(out, &words.to_string())
                }
                _ => text(out, Some(setting.value), ColumnFormat::Text),
            },
            (LayeredField::Instance(node, key, fields), EntrySource::Own(row)) => {
                let id = Row::some(row.number(self.place(*key))?)?;
                self.one(out, self.rows.find(*node, id), fields)
            }
            _ => Err(malformed_row("a field of another layer")),
        }
    }

    /// Whether a flag of an entry that may come from any layer is true.
    pub(super) fn sides_flag(&self, source: EntrySource<'_, 'a>, sides: &Sides) -> Result<bool> {
        let (row, column) = match source {
            EntrySource::Own(row) => (row, Some(sides.own)),
            EntrySource::Template(row) => (row, sides.template),
            EntrySource::Shared(row) => (row, sides.shared),
            EntrySource::Setting(_) | EntrySource::System(_) => return Ok(false),
        };
        let column = column.ok_or_else(|| malformed_row("no such layer"))?;
        Ok(row.flag(self.place(column))?.unwrap_or_default())
    }

    /// The text of a column of an entry that may come from any layer.
    pub(super) fn sides_text(&self, source: EntrySource<'_, 'a>, sides: &Sides) -> Result<Option<&'a str>> {
        match source {
            EntrySource::Own(row) => Ok(row.text(self.place(sides.own))?),
            EntrySource::Template(row) => match sides.template {
                Some(column) => Ok(row.text(self.place(column))?),
                None => Err(malformed_row("no template")),
            },
            EntrySource::Shared(row) => match sides.shared {
                Some(column) => Ok(row.text(self.place(column))?),
                None => Err(malformed_row("no stack")),
            },
            EntrySource::Setting(_) | EntrySource::System(_) => Ok(None),
        }
    }

    pub(super) fn sides(&self, out: &mut ChunkWriter, source: EntrySource<'_, 'a>, sides: &Sides) -> Result<()> {
        match source {
            EntrySource::Own(row) => self.column(out, row, sides.own, sides.format),
            EntrySource::Template(row) => {
                self.column(out, row, sides.template.ok_or_else(|| malformed_row("no template"))?, sides.format)
            }
            EntrySource::Shared(row) => {
                self.column(out, row, sides.shared.ok_or_else(|| malformed_row("no stack"))?, sides.format)
            }
            EntrySource::System(texts) => {
                let text = texts.iter().find(|(column, _)| *column == sides.name).map(|(_, text)| text);
                json(out, text.ok_or_else(|| malformed_row("no such column"))?)
            }
            EntrySource::Setting(_) => Err(malformed_row("a setting for an entry")),
        }
    }

    /// Whether two entries are equal.
    pub(super) fn is_equal(
        &self,
        kind: &Layered,
        rows: &LayerRows<'a>,
        a: RowPosition,
        b: RowPosition,
    ) -> Result<bool> {
        let (a, b) = (rows.source(a)?, rows.source(b)?);
        if !kind.settings.is_empty() {
            return Ok(self.setting_value(kind, a)? == self.setting_value(kind, b)?);
        }
        for sides in &kind.compared {
            if !self.is_equal_column(sides, a, b)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a setting in the form in which settings are compared.
    fn setting_value(&self, kind: &Layered, source: EntrySource<'_, 'a>) -> Result<String> {
        let Some(SettingColumns { value, .. }) = kind.settings.first() else { return Ok(String::new()) };
        Ok(match source {
            EntrySource::Setting(TemplateSetting { value, format: ColumnFormat::Words, .. }) => {
                let Ok(words) = value.parse::<Argv>();
                words.to_string()
            }
            EntrySource::Setting(setting) => setting.value.to_owned(),
            EntrySource::Own(row) => row.text(self.place(*value))?.unwrap_or_default().to_owned(),
            _ => return Err(malformed_row("no setting")),
        })
    }

    fn is_equal_column(&self, sides: &Sides, a: EntrySource<'_, 'a>, b: EntrySource<'_, 'a>) -> Result<bool> {
        let cell = |source| match source {
            EntrySource::Own(row) => Ok((row, self.place(sides.own))),
            EntrySource::Template(row) => match sides.template {
                Some(column) => Ok((row, self.place(column))),
                None => Err(malformed_row("no template")),
            },
            EntrySource::Shared(row) => match sides.shared {
                Some(column) => Ok((row, self.place(column))),
                None => Err(malformed_row("no stack")),
            },
            _ => Err(malformed_row("no row")),
        };
        let ((a, at_a), (b, at_b)) = (cell(a)?, cell(b)?);
        Ok(match sides.format {
            ColumnFormat::Id(_) | ColumnFormat::Int | ColumnFormat::Long | ColumnFormat::NonZero => {
                a.number(at_a)? == b.number(at_b)?
            }
            ColumnFormat::Flag => a.flag(at_a)? == b.flag(at_b)?,
            ColumnFormat::Time => true,
            ColumnFormat::Text | ColumnFormat::Word(_) | ColumnFormat::Cursor => a.text(at_a)? == b.text(at_b)?,
            ColumnFormat::Words => {
                let words = |text: Option<&str>| text.map(|text| text.parse::<Argv>().unwrap_or_default());
                words(a.text(at_a)?) == words(b.text(at_b)?)
            }
            ColumnFormat::Json => {
                let value = |text: Option<&str>| text.map(serde_json::from_str::<serde_json::Value>).transpose();
                let (a, b) = (value(a.text(at_a)?), value(b.text(at_b)?));
                a.map_err(|_| malformed_row("no JSON"))? == b.map_err(|_| malformed_row("no JSON"))?
            }
        })
    }
}

impl Instance<'_, '_> {
    /// The id of its stack.
    pub(super) fn stack_id(&self) -> i64 {
        self.stack.id
    }

    /// Its rules.
    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }
}
