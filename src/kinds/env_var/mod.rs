//! Environment variables, some of which are secrets.

mod file;

use std::{borrow::Cow, collections::HashSet};

use async_graphql::ComplexObject;

use self::file::{read_generated, to_node};
use super::{
    Brief, EnvValue, Generated, Kind,
    check::{MAX_TEXT, check_text},
    compose::{ReadEntry, Reading, Rendered},
    kind,
    plain::{ColumnFormat, FieldColumn, ResolvedColumn},
};
use crate::{
    error::{Code, Problems},
    references::{Resolved, State},
    vault::{Place, Vault, VaultError},
    yaml::{Map, Node},
};

/// What is said about a variable that has become a secret.
const GUESSED: &str = "It looks like a secret, so it is stored as one. `plain` (--plain KEY) keeps it plain.";

kind! {
    /// An environment variable of the container.
    #[graphql(complex)]
    pub struct EnvVar in ("service_env_vars", "instance_env_vars"), input "EnvVarInput" {
        /// Name: a letter or `_`, then letters, digits, `_`, `.` or `-`; at most 255 characters.
        pub key: String,
        /// Value, at most 64 KiB; null leaves it to the shell that starts the stack. A secret that is written without
        /// this field keeps the value that is stored under its key, here or else in the template.
        #[graphql(skip_output)]
        pub value: EnvValue [nullable],
        /// True when the value is a secret: it is stored encrypted and never answered, except by `revealSecret`
        /// and `Stack.compose`, to those who may ask for it.
        #[graphql(default)]
        pub is_secret: bool,
        /// How its value is generated: a random one for every instance, drawn once and kept through every reset and rename. A
        /// copy of the instance has the same one, a fork the same one, another one or none, as asked. Null when it is not
        /// generated. What is generated is a secret, and is written without `value`; a `value` of null draws it anew.
        pub generate: Option<Generated>,
    }
}

/// The only way in which a value is answered.
#[ComplexObject]
impl EnvVar {
    /// Value; null when it is a secret, and when the shell that starts the stack has it: `isSet` tells which.
    async fn value(&self) -> Option<&str> {
        self.value.text().filter(|_| !self.is_secret)
    }

    /// Whether there is a value, shown or not.
    async fn is_set(&self) -> bool {
        self.value.text().is_some()
    }
}

impl EnvVar {
    /// Gives a generated secret its value in an instance with this seed. Before that its value is the root from which it
    /// follows, which has to be kept and must not be used.
    pub fn give(&mut self, seed: &str) {
        if let (Some(generated), Some(root)) = (&self.generate, self.value.text()) {
            self.value = EnvValue::Text(generated.value(root, seed, &self.key));
        }
    }

    /// The variable with the value that it has in an instance with this seed.
    #[must_use]
    pub fn given(&self, seed: &str) -> Self {
        let mut given = self.clone();
        given.give(seed);
        given
    }

    /// Gives a generated secret a value before it is drawn, where only that there is one counts.
    pub fn will_be_drawn(&mut self) {
        if self.generate.is_some() && self.value.text().is_none() {
            self.value = "drawn when it is written".to_owned().into();
        }
    }

    /// Makes a given secret differ from any stored one, for a caller that may not reveal secrets. Otherwise the
    /// response would tell the caller whether the value was the same.
    pub fn never_compared(&mut self) {
        self.value = match std::mem::take(&mut self.value) {
            EnvValue::Text(text) if self.is_secret => EnvValue::Unseen(text),
            other => other,
        };
    }

    /// Whether the stored value under its key is needed; see [`EnvVar::keep`].
    pub fn needs_stored(&self) -> bool {
        match &self.value {
            EnvValue::KeepStored => true,
            EnvValue::Text(text) => !self.is_secret && is_mask(text),
            EnvValue::Unset | EnvValue::Unseen(_) => false,
        }
    }

    /// Whether an entry under its key is one from which it can keep something: to be generated it needs one that is.
    pub fn is_kept_from(&self, stored: &Self) -> bool {
        self.generate.is_none() || stored.generate.is_some()
    }

