//! Compose models: several files, of which some are override files or files of variables.

use std::collections::BTreeMap;

/// The files of a model.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    /// All files by name.
    pub(super) files: BTreeMap<String, String>,
    /// Those that are given: the first is that of the project, the others are included or extended by it.
    pub(super) base: Vec<String>,
    pub(super) overrides: Vec<String>,
    pub(super) env_files: Vec<String>,
    /// Whether services may join external networks.
    pub(super) external_networks: bool,
}

impl Model {
    /// The files that Docker Compose is given.
    pub(super) fn layers(&self) -> Vec<String> {
        self.base.iter().take(1).chain(&self.overrides).cloned().collect()
    }

    pub(super) fn shown(&self) -> String {
        self.files.iter().map(|(name, text)| format!("--- {name}\n{text}")).collect::<Vec<_>>().join("\n")
    }
}

/// A model of one file for each text.
pub(super) fn of_texts(base: &[(&str, &str)], overrides: &[(&str, &str)], others: &[(&str, &str)]) -> Model {
    let mut model = Model::default();
    for (name, text) in base {
        model.base.push((*name).to_owned());
        model.files.insert((*name).to_owned(), (*text).to_owned());
    }
    for (name, text) in overrides {
        model.overrides.push((*name).to_owned());
        model.files.insert((*name).to_owned(), (*text).to_owned());
    }
    for (name, text) in others {
        if name.ends_with(".vars") {
            model.env_files.push((*name).to_owned());
        }
        model.files.insert((*name).to_owned(), (*text).to_owned());
    }
    if model.env_files.is_empty() {
        model.files.insert("none.vars".to_owned(), String::new());
        model.env_files.push("none.vars".to_owned());
    }
    model
}
