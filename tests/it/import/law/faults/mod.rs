//! One model for each kind of fault that imports had, with what is right.

mod files;
mod values;

use super::model::{Model, of_texts};

/// A kind of fault.
#[derive(Default)]
pub(super) struct Fault {
    pub(super) name: &'static str,
    pub(super) model: Model,
    /// The paths of all losses.
    pub(super) losses: &'static [&'static str],
    /// Paths that changes have.
    pub(super) changes: &'static [&'static str],
    /// Texts of the rendered file.
    pub(super) has: &'static [&'static str],
    pub(super) lacks: &'static [&'static str],
    /// Whether Docker Compose 2.40 refuses the model.
    pub(super) is_refused: bool,
}

fn alone(text: &str) -> Model {
    of_texts(&[("compose.yaml", text)], &[], &[])
}

fn laid(below: &str, above: &str) -> Model {
    of_texts(&[("compose.yaml", below)], &[("over.yaml", above)], &[])
}

/// All kinds.
pub(super) fn faults() -> Vec<Fault> {
    files::faults().into_iter().chain(values::faults()).collect()
}
