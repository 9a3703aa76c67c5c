//! An edit of a template: what it says, what it makes of a template's values, and what is wrong with it.
//!
//! Used by the use cases that edit a template or show what an edit would do. It must never touch the database.

use crate::{
    app::{templates::values, text},
    db::queries::templates::TemplateValues,
    error::Problems,
    kinds::{Argv, Collections},
};

/// What changes of a template: `None` leaves a value as it is, an inner `None` is null. Name, image, tag and restart
/// policy refuse null.
#[derive(Clone, Debug, Default, Hash)]
pub struct TemplateEdit {
    /// Unique name.
    pub name: Option<Option<String>>,
    /// What it is for.
    pub description: Option<String>,
    /// Group in the catalogue.
    pub category: Option<String>,
    /// Image without tag.
    pub image_name: Option<Option<String>>,
    /// Tag, or digest `sha256:…`.
    pub image_tag: Option<Option<String>>,
    /// Arguments in place of the image's own.
    pub command: Option<Option<Argv>>,
    /// Program in place of the image's own.
    pub entrypoint: Option<Option<Argv>>,
    /// User inside the container.
    pub user: Option<Option<String>>,
    /// Directory in which the program starts.
    pub working_dir: Option<Option<String>>,
    /// When the engine starts it again.
    pub restart_policy: Option<Option<String>>,
    /// The collections that are replaced whole.
    pub collections: Collections,
}

impl TemplateEdit {
    /// Normalizes what the edit says and notes everything wrong with it. What it leaves alone is not looked at.
    pub(in crate::app) fn check(&mut self, problems: &mut Problems) {
        for (field, value) in [
            ("name", &self.name),
            ("imageName", &self.image_name),
            ("imageTag", &self.image_tag),
            ("restartPolicy", &self.restart_policy),
        ] {
            problems.keep(text::not_null(field, value));
        }
        values::check(&self.apply(&sound()), &mut self.collections, problems);
    }

    /// What the edit makes of the values. A null that is refused leaves what there is.
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

/// Values with which nothing is wrong: an edit is checked on them, so that only what it says itself can be refused.
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
