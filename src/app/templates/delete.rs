//! The use case `deleteTemplate`: deletes a template that no instance uses.

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

/// The maximum number of instances that a refusal lists.
const MAX_LISTED_USERS: u64 = 20;
/// The maximum number of instances that its message names.
const MAX_NAMED_USERS: usize = 3;

/// The input of [`App::delete_template`].
#[derive(Clone, Debug, Hash)]
pub struct DeleteTemplate {
    /// The template.
    pub template: TemplateRef,
    /// The expected revision.
    pub expected_revision: Option<i64>,
}

impl App {
    /// Deletes a template with its entries and returns it as it was. Refused while an instance uses the template, even
    /// a trashed one, because that could not be restored without it.
    pub async fn delete_template(&self, input: DeleteTemplate) -> Result<TemplateModel> {
        match self.write(&input).await {
            Err(Error::TemplateInUse(id)) => Err(self.template_in_use(id, &input.template).await?),
            done => done.map(|DeletedTemplate(template)| template),
        }
    }

    /// The problem that instances use the template, with the oldest of them.
    async fn template_in_use(&self, id: TemplateId, wanted: &TemplateRef) -> Result<Error> {
        let db = &self.reader();
        let users = instances::oldest_users(db, id, MAX_LISTED_USERS).await?;
        let count = instances::count_users(db, id).await?.cast_signed();
        let named = &users[..users.len().min(MAX_NAMED_USERS)];
        let stack_ids: Vec<StackId> = named.iter().map(|user| user.stack_id).collect();
        let stacks = stacks::load(db, &stack_ids).await?;
        let stacks = stacks.into_iter().map(|stack| (stack.id, stack.name)).collect();
        let problem = Problem::new(Code::InUse, &find::template_path(wanted), message(count, named, &stacks));
        let oldest = users.iter().map(|user| user.id).collect();
        Ok(Error::refused(problem.with(Detail::Users { oldest, count })))
    }
}

/// The message, which names a few of the instances.
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
        let found = find::template(tx, &self.template, TemplateLock::Update).await?;
        let template = found.map_err(Error::refused)?;
        find::expect_revision(AnyId::Template(template.id), template.revision, self.expected_revision)?;
        // The foreign key decides. The query before avoids waiting for writers of those instances, which may themselves
        // wait for the template.
        let used = !instances::oldest_users(tx, template.id, 1).await?.is_empty();
        if used || !templates::delete(tx, &template).await? {
            return Err(Error::TemplateInUse(template.id));
        }
        Ok(DeletedTemplate(template))
    }
}
