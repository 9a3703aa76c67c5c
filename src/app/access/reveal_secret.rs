//! The use case `revealSecret`: returns a decrypted secret, and logs the access.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::{
    access::{Permission, Scope},
    app::{App, InstanceRef, TemplateRef, access::REVEALED, find, overrides::effective},
    db::{Command, Session, Tx, entries::Source, queries::templates::TemplateLock},
    error::{Code, Error, Problem, Result},
    ids::GlobalId,
    kinds::{EnvValue, EnvVar, OfTemplate},
};

/// The input of [`App::reveal_secret`]. Exactly one of `instance` and `template` is set.
#[derive(Clone, Debug, Hash)]
pub struct RevealSecret {
    /// The instance whose effective variable is returned: its own, or that of its template.
    pub instance: Option<InstanceRef>,
    /// The template whose variable is returned. The key must not be limited to some stacks, because all stacks share
    /// templates.
    pub template: Option<TemplateRef>,
    /// The name of the variable.
    pub key: String,
}

/// The global id of the owner, and the value.
#[derive(Debug)]
pub struct Revealed {
    owner: String,
    value: EnvValue,
}

crate::db::not_stored!(Revealed);

impl App {
    /// Returns the value of a variable; `None` if it has none.
    pub async fn reveal_secret(&self, input: RevealSecret) -> Result<Option<Zeroizing<String>>> {
        let Revealed { owner, value } = self.write(&input).await?;
        let by = self.access.key.as_deref().unwrap_or("a caller without a key");
        tracing::warn!(target: REVEALED, %owner, key = %input.key, by, "secret revealed");
        Ok(match value {
            EnvValue::Text(text) | EnvValue::Unseen(text) => Some(text),
            EnvValue::KeepStored | EnvValue::Unset => None,
        })
    }
}

impl Command for RevealSecret {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Revealed;

    /// Nothing is written, and the revealed secret must not be stored under an idempotency key.
    fn is_dry_run(&self) -> bool {
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
                let template = find::template(tx, wanted, TemplateLock::KeyShare).await?.map_err(Error::refused)?;
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
