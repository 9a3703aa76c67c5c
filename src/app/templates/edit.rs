//! An edit of a template: which fields it changes, how it is applied and checked.
//!
//! Used by the use cases that edit a template or preview an edit. It must not access the database.

use crate::{
    app::{templates::values, text},
    db::queries::templates::TemplateValues,
    error::Problems,
    kinds::{Argv, Collections},
};

/// The changes to a template. `None` leaves a field unchanged, an inner `None` is null. Name, image, tag and restart
/// policy refuse null.
#[derive(Clone, Debug, Default, Hash)]
pub struct TemplateEdit {
    /// The unique name.
    pub name: Option<Option<String>>,
    /// The description.
    pub description: Option<String>,
    /// The category in the catalogue.
    pub category: Option<String>,
    /// The image without its tag.
    pub image_name: Option<Option<String>>,
    /// The tag, or a digest `sha256:…`.
    pub image_tag: Option<Option<String>>,
    /// The arguments that replace those of the image.
    pub command: Option<Option<Argv>>,
    /// The program that replaces that of the image.
    pub entrypoint: Option<Option<Argv>>,
    /// The user inside the container.
    pub user: Option<Option<String>>,
    /// The directory in which the program starts.
    pub working_dir: Option<Option<String>>,
    /// When the container engine restarts it.
    pub restart_policy: Option<Option<String>>,
    /// The collections to replace. A kind that is `None` is left unchanged.
    pub collections: Collections,
}

impl TemplateEdit {
    /// Normalizes the edit and notes all its problems. Unchanged fields are not checked.
    pub(in crate::app) fn check(&mut self, problems: &mut Problems) {
        for (field, value) in [
            ("name", &self.name),
            ("imageName", &self.image_name),
            ("imageTag", &self.image_tag),
            ("restartPolicy", &self.restart_policy),
        ] {
            problems.keep(text::not_null(field, value.as_ref()));
        }
        values::check(&self.apply(&sound()), &mut self.collections, problems);
    }

    /// Applies the edit to the fields of a template. A refused null leaves the field unchanged.
    pub(in crate::app) fn apply(&self, values: &TemplateValues) -> TemplateValues {
        TemplateValues {
            name: edited(self.name.clone().flatten(), &values.name),
            description: edited(self.description.clone(), &values.description),
            category: edited(self.category.clone(), &values.category),
            image_name: edited(self.image_name.clone().flatten(), &values.image_name),
            image_tag: edited(self.image_tag.clone().flatten(), &values.image_tag),
            command: edited(self.command.clone(), &values.command),
            entrypoint: edited(self.entrypoint.clone(), &values.entrypoint),
            user: edited(self.user.clone(), &values.user),
            working_dir: edited(self.working_dir.clone(), &values.working_dir),
            restart_policy: edited(self.restart_policy.clone().flatten(), &values.restart_policy),
        }
    }
}

fn edited<T: Clone>(said: Option<T>, there: &T) -> T {
    said.unwrap_or_else(|| there.clone())
}

/// Valid fields, to which an edit is applied for a check, so that only its own values can be refused.
fn sound() -> TemplateValues {
    TemplateValues {
        name: "sound".to_owned(),
        description: String::new(),
        category: String::new(),
        image_name: "sound".to_owned(),
        image_tag: "latest".to_owned(),
        command: None,
        entrypoint: None,
        user: None,
        working_dir: None,
        restart_policy: "no".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::app::templates::edit::*;

    #[test]
    fn an_empty_edit_changes_and_refuses_nothing() {
        let mut problems = Problems::default();
        TemplateEdit::default().check(&mut problems);
        assert!(problems.finish().is_ok());
        let values = TemplateValues { user: Some("1000".to_owned()), ..sound() };
        assert_eq!(TemplateEdit::default().apply(&values), values);
    }

    #[test]
    fn null_clears_what_may_be_absent_and_leaves_the_rest() {
        let values = TemplateValues { user: Some("1000".to_owned()), command: Some(Argv::default()), ..sound() };
        let edit = TemplateEdit { user: Some(None), name: Some(None), ..TemplateEdit::default() };
        assert_eq!(edit.apply(&values), TemplateValues { user: None, ..values });
    }
}
