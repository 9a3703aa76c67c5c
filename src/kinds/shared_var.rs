//! Variables of a stack, which its instances share: a layer between the templates and the overrides.

use std::{borrow::Cow, fmt, str::FromStr};

use async_graphql::ComplexObject;
use sea_orm::DeriveValueType;

use super::{
    Brief, EnvValue, EnvVar, Kind, OverrideKind, Registered,
    compose::{ReadEntry, Reading, Rendered},
    kind,
    plain::FieldColumn,
    values::UnknownWord,
};
use crate::{
    error::Problems,
    vault::{Vault, VaultError},
};

/// Which instances of the stack get a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum, DeriveValueType)]
#[sea_orm(value_type = "String")]
pub enum Inject {
    /// All of them: it is a part of the environment of each.
    All,
    /// Those that refer to it: it is stored and shown, and in the environment of none.
    OnReference,
}

impl fmt::Display for Inject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::All => "all",
            Self::OnReference => "on_reference",
        })
    }
}

impl FromStr for Inject {
    type Err = UnknownWord;
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        match text {
            "all" => Ok(Self::All),
            "on_reference" => Ok(Self::OnReference),
            _ => Err(UnknownWord::new("way to inject a variable", "all or on_reference")),
        }
    }
}

kind! {
    /// A variable of a stack, which its instances share.
    #[graphql(complex)]
    pub struct SharedVar of stacks in ("stack_env_vars"), input "SharedVarInput" {
        /// Name: a letter or `_`, then letters, digits, `_`, `.` or `-`; at most 255 characters.
        pub key: String,
        /// Value, at most 64 KiB; null leaves it to the shell that starts the stack. A secret that is written without
        /// this field keeps the value that is stored under its key.
        #[graphql(skip_output)]
        pub value: EnvValue [nullable],
        /// True when the value is a secret: it is stored encrypted and never answered, except by `revealSecret`
        /// and `Stack.compose`, to those who may ask for it.
        #[graphql(default)]
        pub is_secret: bool,
        /// Which instances of the stack get it.
        #[graphql(default_with = "Inject::All")]
        pub inject: Inject,
        /// True when instances can neither override nor remove it while it is injected: such a change is refused with
        /// `LOCKED`.
        #[graphql(default)]
        pub locked: bool,
    }
}

/// The only way in which a value is answered.
#[ComplexObject]
impl SharedVar {
    /// Value; null when it is a secret, and when the shell that starts the stack has it: `isSet` tells which.
    async fn value(&self) -> Option<&str> {
        self.value.text().filter(|_| !self.is_secret)
    }

    /// Whether there is a value, shown or not.
    async fn is_set(&self) -> bool {
        self.value.text().is_some()
    }
}

impl SharedVar {
    /// The variable without what only a stack has.
    pub fn variable(&self) -> EnvVar {
        EnvVar { key: self.key.clone(), value: self.value.clone(), is_secret: self.is_secret, generate: None }
    }

    /// The variable as a part of the environment of every instance; `None` if it is not.
    pub fn injected(&self) -> Option<EnvVar> {
        (self.inject == Inject::All).then(|| self.variable())
    }

    /// Whether instances can neither override nor remove it.
    pub fn is_fixed(&self) -> bool {
        self.locked && self.inject == Inject::All
    }

    /// See [`EnvVar::never_compared`].
    pub fn never_compared(&mut self) {
        self.with_variable(EnvVar::never_compared);
    }

    /// Whether the stored value under its key is needed; see [`SharedVar::keep`].
    pub fn needs_stored(&self) -> bool {
        self.variable().needs_stored()
    }

    /// Completes an entry without a value from the stored entry with the same key, or notes a problem.
    pub fn keep(&mut self, stored: Option<&Self>, at: &mut Problems) {
        let stored = stored.map(Self::variable);
        self.with_variable(|variable| variable.keep(stored.as_ref(), at));
    }

