//! The settings of the effective configuration: image, command and the like, alone and with their origins.
//!
//! Reached through `EffectiveConfig`. It must not merge itself: `kinds` does.

use async_graphql::{Context, Object, Result, SimpleObject};

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
            origin: effective.origin,
            shadows: effective.shadows.first().map(|shadowed| shadowed.value.clone()),
        });
        let removed = merged.removed.into_iter().map(|removed| SettingShown {
            field: removed.entry.field,
            value: None,
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
    origin: Origin,
    shadows: Option<String>,
}

/// A setting as it would run.
#[derive(SimpleObject)]
pub(in crate::graphql) struct EffectiveText {
    /// Its value; null for the image's own.
    value: Option<String>,
    /// Where it comes from.
    pub(in crate::graphql) origin: Origin,
    /// The template's value that it takes the place of.
    shadows: Option<String>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

/// A restart policy as it would run.
#[derive(SimpleObject)]
pub(in crate::graphql) struct EffectiveRestartPolicy {
    /// The policy.
    value: Option<RestartPolicy>,
    /// Where it comes from.
    pub(in crate::graphql) origin: Origin,
    /// The template's policy that it takes the place of.
    shadows: Option<RestartPolicy>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

/// A list of arguments as it would run.
#[derive(SimpleObject)]
pub(in crate::graphql) struct EffectiveArguments {
    /// The arguments; null for the image's own.
    value: Option<Vec<String>>,
    /// Where they come from.
    pub(in crate::graphql) origin: Origin,
    /// The template's arguments that they take the place of.
    shadows: Option<Vec<String>>,
    #[graphql(flatten)]
    pub(in crate::graphql) since: Since,
}

/// The settings of the container as they would run.
pub(in crate::graphql) struct EffectiveSettings {
    of: ConfigOf,
    entries: Vec<SettingShown>,
}

impl EffectiveSettings {
    /// A setting that is set nowhere has the origin of the template, too: the default of the image.
    fn text(&self, field: SettingField) -> EffectiveText {
        let found = self.entries.iter().find(|entry| entry.field == field);
        let origin = found.map_or(Origin::Template, |entry| entry.origin);
        EffectiveText {
            value: found.and_then(|entry| entry.value.clone()),
            origin,
            shadows: found.and_then(|entry| entry.shadows.clone()),
            since: Since::new(&self.of, Setting::KIND, field.as_str().to_owned(), origin),
        }
    }

    fn arguments(&self, field: SettingField) -> EffectiveArguments {
        let EffectiveText { value, origin, shadows, since } = self.text(field);
        let read = |json: String| json.parse().map(|Argv(words)| words).unwrap_or_default();
        EffectiveArguments { value: value.map(read), origin, shadows: shadows.map(read), since }
    }
}

#[Object]
/// The settings of the container as they would run, each with where it comes from.
impl EffectiveSettings {
    /// Image without tag.
    async fn image_name(&self) -> EffectiveText {
        self.text(SettingField::ImageName)
    }

    /// Tag of the image, or a digest.
    async fn image_tag(&self) -> EffectiveText {
        self.text(SettingField::ImageTag)
    }

    /// Arguments in place of the image's own.
    async fn command(&self) -> EffectiveArguments {
        self.arguments(SettingField::Command)
    }

    /// Program in place of the image's own.
    async fn entrypoint(&self) -> EffectiveArguments {
        self.arguments(SettingField::Entrypoint)
    }

    /// User inside the container.
    async fn user(&self) -> EffectiveText {
        self.text(SettingField::User)
    }

    /// Directory in which the program starts.
    async fn working_dir(&self) -> EffectiveText {
        self.text(SettingField::WorkingDir)
    }

    /// When the engine starts the container again.
    async fn restart_policy(&self) -> EffectiveRestartPolicy {
        let EffectiveText { value, origin, shadows, since } = self.text(SettingField::RestartPolicy);
        EffectiveRestartPolicy { value: value.map(RestartPolicy), origin, shadows: shadows.map(RestartPolicy), since }
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
