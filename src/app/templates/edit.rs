//! An edit of a template: how it is checked.
//!
//! Used by the use cases that edit a template or preview an edit. It must not access the database.

use crate::{
    app::{templates::values, text},
    error::Problems,
    fields::{self, TemplateValues},
    kinds::Collections,
};

/// The changes to a template.
#[derive(Clone, Debug, Default, Hash)]
pub struct TemplateEdit {
    /// The changes of its fields.
    pub fields: fields::TemplateEdit,
    /// The collections to replace. A kind that is `None` is left unchanged.
    pub collections: Collections,
}

impl TemplateEdit {
    /// Normalizes the edit and notes all its problems. Unchanged fields are not checked.
    pub(in crate::app) fn check(&mut self, problems: &mut Problems) {
        text::refuse_nulls(self.fields.refused_nulls(), problems);
        values::check(&self.fields.apply(&sound()), &mut self.collections, problems);
    }
}

/// Valid fields, to which an edit is applied for a check, so that only its own values can be refused.
fn sound() -> TemplateValues {
    TemplateValues { name: "sound".to_owned(), image_name: "sound".to_owned(), ..TemplateValues::default() }
}

#[cfg(test)]
mod tests {
    use crate::{app::templates::edit::*, kinds::Argv};

    #[test]
    fn an_empty_edit_changes_and_refuses_nothing() {
        let mut problems = Problems::default();
        TemplateEdit::default().check(&mut problems);
        assert!(problems.finish().is_ok());
        let values = TemplateValues { user: Some("1000".to_owned()), ..sound() };
        assert_eq!(fields::TemplateEdit::default().apply(&values), values);
    }

    #[test]
    fn null_clears_what_may_be_absent_and_leaves_the_rest() {
        let values = TemplateValues { user: Some("1000".to_owned()), command: Some(Argv::default()), ..sound() };
        let edit = fields::TemplateEdit { user: Some(None), name: Some(None), ..fields::TemplateEdit::default() };
        assert_eq!(edit.refused_nulls(), ["name"]);
        assert_eq!(edit.apply(&values), TemplateValues { user: None, ..values });
    }
}
