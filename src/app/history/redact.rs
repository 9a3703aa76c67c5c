//! The use case `redactChange`: removes the values of a change from the log for good.
//!
//! Called by the resolvers. The change itself stays, with a mark.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    access::change::{MAX_MESSAGE, Subject},
    app::{App, history::outcome::Undone, text},
    db::{
        Command, Tx,
        change_log::{history, redact},
    },
    error::{Code, Error, Problem, Problems, Result},
    fields::FreeText,
    ids::ChangeId,
};

/// The input of [`App::redact_change`].
#[derive(Clone, Debug, Hash)]
pub struct RedactChange {
    /// The change; `None` if the text is not the id of a change.
    pub change: Option<ChangeId>,
    /// Why its values are removed; the message of the redaction.
    pub reason: String,
}

impl App {
    /// Removes the values and the message of a change from the log. What is stored now is not touched.
    pub async fn redact_change(&self, input: RedactChange) -> Result<Undone> {
        self.allow(RedactChange::PERMISSION)?;
        let mut problems = Problems::default();
        text::check(vec![FreeText { field: "reason", text: &input.reason, most: MAX_MESSAGE }], &mut problems);
        if input.reason.trim().is_empty() {
            problems.push(Problem::new(Code::InvalidValue, &["input", "reason"], "Give a reason, for the history."));
        }
        problems.finish()?;
        let ids: Vec<ChangeId> = input.change.into_iter().collect();
        if self.load_changes(&ids).await?.values().any(|change| change.stack_id.is_none()) {
            self.allow(Permission::ADMINISTER_ALL)?;
        }
        let app = self.with_message(&input.reason)?;
        app.write(&input).await
    }
}

impl Command for RedactChange {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Undone;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Undone> {
        let missing = || Error::refused(Problem::new(Code::NotFound, &["input", "change"], "No change has this id."));
        let ids: Vec<ChangeId> = self.change.into_iter().collect();
        let change = history::load(tx, &ids, false).await?.into_iter().next().ok_or_else(missing)?;
        let subject = Subject::read(&change.subject_kind, change.subject_id).and_then(Subject::object);
        let subject = subject.ok_or_else(missing)?;
        redact::redact(tx, &change).await?;
        Ok(Undone(subject))
    }
}
