//! Showing a secret. Whoever does it is in the log.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::{
    access::{Permission, Scope},
    app::{App, InstanceRef, TemplateRef, find, overrides::effective},
    db::{Command, Session, Tx, entries::Source, queries::templates::TemplateLock},
    error::{Code, Error, Problem, Result},
    ids::GlobalId,
    kinds::{EnvValue, EnvVar, OfTemplate},
};

/// Which variable is shown: that of exactly one of an instance and a template.
#[derive(Clone, Debug, Hash)]
pub struct RevealSecret {
    /// What would run in an instance: its own variable, or the template's.
    pub instance: Option<InstanceRef>,
    /// A template's own. It takes all stacks within reach, since they share it.
    pub template: Option<TemplateRef>,
    /// Its name.
    pub key: String,
}

/// What was found: the global id of the owner, and the value.
#[derive(Debug)]
pub struct Revealed {
    owner: String,
    value: EnvValue,
}

crate::db::not_stored!(Revealed);

impl App {
    /// The value of a variable; none when it has none.
    pub async fn reveal_secret(&self, input: RevealSecret) -> Result<Option<Zeroizing<String>>> {
        let Revealed { owner, value } = self.write(&input).await?;
        let by = self.access.key.as_deref().unwrap_or("somebody without a key");
        tracing::warn!(%owner, key = %input.key, by, "secret revealed");
        Ok(match value {
            EnvValue::Text(text) | EnvValue::Unseen(text) => Some(text),
            EnvValue::StoredOutcome | EnvValue::Unset => None,
        })
    }
}

impl Command for RevealSecret {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Revealed;

    /// Nothing is written, so nothing is kept under an idempotency key, least of all what was shown.
    fn undone(&self) -> bool {
        true
    }

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Revealed> {
        let (owner, vars) = match (&self.instance, &self.template) {
            (Some(wanted), None) => {
                let (_, instance) = find::instance(tx, wanted).await?.map_err(Error::refused)?;
                let owner = instance.id.encode();
                let layers = effective::load::<EnvVar>(tx, &[instance]).await?;
                let layers = layers.into_iter().collect::<Result<Vec<_>, _>>()?;
                (owner, layers.iter().flat_map(|layers| layers.merge().values()).cloned().collect())
            }
            (None, Some(_)) if *tx.scope() != Scope::Everything => {
                return Err(Error::Forbidden("This takes a key that is not limited to some stacks.".to_owned()));
            }
            (None, Some(wanted)) => {
                let template =
                    find::template(tx, wanted, TemplateLock::StoredOutcome).await?.map_err(Error::refused)?;
                let mut vars = <EnvVar as Source<OfTemplate>>::load(tx, &[template.id]).await?;
                (template.id.encode(), vars.remove(&template.id).unwrap_or_default())
            }
            _ => {
                let message = "Name an instance or a template, and not both.";
                return Err(Error::refused(Problem::new(Code::InvalidValue, &["input"], message)));
            }
        };
        let found = vars.into_iter().find(|var| var.key == self.key);
        let Some(found) = found else {
            let message = format!("There is no variable `{}`.", find::shown(&self.key));
            return Err(Error::refused(Problem::new(Code::NotFound, &["input", "key"], message)));
        };
        Ok(Revealed { owner, value: found.value })
    }
}