    /// Completes an entry without a value from the stored entry with the same key, or notes a problem. Without a stored
    /// entry, it has no value.
    pub fn keep(&mut self, stored: Option<&Self>, at: &mut Problems) {
        self.normalize();
        let was_secret = stored.is_some_and(|stored| stored.is_secret && stored.value.text().is_some());
        match &self.value {
            EnvValue::Text(_) | EnvValue::Unseen(_) if self.generate.is_some() => {
                at.invalid("value", "A generated secret has no value of the caller: give `value` or `generate`.", None);
            }
            EnvValue::KeepStored if was_secret && !self.is_secret => at.invalid(
                "value",
                "A secret is stored under this key: give the value that takes its place (null for none), or keep \
                 isSecret true.",
                None,
            ),
            // The same is asked for, or something else for the first time.
            EnvValue::KeepStored if self.generate.is_some() => {
                let stored = stored.filter(|stored| stored.is_secret && stored.generate.is_some());
                self.value = stored.map_or(EnvValue::Unset, |stored| stored.value.clone());
            }
            EnvValue::KeepStored if self.is_secret => {
                self.value = stored.map_or(EnvValue::Unset, |stored| stored.value.clone());
                self.generate = stored.and_then(|stored| stored.generate.clone());
            }
            EnvValue::KeepStored => self.value = EnvValue::Unset,
            EnvValue::Text(text) if was_secret && !self.is_secret && is_mask(text) => at.invalid("value", MASKED, None),
            EnvValue::Text(_) | EnvValue::Unseen(_) | EnvValue::Unset => {}
        }
    }
}

/// SQL for the value as it is shown: that of a secret is not.
const SHOWN_VALUE: &str = "CASE WHEN is_secret THEN NULL ELSE value END";
/// SQL for whether there is a value.
const IS_SET: &str = "value IS NOT NULL";

/// The value of a variable whose text is resolved.
fn effective_value(resolved: &Resolved) -> EnvValue {
    match (resolved.state(), resolved.is_hidden()) {
        (State::Unresolved, _) => EnvValue::Unset,
        // Whatever the text: that of a secret is not shown.
        (_, true) => resolved.displayed().into(),
        (_, false) => resolved.shown().into(),
    }
}

const MASKED: &str = "This is a mask, not a value: leave the field out to keep the secret that is stored.";

/// Whether a text looks like the mask that tools show in place of a secret.
fn is_mask(text: &str) -> bool {
    let text = text.trim();
    text.chars().count() >= 3 && text.chars().all(|c| matches!(c, '*' | '•'))
}

