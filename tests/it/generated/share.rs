//! `Share`: how many operations plans have answered, and what the others contain.
//!
//! Filled by the comparison, shown at the end of a test. It must not decide whether a share is enough.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

use super::generator::{Head, Operation};

/// How many operations there are, and how many of them plans have answered.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Count {
    pub(super) all: usize,
    pub(super) planned: usize,
}

impl Count {
    fn add(&mut self, planned: bool) {
        self.all += 1;
        self.planned += usize::from(planned);
    }
}

/// The counts of the operations that were answered without errors.
#[derive(Debug, Default)]
pub(super) struct Share {
    pub(super) total: Count,
    /// Operations with errors. The executor may be the only one that reports them.
    pub(super) with_errors: Count,
    roots: BTreeMap<String, Count>,
    /// By what an operation contains: fields, arguments, directives, fragments, variables.
    parts: BTreeMap<String, Count>,
    /// The parts of each operation that no plan has answered.
    unplanned: Vec<BTreeSet<String>>,
}

impl Share {
    pub(super) fn add(&mut self, operation: &Operation, has_errors: bool, planned: bool) {
        if has_errors {
            self.with_errors.add(planned);
            return;
        }
        self.total.add(planned);
        let (mut roots, parts) = (BTreeSet::new(), parts(operation));
        if !planned {
            self.unplanned.push(parts.clone());
        }
        for part in parts {
            if let Some(root) = part.strip_prefix("Query.").filter(|root| !root.contains('(')) {
                roots.insert(root.to_owned());
            }
            self.parts.entry(part).or_default().add(planned);
        }
        for root in roots {
            self.roots.entry(root).or_default().add(planned);
        }
    }

    /// A table: by root, and what no plan has answered yet.
    pub(super) fn report(&self) -> String {
        let Count { all, planned } = self.total;
        let errors = self.with_errors;
        let mut text = format!(
            "answered by plans: {planned} of {all} operations, and {} of {} with errors\n",
            errors.planned, errors.all
        );
        for (root, count) in &self.roots {
            writeln!(text, "  {root}: {} of {}", count.planned, count.all).unwrap();
        }
        let causes: Vec<String> = self.causes().map(|(part, count)| format!("{part} ({count})")).collect();
        if !causes.is_empty() {
            writeln!(text, "in operations that no plan answered, and in no other: {}", causes.join(", ")).unwrap();
        }
        text
    }

    /// Few parts that are in no operation that a plan has answered, and together in all the others: each with the
    /// number of operations that it is in and the ones before are not.
    fn causes(&self) -> impl Iterator<Item = (String, usize)> {
        let mut left: Vec<&BTreeSet<String>> = self.unplanned.iter().collect();
        std::iter::from_fn(move || {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let never = left.iter().copied().flatten().filter(|part| self.parts[*part].planned == 0);
            never.for_each(|part| *counts.entry(part).or_default() += 1);
            let (cause, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
            left.retain(|parts| !parts.contains(cause));
            Some((cause.to_owned(), count))
        })
    }

    /// The fields that the operations contain.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str).filter(|part| !part.contains(['(', '@', '$', ' ']) && part.contains('.'))
    }
}

/// What an operation contains, each once.
fn parts(operation: &Operation) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    operation.each(&mut |selection| {
        match &selection.head {
            Head::Field { of, name, arguments, .. } => {
                parts.insert(format!("{of}.{name}"));
                for (argument, value) in arguments {
                    parts.insert(format!("{of}.{name}({argument})"));
                    if !value.variables.is_empty() {
                        parts.insert("$variable".to_owned());
                    }
                }
            }
            Head::Inline(None) => _ = parts.insert("...".to_owned()),
            Head::Inline(Some(on)) => _ = parts.insert(format!("... on {on}")),
            Head::Spread(number) => {
                parts.insert(format!("fragment on {}", operation.fragments[*number].on));
            }
        }
        for (name, condition) in &selection.directives {
            let kind = if condition.variables.is_empty() { "" } else { " $" };
            parts.insert(format!("@{name}{kind}"));
        }
    });
    for variable in operation.used_variables() {
        if variable.default.is_some() {
            parts.insert("$variable with a default".to_owned());
        }
    }
    parts
}
