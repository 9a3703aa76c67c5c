//! Resolves the references in effective values, and writes what a variable is made of.
//!
//! Used by the writer of `effectiveConfig`. It must not resolve references itself; `references` does.

use std::{collections::HashMap, sync::Arc};

use super::{
    Writer,
    json::{json, list, object, quoted, raw, text},
    layers::{EntrySource, Instance},
};
use crate::{
    budget::chunks::ChunkWriter,
    error::Result,
    ids::StackId,
    kinds::{
        Argv,
        plain::{ColumnFormat, PlainKind, ResolvedColumn},
    },
    read::{
        plan::{Fields, SegmentField, Sides, TextField},
        rows::malformed_row,
    },
    references::{ResolvedSegment, Resolver, StackValues, State, has_references},
};

/// What the texts of each stack are resolved against.
pub(in crate::read) struct References<'v>(HashMap<i64, Resolver<'v>>);

impl<'v> References<'v> {
    pub(in crate::read) fn new(values: &'v HashMap<StackId, Arc<StackValues>>) -> Self {
        Self(values.iter().map(|(stack, values)| (stack.0, Resolver::new(values))).collect())
    }
}

/// The columns of an entry that its references change, by the SQL of each.
pub(super) type Changed = Vec<(&'static str, ResolvedColumn)>;

impl<'w, 'a> Writer<'w, 'a> {
    /// The references of the stack of an instance.
    fn resolver(&self, instance: &Instance<'_, 'a>) -> Result<&'w Resolver<'w>> {
        self.references.0.get(&instance.stack_id()).ok_or_else(|| malformed_row("a reference that was not there"))
    }

    /// The columns of an effective entry that its references change.
    pub(super) fn changed(
        &self,
        instance: &Instance<'_, 'a>,
        kind: &PlainKind,
        source: EntrySource<'_, 'a>,
        (column, only_if): &(Sides, Option<Sides>),
    ) -> Result<Changed> {
        let Some(text) = self.sides_text(source, column)?.filter(|text| has_references(text)) else {
            return Ok(Vec::new());
        };
        if let Some(flag) = only_if
            && !self.sides_flag(source, flag)?
        {
            return Ok(Vec::new());
        }
        let (resolver, names) = (self.resolver(instance)?, self.names(instance)?);
        Ok((kind.resolve)(text, &mut |text| resolver.resolve(names.instance, text)))
    }

    /// Writes a column that references have changed.
    pub(super) fn changed_column(out: &mut ChunkWriter, column: &ResolvedColumn, format: ColumnFormat) -> Result<()> {
        match column {
            ResolvedColumn::Text(changed) => text(out, changed.as_deref(), format),
            ResolvedColumn::Flag(flag) => raw(out, if *flag { "true" } else { "false" }),
        }
    }

    /// Writes arguments with their references resolved.
    pub(super) fn resolved_words(&self, out: &mut ChunkWriter, instance: &Instance<'_, 'a>, text: &str) -> Result<()> {
        let (resolver, names) = (self.resolver(instance)?, self.names(instance)?);
        let Ok(Argv(words)) = text.parse();
        let words: Vec<String> = words.iter().map(|word| resolver.resolve(names.instance, word).displayed()).collect();
        json(out, &words)
    }

    /// Writes a field about the text of a variable as it was written.
    pub(super) fn written(
        &self,
        out: &mut ChunkWriter,
        instance: &Instance<'_, 'a>,
        (source, key, column): (EntrySource<'_, 'a>, &str, &Sides),
        field: &TextField,
    ) -> Result<()> {
        // The text of a secret is null here.
        let text = self.sides_text(source, column)?;
        match field {
            TextField::Text => super::json::text(out, text, ColumnFormat::Text),
            TextField::Segments([of_text, of_reference]) => {
                let parts = text.map(|text| self.parts(instance, text)).transpose()?.unwrap_or_default();
                list(out, &parts, |out, part| {
                    let fields = if part.reference.is_some() { of_reference } else { of_text };
                    segment(out, part, fields)
                })
            }
            TextField::State(is_secret) => {
                let state = if self.sides_flag(source, is_secret)? {
                    // Its text is not known here, only what it resolves to.
                    let found = self.resolver(instance)?.variable(self.names(instance)?.instance, key);
                    found.map(|resolved| resolved.state())
                } else {
                    let parts = text.map(|text| self.parts(instance, text)).transpose()?.unwrap_or_default();
                    parts.iter().map(|part| part.value.state()).max()
                };
                quoted(
                    out,
                    match state.unwrap_or_default() {
                        State::Resolved => "RESOLVED",
                        State::DisabledTarget => "DISABLED_TARGET",
                        State::Unresolved => "UNRESOLVED",
                    },
                )
            }
        }
    }

    /// The parts of a text.
    fn parts(&self, instance: &Instance<'_, 'a>, text: &str) -> Result<Vec<ResolvedSegment>> {
        if has_references(text) {
            return Ok(self.resolver(instance)?.segments(Some(self.names(instance)?.instance), text));
        }
        Ok(Resolver::new(&StackValues::default()).segments(None, text))
    }
}

fn segment(out: &mut ChunkWriter, part: &ResolvedSegment, fields: &Fields<SegmentField>) -> Result<()> {
    object(out, fields, |out, field| match field {
        SegmentField::Typename(name) => raw(out, name),
        SegmentField::Text => json(out, &part.text),
        SegmentField::Value => text(out, part.value.shown().as_deref(), ColumnFormat::Text),
        SegmentField::IsSecret => raw(out, if part.value.is_hidden() { "true" } else { "false" }),
        SegmentField::Reason => {
            let reason = part.value.troubles().next().map(|(_, trouble)| trouble.message());
            text(out, reason.as_deref(), ColumnFormat::Text)
        }
    })
}
