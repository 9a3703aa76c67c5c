//! Deleting a template that no instance uses.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, TemplateRef, find},
    db::{
        Command, Tx,
        entities::{InstanceModel, TemplateModel},
        idempotency::outcomes::DeletedTemplate,
        queries::{
            instances, stacks,
            templates::{self, TemplateLock},
        },
    },
    error::{Code, Detail, Error, Problem, Result},
    ids::{AnyId, StackId, TemplateId},
};

/// Most users that a refusal lists.
const LISTED: u64 = 20;
/// Most users that its message names.
const NAMED: usize = 3;

/// Which template goes.
#[derive(Clone, Debug, Hash)]
pub struct DeleteTemplate {
    /// Which template.
    pub template: TemplateRef,
    /// The revision that the decision was made from.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a template with its entries for good and gives it back as it was. It is refused while an instance uses
    /// the template, also one in the trash: that could not be restored without it.
    pub async fn delete_template(&self, input: DeleteTemplate) -> Result<TemplateModel> {
        match self.write(&input).await {
            Err(Error::TemplateInUse(id)) => Err(self.template_in_use(id, &input.template).await?),
            done => done.map(|DeletedTemplate(template)| template),
        }
    }

    /// The problem that instances use a template, with the oldest of them.
    async fn template_in_use(&self, id: TemplateId, wanted: &TemplateRef) -> Result<Error> {
        let db = &self.reader();
        let users = instances::oldest_users(db, id, LISTED).await?;
        let count = instances::count_users(db, id).await?.cast_signed();
        let named = &users[..users.len().min(NAMED)];
        let stack_ids: Vec<StackId> = named.iter().map(|user| user.stack_id).collect();
        let stacks = stacks::load(db, &stack_ids).await?;
        let stacks = stacks.into_iter().map(|stack| (stack.id, stack.name)).collect();
        let problem = Problem::new(Code::InUse, &find::template_path(wanted), message(count, named, &stacks));
        let oldest = users.iter().map(|user| user.id).collect();
        Ok(Error::refused(problem.with(Detail::Users { oldest, count })))
    }
}

/// Who uses the template, a few by name.
fn message(count: i64, named: &[InstanceModel], stacks: &HashMap<StackId, String>) -> String {
    let name = |user: &InstanceModel| {
        let stack = stacks.get(&user.stack_id).map_or("?", String::as_str);
        let trashed = if user.deleted_at.is_some() { ", in the trash" } else { "" };
        format!("`{}` (stack `{stack}`{trashed})", user.instance_id)
    };
    let mut names: Vec<String> = named.iter().map(name).collect();
    let more = count - i64::try_from(names.len()).unwrap_or_default();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let users = if count == 1 { "1 instance uses".to_owned() } else { format!("{count} instances use") };
    format!(
        "{users} the template: {}. It can be deleted when no instance uses it, not even one in the trash.",
        names.join(", ")
    )
}

impl Command for DeleteTemplate {
    const PERMISSION: Permission = Permission::ADMINISTER_ALL;
    type Output = DeletedTemplate;

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<DeletedTemplate> {
        let found = find::template(tx, &self.template, TemplateLock::Alone).await?;
        let template = found.map_err(Error::refused)?;
        find::expect_revision(AnyId::Template(template.id), template.revision, self.expected_revision)?;
        // The foreign key decides. Looking first only spares it the wait for writers of those instances, who may
        // themselves wait for the template.
        let used = !instances::oldest_users(tx, template.id, 1).await?.is_empty();
        if used || !templates::delete(tx, template.id).await? {
            return Err(Error::TemplateInUse(template.id));
        }
        Ok(DeletedTemplate(template))
    }
}