impl Kind for EnvVar {
    const FIELD: &'static str = "envVars";
    const HAS_SHARED: bool = true;
    const HAS_SECRETS: bool = true;
    /// Neither field shows a secret.
    const FIELD_COLUMNS: &'static [FieldColumn] = &[
        FieldColumn { field: "value", sql: SHOWN_VALUE, format: ColumnFormat::Text },
        FieldColumn { field: "isSet", sql: IS_SET, format: ColumnFormat::Flag },
    ];
    const KEY_SQL: &'static str = "key";
    const BRIEF_SQL: &'static str = SHOWN_VALUE;
    const LONG_COLUMN: Option<&'static str> = Some("value");
    const REFERENCE_FIELDS: &'static [&'static str] = &["value", "isSecret", "isSet"];
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
        if !is_env_key(key) {
            let message = "A variable's name takes letters, digits, `_`, `.`, `-` and `:`, starts with a letter or `_`, \
                           and has at most 255 characters.";
            at.note(Code::InvalidValue, message, suggest(key));
        }
    }

    fn normalize(&mut self) {
        self.is_secret |= self.generate.is_some();
    }

    fn validate(&self, at: &mut Problems) {
        at.enter("key", |at| Self::validate_key(&self.key, at));
        let text = self.value.text().unwrap_or_default();
        if let Some(generated) = &self.generate {
            at.enter("generate", |at| generated.check(at));
            return;
        }
        if !self.is_secret {
            check_text(at, "value", text, MAX_TEXT);
            return;
        }
        // No suggestion, because it would contain the secret.
        if text.len() > MAX_TEXT {
            let message = format!("{} bytes are too long; at most {MAX_TEXT} are allowed.", text.len());
            at.enter("value", |at| at.note(Code::LimitExceeded, message, None));
        }
        if text.contains('\0') {
            at.invalid("value", "A NUL character cannot be stored.", None);
        }
        if is_mask(text) {
            at.invalid("value", MASKED, None);
        }
    }

    fn holds_secret(&self) -> bool {
        self.secret_text().is_some() || self.generate.is_some()
    }

    fn is_generated(&self) -> bool {
        self.generate.is_some()
    }

    fn secret_text(&self) -> Option<&str> {
        self.value.text().filter(|_| self.is_secret)
    }

    fn seal(&mut self, table: &str, owner: i64, vault: &Vault) -> Result<(), VaultError> {
        if self.generate.is_some() && self.value.text().is_none() {
            self.value = EnvValue::Text(vault.draw()?);
        }
        if let (true, Some(text)) = (self.is_secret, self.value.text()) {
            self.value = vault.seal(Place { table, owner, key: &self.key }, text)?.into();
        }
        Ok(())
    }

    fn open(&mut self, table: &str, owner: i64, vault: &Vault) -> Result<(), VaultError> {
        if let (true, Some(sealed)) = (self.is_secret, self.value.text()) {
            self.value = EnvValue::Text(vault.open(Place { table, owner, key: &self.key }, sealed)?);
        }
        Ok(())
    }

    fn reference_texts(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let text = self.value.text().filter(|_| self.generate.is_none());
        text.map(|text| ("value", text.into())).into_iter().collect()
    }

    fn replace_reference_texts(&mut self, replace: &mut dyn FnMut(&str) -> String) {
        if let EnvValue::Text(text) | EnvValue::Unseen(text) = &mut self.value {
            *text = replace(text).into();
        }
    }

    /// A variable that contains a secret is one, and a variable that contains a reference without a value has none. A secret
    /// of its own stays as it is stored, because its text is not known here.
    fn resolve(&mut self, resolve: &mut dyn FnMut(&str) -> Resolved) {
        let (false, Some(text)) = (self.is_secret, self.value.text()) else { return };
        let resolved = resolve(text);
        self.is_secret = resolved.is_hidden();
        self.value = effective_value(&resolved);
    }

    fn resolved_columns(text: &str, resolve: &mut dyn FnMut(&str) -> Resolved) -> Vec<(&'static str, ResolvedColumn)> {
        let resolved = resolve(text);
        let (value, is_secret) = (effective_value(&resolved), resolved.is_hidden());
        let shown = value.text().filter(|_| !is_secret).map(str::to_owned);
        vec![
            (SHOWN_VALUE, ResolvedColumn::Text(shown)),
            (IS_SET, ResolvedColumn::Flag(value.text().is_some())),
            ("is_secret", ResolvedColumn::Flag(is_secret)),
        ]
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let (mut environment, mut generate, mut secrets) = (Map::new(), Map::new(), Vec::new());
        for variable in entries {
            if variable.is_secret {
                secrets.push(Node::text(variable.key.as_str()));
            }
            let node = match variable.value.text() {
                None => Node::null(),
                Some(text) if variable.is_secret && !to.around.reveal => to.secret_reference(&variable.key, text),
                Some(text) => to.text(text),
            };
            environment.set(variable.key.as_str(), node);
            if let Some(asked) = &variable.generate {
                generate.set(variable.key.as_str(), to_node(asked));
            }
        }
        if !environment.is_empty() {
            to.service.set("environment", environment);
        }
        if !secrets.is_empty() {
            to.extension.set("secrets", secrets);
        }
        if !generate.is_empty() {
            to.extension.set("generate", generate);
        }
    }

    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let listed = from.extension.take("secrets");
        let secrets: Vec<String> = match listed.as_ref().and_then(Node::as_list) {
            Some(list) => list.iter().filter_map(Node::scalar).collect(),
            None => Vec::new(),
        };
        let mut asked = read_generated(from);
        let mut unused: HashSet<&str> = secrets.iter().map(String::as_str).collect();
        let known = unused.clone();
        let mut found = Vec::new();
        for (key, value, at) in from.take_pairs("environment") {
            let is_guessed = !known.contains(key.as_str())
                && value.as_deref().is_some_and(|value| from.services.guessed.takes(&key, value, at));
            // A file that is rendered with its values has those.
            let generate = asked.remove(&key).filter(|_| value.as_deref().is_none_or(str::is_empty));
            let value = value.filter(|_| generate.is_none());
            let is_secret = is_guessed || generate.is_some() || known.contains(key.as_str());
            unused.remove(key.as_str());
            // A secret without a value keeps the stored value.
            let value = if is_secret && value.is_none() { EnvValue::KeepStored } else { value.into() };
            let part = format!("environment.{key}");
            if is_guessed {
                from.change(&part, at, GUESSED);
            }
            found.push(from.found(&part, at, Self { key, value, is_secret, generate }));
        }
        for (key, asked) in asked {
            let is_secret = true;
            let at = from.at;
            let entry = Self { key, value: EnvValue::KeepStored, is_secret, generate: Some(asked) };
            unused.remove(entry.key.as_str());
            found.push(from.found(&format!("x-devarch.generate.{}", entry.key), at, entry));
        }
        for key in secrets.iter().filter(|key| unused.contains(key.as_str())) {
            let at = listed.as_ref().map_or(from.at, |node| node.at);
            from.lose("x-devarch.secrets", at, format!("The service has no variable {key}."));
        }
        found
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        ("[A-C_]{1,2}", proptest::option::of("[a-z]{0,3}"), any::<bool>())
            .prop_map(|(key, value, is_secret)| Self { key, value: value.into(), is_secret, generate: None })
            .boxed()
    }
}