    /// Changes the variable in it.
    fn with_variable<T>(&mut self, change: impl FnOnce(&mut EnvVar) -> T) -> T {
        let (key, value) = (std::mem::take(&mut self.key), std::mem::take(&mut self.value));
        let mut variable = EnvVar { key, value, is_secret: self.is_secret, generate: None };
        let done = change(&mut variable);
        (self.key, self.value, self.is_secret) = (variable.key, variable.value, variable.is_secret);
        done
    }
}

/// In the log and in the history its entries have the kind of the variables that they become.
impl Registered for SharedVar {
    const KIND: OverrideKind = OverrideKind::EnvVar;
}

impl Kind for SharedVar {
    const FIELD: &'static str = "sharedVars";
    const HAS_SECRETS: bool = EnvVar::HAS_SECRETS;
    const FIELD_COLUMNS: &'static [FieldColumn] = EnvVar::FIELD_COLUMNS;
    const KEY_SQL: &'static str = EnvVar::KEY_SQL;
    const BRIEF_SQL: &'static str = EnvVar::BRIEF_SQL;
    const LONG_COLUMN: Option<&'static str> = EnvVar::LONG_COLUMN;
    type Key = String;
    type Set = Vec<Self>;

    fn long_bytes(&self) -> usize {
        self.value.text().map_or(0, str::len)
    }

    fn key(&self) -> String {
        self.key.clone()
    }

    fn brief(&self) -> Brief<'_> {
        self.value.brief(self.is_secret)
    }

    fn validate_key(key: &String, at: &mut Problems) {
        EnvVar::validate_key(key, at);
    }

    fn validate(&self, at: &mut Problems) {
        self.variable().validate(at);
    }

    fn secret_text(&self) -> Option<&str> {
        self.value.text().filter(|_| self.is_secret)
    }

    fn seal(&mut self, table: &str, owner: i64, vault: &Vault) -> Result<(), VaultError> {
        self.with_variable(|variable| variable.seal(table, owner, vault))
    }

    fn open(&mut self, table: &str, owner: i64, vault: &Vault) -> Result<(), VaultError> {
        self.with_variable(|variable| variable.open(table, owner, vault))
    }

    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        self.value.text().map(|text| ("value", text.into())).into_iter().collect()
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        self.with_variable(|variable| variable.replace_reference_texts(replace));
    }

    /// Files have the variables of instances.
    fn render(_: &[&Self], _: &mut Rendered<'_>) {}

    /// Files have the variables of instances.
    fn read(_: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        Vec::new()
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        (EnvVar::arbitrary(), prop_oneof![Just(Inject::All), Just(Inject::OnReference)], any::<bool>())
            .prop_map(|(EnvVar { key, value, is_secret, .. }, inject, locked)| Self {
                key,
                value,
                is_secret,
                inject,
                locked,
            })
            .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> SharedVar {
        let value = "t0p".to_owned().into();
        SharedVar { key: "TOKEN".into(), value, is_secret: true, inject: Inject::All, locked: true }
    }

    #[test]
    fn a_secret_is_bound_to_its_stack_and_in_no_print() {
        let vault = Vault::new(crate::vault::Keyring::generate().unwrap());
        let entry = secret();
        assert!(!format!("{entry:?} {entry:#?}").contains("t0p"));
        let mut sealed = entry.clone();
        sealed.seal("stack_env_vars", 4, &vault).unwrap();
        assert_ne!(sealed, entry);
        assert!(sealed.clone().open("stack_env_vars", 5, &vault).is_err());
        assert!(sealed.clone().open("instance_env_vars", 4, &vault).is_err());
        // A failure loses nothing but the opened value.
        sealed.open("stack_env_vars", 4, &vault).unwrap();
        assert_eq!(sealed, entry);
    }

    #[test]
    fn only_an_injected_variable_is_fixed() {
        let on_reference = SharedVar { inject: Inject::OnReference, ..secret() };
        assert!(secret().is_fixed() && !on_reference.is_fixed());
        assert_eq!(secret().injected(), Some(secret().variable()));
        assert_eq!(on_reference.injected(), None);
    }
}
