//! Names of templates: reports that a name is taken, and suggests a free one.
//!
//! Called by the use cases that create or rename a template. It must not decide that a name is free: only the unique index
//! does.

use crate::{
    app::App,
    db::queries::templates,
    error::{Code, Detail, Error, Problem, Result},
    ids::AnyId,
    name::{Name, free_name, prefix_of_proposals},
};

impl App {
    /// The error that the name of a template is taken.
    pub(in crate::app) async fn template_name_taken(&self, name: &Name) -> Error {
        let describe = async || -> Result<Error> {
            let db = self.reader();
            let holder = templates::find_by_name(&db, name.as_str()).await?;
            let taken = templates::names(&db, prefix_of_proposals(name.as_str())).await?;
            let detail = holder.map_or(Detail::None, |holder| Detail::Holder(AnyId::Template(holder.id)));
            let message = format!("There is already a template `{name}`.");
            let problem = Problem::new(Code::NameTaken, &["input", "name"], message);
            Ok(Error::refused(problem.suggest(free_name(name.as_str(), &taken)).with(detail)))
        };
        describe().await.unwrap_or_else(|cause| cause)
    }
}
