//! Compiles the entries of kinds: those of one owner, and the effective ones of all layers.
//!
//! Used by the compiler. It must not contain rules of merging.

use apollo_compiler::executable::Field as Selected;

use super::{Compiler, Sets, typename};
use crate::{
    db::read_model::{NodeId, RowSet},
    fields::TEMPLATE,
    kinds::{
        OverrideKind, SettingField as Setting, Shape,
        plain::{ColumnFormat, FieldColumn, PLAIN_KINDS, PlainKind},
    },
    read::plan::{
        EffectiveConfig, EffectiveEntryField, EffectiveField, EffectiveSetting, EntryField, Field, Fields, Layered,
        LayeredField, Referring, RemovedField, SegmentField, SettingColumns, SettingField, SettingPart, Side, Sides,
        TextField,
    },
};

const fn text(sql: &'static str) -> FieldColumn {
    FieldColumn { field: sql, sql, format: ColumnFormat::Text }
}

/// The field of a dependency that is another instance.
const OTHER_INSTANCE: &str = "instance";

impl<'a> Compiler<'a> {
    /// The entries of a kind that belong to the objects of a node.
    pub(super) fn entries(
        &mut self,
        node: NodeId,
        kind: &'static PlainKind,
        sets: Sets<'_, 'a>,
    ) -> Option<(RowSet, Fields<EntryField>)> {
        let set = self.tree.kind(node, kind)?;
        let of = kind.type_name;
        let fields = self.fields(of, sets, |own, field, sets| {
            if field.name == "__typename" {
                return Some(EntryField::Typename(typename(of)));
            }
            if let Some(column) = kind.refers_by.filter(|_| field.name == OTHER_INSTANCE) {
                let other = own.tree.dependencies_of(node);
                let key = own.tree.column(set, FieldColumn { field: column, sql: column, format: ColumnFormat::Long });
                return Some(EntryField::Instance(other, key, own.instance(other, sets)?));
            }
            let shown = kind.find(&field.name)?;
            Some(EntryField::Column(own.tree.column(set, shown), shown.format))
        });
        Some((set, fields?))
    }

    /// The settings that instances override.
    pub(super) fn settings(&mut self, node: NodeId, kind: &'static PlainKind, sets: Sets<'_, 'a>) -> Option<Field> {
        let set = self.tree.kind(node, kind)?;
        let fields = self.fields("Settings", sets, |own, field, _| {
            if field.name == "__typename" {
                return Some(SettingField::Typename(typename("Settings")));
            }
            let word = setting(field)?;
            let format = TEMPLATE.iter().find(|shown| shown.field == word)?.format;
            let (field, value) = (own.tree.column(set, text("field")), own.tree.column(set, text("value")));
            Some(SettingField::Value { word, field, value, format })
        });
        Some(Field::Settings(set, fields?))
    }

