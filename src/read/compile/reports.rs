//! Compiles the reports about the overrides of an instance: rules, statistics and differences.
//!
//! Used by the compiler. It must not contain rules of merging.

use super::{Compiler, Sets, typename};
use crate::{
    db::read_model::NodeId,
    kinds::plain::PLAIN_KINDS,
    read::plan::{ChangeField, Count, Field, KindStatsField, Layered, Report, RuleField, StatsField},
};

/// The number of the statistics that a field shows.
fn count(name: &str) -> Option<Count> {
    Some(match name {
        "total" => Count::Total,
        "removed" => Count::Removed,
        "redundant" => Count::Redundant,
        "dead" => Count::Dead,
        _ => return None,
    })
}

impl<'a> Compiler<'a> {
    pub(super) fn rules(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Field> {
        let columns = self.tree.rules(node);
        let fields = self.fields("OverrideRule", sets, |_, field, _| {
            Some(match field.name.as_str() {
                "__typename" => RuleField::Typename(typename("OverrideRule")),
                "kind" => RuleField::Kind,
                "action" => RuleField::Action,
                "key" => RuleField::Key,
                _ => return None,
            })
        });
        Some(Field::Rules(columns, fields?))
    }

    pub(super) fn stats(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Field> {
        let (base, kinds) = (self.base(node), self.compared(node)?);
        let fields = self.fields("OverrideStats", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => StatsField::Typename(typename("OverrideStats")),
                "byKind" => StatsField::ByKind(own.fields("KindStats", sets, |_, field, _| {
                    Some(match field.name.as_str() {
                        "__typename" => KindStatsField::Typename(typename("KindStats")),
                        "kind" => KindStatsField::Kind,
                        "replaced" => KindStatsField::Replaced,
                        name => KindStatsField::Count(count(name)?),
                    })
                })?),
                name => StatsField::Count(count(name)?),
            })
        });
        Some(Field::Stats(Box::new(Report { base, kinds, fields: fields? })))
    }

    pub(super) fn diff(&mut self, node: NodeId, sets: Sets<'_, 'a>) -> Option<Field> {
        let (base, kinds) = (self.base(node), self.compared(node)?);
        let fields = self.fields("ConfigChange", sets, |own, field, sets| {
            Some(match field.name.as_str() {
                "__typename" => ChangeField::Typename(typename("ConfigChange")),
                "kind" => ChangeField::Kind,
                "key" => ChangeField::Key,
                "change" => ChangeField::Change,
                "from" => ChangeField::From(own.any_entry(node, sets)?),
                "to" => ChangeField::To(own.any_entry(node, sets)?),
                _ => return None,
            })
        });
        Some(Field::Diff(Box::new(Report { base, kinds, fields: fields? })))
    }

    /// The rows of all kinds in all layers, with the columns by which they are compared.
    fn compared(&mut self, node: NodeId) -> Option<Vec<Layered>> {
        let mut all = Vec::with_capacity(PLAIN_KINDS.len());
        for kind in PLAIN_KINDS {
            let mut layered = self.layered(node, kind)?;
            for column in kind.compared() {
                layered.compared.push(self.sides(node, kind, column)?);
            }
            all.push(layered);
        }
        Some(all)
    }
}
