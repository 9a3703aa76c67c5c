//! Fragments and directives: the part of the generator that does not choose fields.
//!
//! Called by the generator for some of the selections of a set. It must not name a type that the object cannot be.

use super::{
    grow::{DEPTH, FIELDS, Grower},
    operation::{Fragment, Head, Selection, Written},
    scope::Scope,
};
use crate::support::Rng;

/// What the selections of an operation may have: not all have everything, so that it shows what plans do not take.
pub(super) struct Style {
    pub(super) directives: bool,
    pub(super) fragments: bool,
    pub(super) variables: bool,
}

impl Style {
    pub(super) fn any(rng: &mut Rng) -> Self {
        let [directives, fragments, variables] = [0, 1, 1].map(|often| rng.below(3) <= often);
        Self { directives, fragments, variables }
    }
}

impl Grower<'_> {
    pub(super) fn inline(&mut self, of: &str, depth: usize, scope: &mut Scope) -> Option<Selection> {
        let types = self.types;
        let overlapping = types.overlapping(of);
        let on = match self.rng.below(6) {
            0 => None,
            1 => Some(overlapping[self.rng.below(overlapping.len())]),
            _ => {
                let objects = types.possible(of);
                Some(objects[self.rng.below(objects.len())].as_str())
            }
        };
        let target = on.unwrap_or(of);
        if types.fields(target).is_empty() && types.is_object(target) {
            return None;
        }
        let inside = self.set_of_fragment(target, depth, scope);
        Some(Selection { head: Head::Inline(on.map(str::to_owned)), directives: self.conditions(), inside })
    }

    /// The selections of a fragment; without more fragments in it when there are many.
    fn set_of_fragment(&mut self, on: &str, depth: usize, scope: &mut Scope) -> Vec<Selection> {
        self.fields += 1;
        if self.fields > 2 * FIELDS {
            return vec![self.typename(on, scope)];
        }
        self.set(on, depth, scope)
    }

    /// A spread of a fragment that there is already, or of a new one.
    pub(super) fn spread(&mut self, of: &str, depth: usize, scope: &mut Scope) -> Option<Selection> {
        let types = self.types;
        let overlapping = types.overlapping(of);
        if self.chance(2) {
            let known = self.fragments.iter().position(|(known, keys)| {
                // Its depth is not known here: what was made further up may be too deep.
                overlapping.contains(&known.on.as_str()) && depth + 3 > DEPTH && scope.absorb(keys)
            });
            if let Some(number) = known {
                return Some(Selection {
                    head: Head::Spread(number),
                    directives: self.conditions(),
                    inside: Vec::new(),
                });
            }
        }
        let on = if self.chance(3) { overlapping[self.rng.below(overlapping.len())] } else { of };
        let mut keys = Scope::default();
        let set = self.set_of_fragment(on, depth, &mut keys);
        if !scope.absorb(&keys) {
            return None;
        }
        Some(self.fragment(on, set, keys))
    }

    pub(super) fn fragment(&mut self, on: &str, set: Vec<Selection>, keys: Scope) -> Selection {
        self.fragments.push((Fragment { on: on.to_owned(), set }, keys));
        let head = Head::Spread(self.fragments.len() - 1);
        Selection { head, directives: self.conditions(), inside: Vec::new() }
    }

    /// No directive mostly, else one or two.
    pub(super) fn conditions(&mut self) -> Vec<(&'static str, Written)> {
        let mut conditions = Vec::new();
        for name in ["include", "skip"] {
            if self.style.directives && self.directives < 12 && self.chance(16) {
                self.directives += 1;
                conditions.push((name, self.condition()));
            }
        }
        conditions
    }
}
