//! The document of a stack, and its owners.
//!
//! Called by the resolvers and the command line. It must not write.

use std::collections::HashMap;

use super::kinds::{self, Secrets};
use crate::{
    app::App,
    db::{
        entities::{InstanceModel, StackModel},
        entries::{Source, owned},
        queries::{instances, stacks, templates},
        repeated,
    },
    error::{Error, Result, Unreadable},
    fields::{Editable, InstanceValues, StackValues},
    ids::{InstanceId, StackId, TemplateId},
    kinds::{InstanceOverrides, OfStack, SharedVar},
    reference::InstanceRef,
    stack_document::{self, DocumentInstance, Field, Format, StackDocument},
};

impl App {
    /// The documents of live stacks. Stacks outside the caller's scope are missing.
    pub async fn stack_documents(&self, ids: &[StackId], format: Format) -> Result<HashMap<StackId, Result<String>>> {
        repeated!(self.read_stack_documents(ids, format))
    }

    async fn read_stack_documents(&self, ids: &[StackId], format: Format) -> Result<HashMap<StackId, Result<String>>> {
        let db = self.snapshot().await?;
        let found = stacks::load(&db, ids).await?;
        let all = instances::of_stacks(&db, &found.iter().map(|stack| stack.id).collect::<Vec<_>>()).await?;
        let ids: Vec<InstanceId> = all.iter().map(|instance| instance.id).collect();
        let of_template: Vec<TemplateId> = all.iter().map(|instance| instance.template_service_id).collect();
        let templates = templates::load(&db, &of_template).await?;
        let templates: HashMap<TemplateId, String> = templates.into_iter().map(|row| (row.id, row.name)).collect();
        let mut overrides = kinds::stored(&db, &ids, Secrets::Encrypted).await?;
        let stack_ids: Vec<StackId> = found.iter().map(|stack| stack.id).collect();
        let mut shared = <SharedVar as Source<OfStack>>::masked(&db, &stack_ids).await?;
        drop(db);
        let mut of_stack: HashMap<StackId, Vec<InstanceModel>> = HashMap::new();
        for instance in all {
            of_stack.entry(instance.stack_id).or_default().push(instance);
        }
        let mut documents = HashMap::new();
        for stack in found {
            self.budget().check_time()?;
            let instances = of_stack.remove(&stack.id).unwrap_or_default();
            let vars = shared.take(stack.id);
            let text = document((&stack, vars), instances, &templates, &mut overrides)
                .map(|document| stack_document::write(&document, format));
            // The tree from which it was written was about as large.
            self.budget().charge(2 * text.as_ref().map_or(0, String::len))?;
            documents.insert(stack.id, text);
        }
        Ok(documents)
    }

    /// Who keeps entries of the stacks in files, each once and sorted.
    pub async fn load_owners(&self, stacks: &[StackId]) -> Result<HashMap<StackId, Vec<String>>> {
        Ok(owned::owners(&self.reader(), stacks).await?)
    }

    /// The document of a live stack, by its name.
    pub async fn stack_document(&self, name: &str, format: Format) -> Result<Option<String>> {
        let Some(stack) = self.stack(name).await? else { return Ok(None) };
        self.stack_documents(&[stack.id], format).await?.remove(&stack.id).transpose()
    }
}

fn document(
    (stack, vars): (&StackModel, Result<Vec<SharedVar>, Unreadable>),
    instances: Vec<InstanceModel>,
    templates: &HashMap<TemplateId, String>,
    overrides: &mut HashMap<InstanceId, Result<InstanceOverrides, Unreadable>>,
) -> Result<StackDocument> {
    let names: HashMap<InstanceId, String> =
        instances.iter().map(|instance| (instance.id, instance.instance_id.clone())).collect();
    let values = StackValues::from(stack);
    let shared_vars = vars.map_err(|row| {
        let field = row.field;
        let message = "hold something that cannot be read; write them again with setSharedVars.";
        Error::bad_request(format!("The stack has no document: its {field} {message}"))
    })?;
    let members = instances.into_iter().map(|instance| {
        let values = InstanceValues::from(&instance);
        let stored = overrides.remove(&instance.id).unwrap_or_else(|| Ok(InstanceOverrides::default()));
        let mut overrides = stored.map_err(|row| unreadable(&row, &instance.instance_id))?;
        by_name(&mut overrides, &names);
        Ok(DocumentInstance {
            line: 0,
            template: templates.get(&instance.template_service_id).cloned().unwrap_or_default(),
            fields: fields(InstanceValues::EDITABLE, |column| values.get(column)),
            overrides,
            name: instance.instance_id,
        })
    });
    Ok(StackDocument {
        stack: Some(stack.name.clone()),
        fields: fields(StackValues::EDITABLE, |column| values.get(column)),
        shared_vars,
        instances: members.collect::<Result<_>>()?,
    })
}

fn unreadable(row: &Unreadable, instance: &str) -> Error {
    let field = row.field;
    Error::bad_request(format!(
        "The stack has no document: {field} of the instance `{instance}` hold something that cannot be read; reset them, \
         or write them again with setInstanceOverrides."
    ))
}

fn fields(editable: &[Editable], value: impl Fn(&str) -> Option<serde_json::Value>) -> Vec<Field> {
    editable.iter().filter_map(|field| Some((field.column, value(field.column)?))).collect()
}

/// Dependencies by name. Those on instances in the trash are left out.
fn by_name(overrides: &mut InstanceOverrides, names: &HashMap<InstanceId, String>) {
    let Some(dependencies) = &mut overrides.dependencies else { return };
    dependencies.entries.retain_mut(|dependency| {
        let name = dependency.depends_on.known().and_then(|id| names.get(&id));
        if let Some(name) = name {
            dependency.depends_on = InstanceRef::Name { stack: String::new(), name: name.clone() };
        }
        name.is_some()
    });
}
