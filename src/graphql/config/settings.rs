//! The settings of the effective configuration: image, command and the like, alone and with their origins.
//!
//! Reached through `EffectiveConfig`. It must not merge itself: `kinds` does.

use std::{borrow::Cow, str::FromStr};

use async_graphql::{Context, Object, OutputType, Result, SimpleObject, TypeName};

use crate::{
    graphql::config::{
        effective::{ConfigOf, Parts, Shown, layers},
        references::resolved,
        since::Since,
    },
    kinds::{Argv, Cardinality, Merged, Origin, Registered, RestartPolicy, Setting, SettingField, Settings},
};

impl Shown<Setting> for Settings {
    type Answer = Result<EffectiveSettings>;
    fn show(parts: &Parts<'_, Setting>, merged: Result<Merged<&Setting>>) -> Self::Answer {
        let merged = merged?;
        let resolved = |place: usize| parts.resolved.as_ref().and_then(|resolved| resolved.get(place));
        let there = merged.entries.into_iter().enumerate().map(|(place, effective)| SettingShown {
            field: effective.entry.field,
            value: Some(resolved(place).unwrap_or(effective.entry).value.clone()),
            written: Some(effective.entry.value.clone()),
            origin: effective.origin,
            shadows: effective.shadows.first().map(|shadowed| shadowed.value.clone()),
        });
        let removed = merged.removed.into_iter().map(|removed| SettingShown {
            field: removed.entry.field,
            value: None,
            written: None,
            origin: Origin::Instance,
            shadows: Some(removed.entry.value.clone()),
        });
        Ok(EffectiveSettings { of: parts.of.clone(), entries: there.chain(removed).collect() })
    }
}

/// An effective setting that owns its values.
struct SettingShown {
    field: SettingField,
    value: Option<String>,
    written: Option<String>,
    origin: Origin,
    shadows: Option<String>,
}

/// The type of a setting's value.
pub(in crate::graphql) trait SettingValue: OutputType + FromStr {
    /// The name of the type of effective values.
    const EFFECTIVE: &'static str;
}

impl SettingValue for String {
    const EFFECTIVE: &'static str = "EffectiveText";
}
impl SettingValue for Argv {
    const EFFECTIVE: &'static str = "EffectiveArguments";
}
impl SettingValue for RestartPolicy {
    const EFFECTIVE: &'static str = "EffectiveRestartPolicy";
}

/// A setting as it would run.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub(in crate::graphql) struct EffectiveSetting<T: SettingValue> {
    /// Its value; null for the image's own.
    value: Option<T>,
    /// The value as it was written, with its references: what an override of it begins with; null for the image's own.
    written: Option<T>,
    /// Where it comes from.
    pub(in crate::graphql) origin: Origin,
    /// The template's value that it takes the place of.
    shadows: Option<T>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

impl<T: SettingValue> TypeName for EffectiveSetting<T> {
    fn type_name() -> Cow<'static, str> {
        T::EFFECTIVE.into()
    }
}

/// The settings of the container as they would run.
pub(in crate::graphql) struct EffectiveSettings {
    of: ConfigOf,
    entries: Vec<SettingShown>,
}

impl EffectiveSettings {
    /// A setting that is set nowhere has the origin of the template, too: the default of the image.
    fn setting<T: SettingValue>(&self, field: SettingField) -> EffectiveSetting<T> {
        let found = self.entries.iter().find(|entry| entry.field == field);
        let read = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
        let origin = found.map_or(Origin::Template, |entry| entry.origin);
        EffectiveSetting {
            value: found.and_then(|entry| read(&entry.value)),
            written: found.and_then(|entry| read(&entry.written)),
            origin,
            shadows: found.and_then(|entry| read(&entry.shadows)),
            since: Since::new(&self.of, Setting::KIND, field.as_str().to_owned(), origin),
        }
    }
}

#[Object]
/// The settings of the container as they would run, each with where it comes from.
impl EffectiveSettings {
    /// Image without tag.
    async fn image_name(&self) -> EffectiveSetting<String> {
        self.setting(SettingField::ImageName)
    }

    /// Tag of the image, or a digest.
    async fn image_tag(&self) -> EffectiveSetting<String> {
        self.setting(SettingField::ImageTag)
    }

    /// Arguments in place of the image's own.
    async fn command(&self) -> EffectiveSetting<Argv> {
        self.setting(SettingField::Command)
    }

    /// Program in place of the image's own.
    async fn entrypoint(&self) -> EffectiveSetting<Argv> {
        self.setting(SettingField::Entrypoint)
    }

    /// User inside the container.
    async fn user(&self) -> EffectiveSetting<String> {
        self.setting(SettingField::User)
    }

    /// Directory in which the program starts.
    async fn working_dir(&self) -> EffectiveSetting<String> {
        self.setting(SettingField::WorkingDir)
    }

    /// When the engine starts the container again.
    async fn restart_policy(&self) -> EffectiveSetting<RestartPolicy> {
        self.setting(SettingField::RestartPolicy)
    }
}

/// The fields of the effective configuration that are settings.
pub(super) struct EffectiveScalars(pub(super) ConfigOf);

impl EffectiveScalars {
    async fn settings(&self, ctx: &Context<'_>) -> Result<Settings> {
        let layers = layers::<Setting>(ctx, &self.0).await?;
        let merged = layers.merge();
        let entries = match resolved(ctx, &self.0, &merged).await? {
            Some(resolved) => resolved.to_vec(),
            None => merged.values().into_iter().cloned().collect(),
        };
        Ok(Settings::from_entries(entries))
    }
}

#[Object]
impl EffectiveScalars {
    /// Image without tag, such as `postgres`.
    async fn image_name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.settings(ctx).await?.image_name.unwrap_or_default())
    }

    /// Tag of the image, or a digest `sha256:…`.
    async fn image_tag(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.settings(ctx).await?.image_tag.unwrap_or_default())
    }

    /// Arguments in place of the image's own; null for the image's own.
    async fn command(&self, ctx: &Context<'_>) -> Option<Result<Vec<String>>> {
        self.settings(ctx).await.map(|settings| settings.command.map(|Argv(words)| words)).transpose()
    }

    /// Program in place of the image's own; null for the image's own.
    async fn entrypoint(&self, ctx: &Context<'_>) -> Option<Result<Vec<String>>> {
        self.settings(ctx).await.map(|settings| settings.entrypoint.map(|Argv(words)| words)).transpose()
    }

    /// User inside the container; null for the image's own.
    async fn user(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.settings(ctx).await.map(|settings| settings.user).transpose()
    }

    /// Directory in which the program starts; null for the image's own.
    async fn working_dir(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        self.settings(ctx).await.map(|settings| settings.working_dir).transpose()
    }

    /// When the engine starts the container again.
    async fn restart_policy(&self, ctx: &Context<'_>) -> Result<RestartPolicy> {
        Ok(self.settings(ctx).await?.restart_policy.unwrap_or_default())
    }
}
