//! The use case `createStack`.

use chrono::{DateTime, Utc};

use crate::{
    access::Permission,
    app::{App, text},
    db::{Command, Tx, entities::StackModel, queries::stacks},
    error::{Error, Problem, Problems, Result, Unique},
    fields::StackValues,
    name::{Name, NameOf},
};

/// The input of [`App::create_stack`].
#[derive(Clone, Debug, Hash)]
pub struct CreateStack {
    /// The name.
    pub name: String,
    /// The values that clients set.
    pub values: StackValues,
}

impl App {
    /// Creates an enabled stack without instances.
    pub async fn create_stack(&self, input: CreateStack) -> Result<StackModel> {
        let mut problems = Problems::default();
        let name = Name::parse(NameOf::Stack, &input.name).map_err(|error| Problem::name(&["input", "name"], error));
        let name = problems.keep(name);
        text::check(input.values.texts(), &mut problems);
        problems.finish()?;
        match (self.write(&input).await, name) {
            (Err(Error::Conflict(Unique::StackName)), Some(name)) => Err(self.stack_name_taken(&name).await),
            (done, _) => done,
        }
    }
}

impl Command for CreateStack {
    const PERMISSION: Permission = Permission::NEW_STACK;
    type Output = StackModel;

    async fn run(&self, tx: &Tx, now: DateTime<Utc>) -> Result<StackModel> {
        Ok(stacks::insert(tx, &self.name, self.values.clone(), now).await?)
    }
}