    pub(super) fn effective(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Field> {
        let base = self.base(node);
        let fields = self.fields("EffectiveConfig", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => EffectiveField::Typename(typename("EffectiveConfig")),
                "settings" => EffectiveField::Settings(own.effective_settings(node, sets)?),
                "removed" => {
                    let kinds = own.all_layered(node)?;
                    EffectiveField::Removed(kinds, own.removed(node, sets)?)
                }
                name => match PLAIN_KINDS.iter().find(|kind| kind.field == name) {
                    Some(kind) => {
                        let mut layered = own.layered(node, kind)?;
                        let fields = own.effective_entry(node, kind, sets)?;
                        own.refer(node, &mut layered, sets, &fields)?;
                        EffectiveField::Entries(Box::new(layered), fields)
                    }
                    None => {
                        let columns = own.setting_columns(node, setting(field)?)?;
                        own.refers_in_setting(node, &columns);
                        EffectiveField::Value(columns)
                    }
                },
            })
        });
        Some(Field::Effective(Box::new(EffectiveConfig { base, fields: fields? })))
    }

    fn effective_settings(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<EffectiveSetting>> {
        self.fields("EffectiveSettings", sets, |own, field, sets| {
            if field.name == "__typename" {
                return Some(EffectiveSetting::Typename(typename("EffectiveSettings")));
            }
            let columns = own.setting_columns(node, setting(field)?)?;
            let of = field.definition.ty.inner_named_type().as_str();
            let parts = own.fields(of, sets, |_, field, _| {
                Some(match field.name.as_str() {
                    "__typename" => SettingPart::Typename(typename(of)),
                    "value" => SettingPart::Value,
                    "written" => SettingPart::Written,
                    "origin" => SettingPart::Origin,
                    "shadows" => SettingPart::Shadows,
                    _ => return None,
                })
            })?;
            if parts.iter().any(|(_, part)| matches!(part, SettingPart::Value)) {
                own.refers_in_setting(node, &columns);
            }
            Some(EffectiveSetting::Setting(columns, parts))
        })
    }

    /// Adds the column whose references are resolved, if one of the selected fields depends on it.
    fn refer(
        &mut self,
        node: NodeId,
        layered: &mut Layered,
        sets: Sets<'_, 'a>,
        fields: &Fields<EffectiveEntryField>,
    ) -> Option<()> {
        let kind = layered.kind;
        let written = fields.iter().filter_map(|(_, field)| match field {
            EffectiveEntryField::Text(written) => Some(written),
            _ => None,
        });
        let written: Vec<&TextField> = written.collect();
        if written.is_empty() && !self.select(sets, kind.reference_fields) {
            return Some(());
        }
        let Some(first) = kind.reference_fields.first() else { return Some(()) };
        let text = self.sides(node, kind, kind.find(first)?)?;
        let only_if = match kind.refers_if {
            Some(flag) => Some(self.sides(node, kind, kind.find(flag)?)?),
            None => None,
        };
        let all = |sides: &Sides| [Some(sides.own), sides.template, sides.shared].into_iter().flatten();
        let secrets = written.iter().filter_map(|field| match field {
            TextField::State(is_secret) => Some(is_secret),
            _ => None,
        });
        let secrets = secrets.flat_map(all).collect();
        let (_, stack_id) = self.stack_of(node);
        self.referring.push(Referring { stack_id, texts: all(&text).collect(), secrets });
        layered.referring = Some((text, only_if));
        Some(())
    }

    /// Notes where the arguments of a setting may contain references.
    fn refers_in_setting(&mut self, node: NodeId, columns: &SettingColumns) {
        if matches!(columns.format, ColumnFormat::Words) {
            let (_, stack_id) = self.stack_of(node);
            let texts = vec![columns.value, columns.template];
            self.referring.push(Referring { stack_id, texts, secrets: Vec::new() });
        }
    }

    /// The columns of a setting of the instances of a node.
    fn setting_columns(&mut self, node: NodeId, word: &'static str) -> Option<SettingColumns> {
        let kind = PLAIN_KINDS.iter().find(|kind| kind.shape == Shape::Fields)?;
        let shown = TEMPLATE.iter().find(|shown| shown.field == word)?;
        let set = self.tree.kind(node, kind)?;
        let (template, _) = self.template_of(node);
        Some(SettingColumns {
            word,
            set,
            field: self.tree.column(set, text("field")),
            value: self.tree.column(set, text("value")),
            template: self.tree.of_node(template, *shown),
            format: shown.format,
        })
    }

    /// The columns of the instance's row for any setting.
    fn any_setting(&mut self, node: NodeId) -> Option<SettingColumns> {
        self.setting_columns(node, Setting::ALL.first()?.as_str())
    }

    /// The rows of a kind in all layers of the instances of a node.
    pub(super) fn layered(&mut self, node: NodeId, kind: &'static PlainKind) -> Option<Layered> {
        let own = self.tree.kind(node, kind)?;
        let own = self.side(own, kind);
        let (template, _) = self.template_of(node);
        let template = self.tree.kind(template, kind).map(|set| self.side(set, kind));
        let shared = match self.shared(node, kind) {
            Some(set) => Some((self.side(set, kind), self.tree.column(set, text("inject")))),
            None => None,
        };
        let mut settings = Vec::new();
        if kind.shape == Shape::Fields {
            for field in Setting::ALL {
                settings.push(self.setting_columns(node, field.as_str())?);
            }
        }
        Some(Layered { kind, own, template, shared, settings, compared: Vec::new(), referring: None })
    }

    /// The rows that the instances of a node share with their stacks; `None` for a kind that stacks do not have.
    fn shared(&mut self, node: NodeId, kind: &'static PlainKind) -> Option<RowSet> {
        kind.stack_table?;
        let (stack, _) = self.stack_of(node);
        self.tree.kind(stack, kind)
    }

    /// The rows of all kinds in all layers.
    pub(super) fn all_layered(&mut self, node: NodeId) -> Option<Vec<Layered>> {
        PLAIN_KINDS.iter().map(|kind| self.layered(node, kind)).collect()
    }

    fn side(&mut self, set: RowSet, kind: &'static PlainKind) -> Side {
        let mut column = |sql| self.tree.column(set, text(sql));
        Side { set, key: column(kind.key), tie: kind.tie.map(column) }
    }

    /// The columns of a field of an entry, in all layers.
    pub(super) fn sides(&mut self, node: NodeId, kind: &'static PlainKind, shown: FieldColumn) -> Option<Sides> {
        let own = self.tree.kind(node, kind)?;
        let (template, _) = self.template_of(node);
        let template = self.tree.kind(template, kind);
        let shared = self.shared(node, kind);
        Some(Sides {
            own: self.tree.column(own, shown),
            template: template.map(|set| self.tree.column(set, shown)),
            shared: shared.map(|set| self.tree.column(set, kind.shared(shown))),
            name: shown.sql,
            format: shown.format,
        })
    }

    /// A field of an entry that may come from any layer.
    fn layered_field(
        &mut self,
        node: NodeId,
        kind: &'static PlainKind,
        of: &str,
        field: &'a Selected,
        sets: Sets<'_, 'a>,
    ) -> Option<LayeredField> {
        Some(match field.name.as_str() {
            "__typename" => LayeredField::Typename(typename(of)),
            "field" if kind.shape == Shape::Fields => LayeredField::SettingField(self.any_setting(node)?),
            "value" if kind.shape == Shape::Fields => LayeredField::SettingValue(self.any_setting(node)?),
            OTHER_INSTANCE if kind.refers_by.is_some() => {
                let column = kind.refers_by?;
                let (other, own) = (self.tree.dependencies_of(node), self.tree.kind(node, kind)?);
                let key = self.tree.column(own, FieldColumn { field: column, sql: column, format: ColumnFormat::Long });
                LayeredField::Instance(other, key, self.instance(other, sets)?)
            }
            name => LayeredField::Column(self.sides(node, kind, kind.find(name)?)?),
        })
    }

    /// The fields of an entry as the kind's own type.
    fn entry(&mut self, node: NodeId, kind: &'static PlainKind, sets: Sets<'_, 'a>) -> Option<Fields<LayeredField>> {
        let of = kind.type_name;
        self.fields(of, sets, |own, field, sets| own.layered_field(node, kind, of, field, sets))
    }

    /// The fields of an entry as each kind's type, in registry order: those of a union.
    pub(super) fn any_entry(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Vec<Fields<LayeredField>>> {
        PLAIN_KINDS.iter().map(|kind| self.entry(node, kind, sets)).collect()
    }

    fn effective_entry(
        &mut self,
        node: NodeId,
        kind: &'static PlainKind,
        sets: Sets<'_, 'a>,
    ) -> Option<Fields<EffectiveEntryField>> {
        let of = format!("Effective{}", kind.type_name);
        self.fields(&of, sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "origin" => EffectiveEntryField::Origin,
                "shadows" => EffectiveEntryField::Shadows(own.entry(node, kind, sets)?),
                "written" => EffectiveEntryField::Written(own.entry(node, kind, sets)?),
                "text" if kind.kind == OverrideKind::EnvVar => EffectiveEntryField::Text(TextField::Text),
                "state" if kind.kind == OverrideKind::EnvVar => {
                    let is_secret = own.sides(node, kind, kind.find("isSecret")?)?;
                    EffectiveEntryField::Text(TextField::State(is_secret))
                }
                "segments" if kind.kind == OverrideKind::EnvVar => {
                    let parts = [own.segment("TextSegment", sets)?, own.segment("ReferenceSegment", sets)?];
                    EffectiveEntryField::Text(TextField::Segments(parts))
                }
                _ => EffectiveEntryField::Entry(own.layered_field(node, kind, &of, field, sets)?),
            })
        })
    }

    /// The fields of a part of a text, which is of one of two types.
    fn segment(&mut self, of: &str, sets: Sets<'_, 'a>) -> Option<Fields<SegmentField>> {
        self.fields(of, sets, |_, field, _| {
            Some(match field.name.as_str() {
                "__typename" => SegmentField::Typename(typename(of)),
                "text" => SegmentField::Text,
                "value" => SegmentField::Value,
                "isSecret" => SegmentField::IsSecret,
                "reason" => SegmentField::Reason,
                _ => return None,
            })
        })
    }

    fn removed(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Fields<RemovedField>> {
        self.fields("RemovedEntry", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => RemovedField::Typename(typename("RemovedEntry")),
                "kind" => RemovedField::Kind,
                "key" => RemovedField::Key,
                "by" => RemovedField::By,
                "entry" => RemovedField::Entry(own.any_entry(node, sets)?),
                _ => return None,
            })
        })
    }
}

/// The setting that a field shows, by its stored name.
fn setting(field: &Selected) -> Option<&'static str> {
    Setting::ALL.iter().map(|setting| setting.as_str()).find(|word| *word == field.name.as_str())
}
