//! The use case `revealSecret`: returns a decrypted secret, and logs the access.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use crate::{
    access::{Permission, Scope},
    app::{
        App, InstanceRef, TemplateRef,
        access::REVEALED,
        find,
        overrides::{effective, references},
    },
    db::{Command, Session, Tx, entries::Source, queries::templates::TemplateLock},
    error::{Code, Error, Problem, Result},
    ids::GlobalId,
    kinds::{EnvValue, EnvVar, OfTemplate},
    references::{Resolver, StackValues, has_references},
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

/// The value of a variable with references, or why it has none.
fn resolved(values: &StackValues, instance: &str, key: &str) -> Result<EnvValue> {
    let resolver = Resolver::new(values);
    let found = resolver.variable(instance, key).unwrap_or_default();
    if let Some((_, trouble)) = found.troubles().next() {
        return Err(Error::refused(Problem::new(Code::NotFound, &["input", "key"], trouble.message())));
    }
    let text = if found.is_hidden() { resolver.secret(Some(instance), key) } else { found.revealed() };
    Ok(text.map_or(EnvValue::Unset, EnvValue::Text))
}

impl Command for RevealSecret {
    const PERMISSION: Permission = Permission::ADMINISTER;
    type Output = Revealed;

    /// Nothing is written, and the revealed secret must not be stored under an idempotency key.
    fn is_dry_run(&self) -> bool {
        true
    }

    async fn run(&self, tx: &Tx, _: DateTime<Utc>) -> Result<Revealed> {
        let mut of_stack = None;
        let (owner, vars) = match (&self.instance, &self.template) {
            (Some(wanted), None) => {
                let (stack, instance) = find::instance(tx, wanted).await?.map_err(Error::refused)?;
                let (owner, seed) = (instance.id.encode(), instance.secret_seed());
                of_stack = Some((stack.id, instance.instance_id.clone()));
                let layers = effective::load::<EnvVar>(tx, &[instance]).await?;
                let layers = layers.into_iter().collect::<Result<Vec<_>, _>>()?;
                let all = layers.iter().flat_map(|layers| layers.merge().values());
                (owner, all.map(|var| var.given(&seed)).collect())
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
        let value = match (&of_stack, found.value.text()) {
            (Some((stack, instance)), Some(text)) if has_references(text) => {
                let values = references::of_stacks(tx, &[*stack]).await?.remove(stack).unwrap_or_default();
                resolved(&values, instance, &self.key)?
            }
            _ => found.value.clone(),
        };
        // What a template has of it is the root of all values, and none itself.
        let is_root = of_stack.is_none() && found.generate.is_some();
        Ok(Revealed { owner, value: if is_root { EnvValue::Unset } else { value } })
    }
}