fn is_env_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ':')
}

fn is_env_key(key: &str) -> bool {
    key.len() <= 255 && key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(is_env_char)
}

fn suggest(key: &str) -> Option<String> {
    let legal: String = key.trim().chars().map(|c| if is_env_char(c) { c } else { '_' }).take(254).collect();
    if legal.is_empty() {
        return None;
    }
    Some(if is_env_key(&legal) { legal } else { format!("_{legal}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn var(value: impl Into<EnvValue>, is_secret: bool) -> EnvVar {
        EnvVar { key: "TOKEN".into(), value: value.into(), is_secret, generate: None }
    }

    fn kept(mut entry: EnvVar, stored: Option<&EnvVar>) -> Option<EnvVar> {
        let mut problems = Problems::default();
        entry.keep(stored, &mut problems);
        problems.finish().ok().map(|()| entry)
    }

    #[test]
    fn what_comes_without_a_value_keeps_the_stored_secret() {
        let (secret, plain) = (var("t0p".to_owned(), true), var("dev".to_owned(), false));
        let without = |is_secret| var(EnvValue::KeepStored, is_secret);
        assert_eq!(kept(without(true), Some(&secret)), Some(secret.clone()));
        assert_eq!(kept(without(true), Some(&plain)), Some(var("dev".to_owned(), true)));
        assert_eq!(kept(without(true), None), Some(var(None, true)));
        assert_eq!(kept(without(false), Some(&secret)), None);
        assert_eq!(kept(without(false), Some(&plain)), Some(var(None, false)));
        assert_eq!(kept(without(false), Some(&var(None, true))), Some(var(None, false)));
        assert_eq!(kept(var(None, true), Some(&secret)), Some(var(None, true)));
        assert_eq!(kept(var("*****".to_owned(), false), Some(&secret)), None);
        assert_eq!(kept(plain.clone(), Some(&secret)), Some(plain));
    }

    #[test]
    fn a_secret_that_is_never_compared_equals_no_stored_one() {
        let never = |mut entry: EnvVar| {
            entry.never_compared();
            entry
        };
        let stored = var("t0p".to_owned(), true);
        assert_ne!(never(stored.clone()), stored);
        for same in [var("dev".to_owned(), false), var(None, true), var(EnvValue::KeepStored, true)] {
            assert_eq!(never(same.clone()), same);
        }
        assert_eq!(kept(never(var(EnvValue::KeepStored, true)), Some(&stored)), Some(stored));
    }

    #[test]
    fn a_mask_is_no_secret() {
        for (text, secret, sound) in [
            ("***", true, false),
            (" ******** ", true, false),
            ("•••", true, false),
            ("**", true, true),
            ("***", false, true),
            ("* * * * *", true, true),
            ("***x", true, true),
        ] {
            let mut problems = Problems::default();
            var(text.to_owned(), secret).validate(&mut problems);
            assert_eq!(problems.is_empty(), sound, "{text}");
        }
    }

    #[test]
    fn a_secret_is_in_no_print_and_no_suggestion() {
        let entry = var("hunter2\0".to_owned(), true);
        assert!(!format!("{entry:?} {entry:#?}").contains("hunter"));
        let mut problems = Problems::default();
        entry.validate(&mut problems);
        assert!(!format!("{problems:?}").contains("hunter"));
    }

    #[test]
    fn sealing_and_opening_change_nothing_but_the_value_of_secrets() {
        let vault = Vault::new(crate::vault::Keyring::generate().unwrap());
        for entry in [var("t0p".to_owned(), true), var("dev".to_owned(), false), var(None, true)] {
            let mut sealed = entry.clone();
            sealed.seal("instance_env_vars", 4, &vault).unwrap();
            assert_eq!(sealed == entry, !entry.holds_secret());
            let mut opened = sealed.clone();
            opened.open("instance_env_vars", 4, &vault).unwrap();
            assert_eq!(opened, entry);
            assert_eq!(sealed.open("instance_env_vars", 5, &vault).is_err(), entry.holds_secret());
        }
    }
}
