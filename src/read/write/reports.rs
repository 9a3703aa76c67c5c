//! Writes the reports about the overrides of an instance: rules, statistics and differences.
//!
//! Used by the writer. It must not contain rules of merging: the rows are compared by their keys in `kinds::plain`.

use std::cell::Cell;

use super::{
    Writer, int,
    json::{json, list, object, raw, word},
    layers::{Instance, LayerRows},
};
use crate::{
    budget::chunks::ChunkWriter,
    db::read_model::RuleColumns,
    error::{Error, Result},
    kinds::{
        ChangeType, OverrideKind, Stats,
        plain::{RowChange, RowPosition},
    },
    read::{
        plan::{ChangeField, Count, Fields, KindStatsField, Layered, Report, RuleField, StatsField},
        rows::{Object, malformed_row},
    },
};

impl Count {
    fn of(self, stats: &Stats) -> usize {
        match self {
            Self::Total => stats.total,
            Self::Removed => stats.removed,
            Self::Redundant => stats.redundant,
            Self::Dead => stats.dead,
        }
    }
}

fn number(out: &mut ChunkWriter, n: usize) -> Result<()> {
    json(out, &int(i64::try_from(n).unwrap_or(i64::MAX)))
}

impl<'a> Writer<'_, 'a> {
    pub(super) fn rules(
        &self,
        out: &mut ChunkWriter,
        found: &Object<'a>,
        columns: &RuleColumns,
        fields: &Fields<RuleField>,
    ) -> Result<()> {
        list(out, self.rules_of(found, columns)?, |out, rule| {
            object(out, fields, |out, field| match field {
                RuleField::Typename(name) => raw(out, name),
                RuleField::Kind => word(out, rule.kind),
                RuleField::Action => word(out, rule.action),
                RuleField::Key => json(out, &rule.key),
            })
        })
    }

    pub(super) fn stats(&self, out: &mut ChunkWriter, found: &Object<'a>, report: &Report<StatsField>) -> Result<()> {
        let instance = self.instance(found, &report.base)?;
        let mut all: Vec<(OverrideKind, Stats)> = Vec::with_capacity(report.kinds.len());
        for kind in &report.kinds {
            let rows = self.layer_rows(&instance, kind)?;
            let layers = rows.layers(kind, instance.rules());
            let stats = self.compared(kind, &rows, |is_equal| (kind.kind.stats)(&layers, is_equal))?;
            all.push((kind.kind.kind, stats));
        }
        object(out, &report.fields, |out, field| match field {
            StatsField::Typename(name) => raw(out, name),
            StatsField::Count(count) => number(out, all.iter().map(|(_, stats)| count.of(stats)).sum()),
            StatsField::ByKind(fields) => {
                let of_kind = all.iter().filter(|(_, stats)| *stats != Stats::default());
                list(out, of_kind, |out, (kind, stats)| {
                    object(out, fields, |out, field| match field {
                        KindStatsField::Typename(name) => raw(out, name),
                        KindStatsField::Kind => word(out, *kind),
                        KindStatsField::Count(count) => number(out, count.of(stats)),
                        KindStatsField::Replaced => raw(out, if stats.replaced { "true" } else { "false" }),
                    })
                })
            }
        })
    }

    pub(super) fn diff(&self, out: &mut ChunkWriter, found: &Object<'a>, report: &Report<ChangeField>) -> Result<()> {
        let instance = self.instance(found, &report.base)?;
        let mut all = Vec::new();
        for (number, kind) in report.kinds.iter().enumerate() {
            let (rows, changes) = self.changes(&instance, kind)?;
            all.push((number, rows, changes));
        }
        let changes =
            all.iter().flat_map(|(number, rows, changes)| changes.iter().map(move |change| (*number, rows, change)));
        list(out, changes, |out, (number, rows, change)| {
            let kind = report.kinds[number].kind.kind;
            let entries = |out: &mut ChunkWriter, of_kind: &[_], found: &[RowPosition]| match of_kind.get(number) {
                Some(fields) => self.entries(out, rows, found, fields),
                None => Err(malformed_row("no kind")),
            };
            object(out, &report.fields, |out, field| match field {
                ChangeField::Typename(name) => raw(out, name),
                ChangeField::Kind => word(out, kind),
                ChangeField::Key => json(out, &change.key),
                ChangeField::Change => word(out, ChangeType::of(change.from.is_empty(), change.to.is_empty())),
                ChangeField::From(of_kind) => entries(out, of_kind, &change.from),
                ChangeField::To(of_kind) => entries(out, of_kind, &change.to),
            })
        })
    }

    fn changes(&self, instance: &Instance<'_, 'a>, kind: &Layered) -> Result<(LayerRows<'a>, Vec<RowChange>)> {
        let rows = self.layer_rows(instance, kind)?;
        let layers = rows.layers(kind, instance.rules());
        let changes = self.compared(kind, &rows, |is_equal| (kind.kind.diff)(&layers, is_equal))?;
        Ok((rows, changes))
    }

    /// Runs a report that compares entries. Fails if one of them cannot be read.
    fn compared<T>(
        &self,
        kind: &Layered,
        rows: &LayerRows<'a>,
        report: impl FnOnce(&dyn Fn(RowPosition, RowPosition) -> bool) -> Option<T>,
    ) -> Result<T> {
        let failed: Cell<Option<Error>> = Cell::new(None);
        let is_equal = |a, b| match self.is_equal(kind, rows, a, b) {
            Ok(is_equal) => is_equal,
            Err(cause) => {
                failed.set(Some(cause));
                false
            }
        };
        let result = report(&is_equal).ok_or_else(|| malformed_row("a key that no entry can have"))?;
        failed.take().map_or(Ok(result), Err)
    }
}
