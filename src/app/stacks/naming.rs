//! Names of stacks without instances: reports that a name is taken, and suggests a free one.
//!
//! Called by the use case that creates a stack. It must not decide that a name is free: only the unique index does.

use super::container_names::name_taken;
use crate::{
    app::App,
    db::queries::stacks::{self, RowLock},
    error::{Error, Result},
    name::{Name, free_name, prefix_of_proposals},
};

impl App {
    /// The error that the name of a stack is taken.
    pub(in crate::app) async fn stack_name_taken(&self, name: &Name) -> Error {
        let describe = async || -> Result<Error> {
            let db = self.reader();
            let holder = stacks::find_by_name(&db, name.as_str(), RowLock::None).await?.map(|holder| holder.id);
            let taken = stacks::names(&db, prefix_of_proposals(name.as_str())).await?;
            let problem = name_taken(name.as_str(), holder, &self.access().scope);
            Ok(Error::refused(problem.suggest(free_name(name.as_str(), &taken))))
        };
        describe().await.unwrap_or_else(|cause| cause)
    }
}
