//! `ApiKey` and `Viewer`, with the inputs and payloads of the mutations of API keys.
//!
//! Reached through `Query` and `Mutation`. It must not show a key, except once in the payload of `createApiKey`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    access::{Access, Role, Scope},
    app::{CreateApiKey, CreatedKey, ListedKey, RevokeApiKey},
    error::Result as AppResult,
    graphql::{
        context::ContextExt,
        execution::to_error::to_graphql_error,
        inputs::{StackRef, idempotency_key_description, message_description},
        loaders::StackKey,
        payloads::from_result,
        types::{stack::Stack, user_error::UserError},
    },
    ids::StackId,
};

/// Loads those stacks of a list that are live.
async fn live(ctx: &Context<'_>, stacks: &[StackId]) -> Result<Vec<Stack>> {
    let found = stacks.iter().map(|id| ctx.loaders().load(StackKey(*id)));
    let found = futures_util::future::try_join_all(found).await.map_err(to_graphql_error)?;
    Ok(found.into_iter().flatten().filter(|stack| stack.deleted_at.is_none()).map(Stack).collect())
}

/// See the description of the type.
pub(in crate::graphql) struct ApiKey(pub(in crate::graphql) ListedKey);

#[Object]
/// A key that lets programs in. The key itself is shown once, when it is created, and stored nowhere.
impl ApiKey {
    /// Its name, unique among the keys that are not revoked.
    async fn name(&self) -> &str {
        &self.0.row.name
    }

    /// What it lets its holder do.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Its first characters, to tell keys apart.
    async fn hint(&self) -> &str {
        &self.0.row.hint
    }

    /// The live stacks that it is limited to; null when it reaches all of them. Stacks outside look as if they did not
    /// exist.
    async fn stacks(&self, ctx: &Context<'_>) -> Option<Result<Vec<Stack>>> {
        match &self.0.stacks {
            Some(stacks) => Some(live(ctx, stacks).await),
            None => None,
        }
    }

    /// Whether changes that can destroy something need the token of a plan.
    async fn require_plan(&self) -> bool {
        self.0.row.requires_plan
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.row.created_at
    }

    /// When it ends; null when it does not.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.expires_at
    }

    /// When it was revoked; null when it was not.
    async fn revoked_at(&self) -> Option<DateTime<Utc>> {
        self.0.row.revoked_at
    }
}

/// See the description of the type.
pub(in crate::graphql) struct Viewer(pub(in crate::graphql) Access);

#[Object]
/// Who asks, and what that one may do.
impl Viewer {
    /// The name of the key; null where no key is asked for.
    async fn key(&self) -> Option<&str> {
        self.0.key.as_deref()
    }

    /// What the key lets its holder do; `ADMIN` where no key is asked for.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Whether changes that can destroy something need the token of a plan.
    async fn require_plan(&self) -> bool {
        self.0.requires_plan
    }

    /// The live stacks that the key is limited to; null when it reaches all of them.
    async fn stacks(&self, ctx: &Context<'_>) -> Option<Result<Vec<Stack>>> {
        match &self.0.scope {
            Scope::Everything => None,
            Scope::Stacks(stacks) => Some(live(ctx, stacks).await),
        }
    }
}

/// A new key.
#[derive(InputObject)]
pub(in crate::graphql) struct CreateApiKeyInput {
    /// Its name: 1 to 63 lower-case letters, digits and hyphens.
    name: String,
    /// What it lets its holder do.
    role: Role,
    /// The stacks that it is limited to, 1 to 100; without them it reaches all stacks, also those that come later.
    stacks: Option<Vec<StackRef>>,
    /// When it ends; without it the key works until it is revoked.
    expires_at: Option<DateTime<Utc>>,
    /// Whether changes that can destroy something need the token of a plan: for agents and scripts.
    #[graphql(default = false)]
    require_plan: bool,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
}

impl From<CreateApiKeyInput> for CreateApiKey {
    fn from(CreateApiKeyInput { name, role, stacks, expires_at, require_plan, .. }: CreateApiKeyInput) -> Self {
        let stacks = stacks.map(|stacks| stacks.into_iter().map(Into::into).collect());
        // Truncated to the precision of both databases; a leap second becomes the second after it.
        let expires_at = expires_at.and_then(|moment| DateTime::from_timestamp_micros(moment.timestamp_micros()));
        Self { name, role, stacks, expires_at, requires_plan: require_plan }
    }
}

/// A key that is to let nobody in any more.
#[derive(InputObject)]
pub(in crate::graphql) struct RevokeApiKeyInput {
    /// Its name.
    name: String,
    #[doc = idempotency_key_description!()]
    idempotency_key: Option<String>,
    #[doc = message_description!()]
    message: Option<String>,
}

impl From<RevokeApiKeyInput> for RevokeApiKey {
    fn from(RevokeApiKeyInput { name, .. }: RevokeApiKeyInput) -> Self {
        Self { name }
    }
}

/// What `createApiKey` did.
#[derive(SimpleObject)]
pub(in crate::graphql) struct CreateApiKeyPayload {
    /// The key as it is listed; null when there are errors.
    api_key: Option<ApiKey>,
    /// The key itself, to be sent as `Authorization: Bearer …`. It is shown this once; null when there are errors.
    token: Option<String>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl CreateApiKeyPayload {
    pub(in crate::graphql) fn from_result(done: AppResult<CreatedKey>) -> Result<Self> {
        let (created, user_errors) = from_result(done)?;
        let (token, api_key) = created.map(|new| (new.key.reveal(), ApiKey(new.listed))).unzip();
        Ok(Self { api_key, token, user_errors })
    }
}

/// What `revokeApiKey` did.
#[derive(SimpleObject)]
pub(in crate::graphql) struct RevokeApiKeyPayload {
    /// The key, revoked; null when there are errors.
    api_key: Option<ApiKey>,
    /// What has to be put right; empty when it was done.
    user_errors: Vec<UserError>,
}

impl RevokeApiKeyPayload {
    pub(in crate::graphql) fn from_result(done: AppResult<ListedKey>) -> Result<Self> {
        let (revoked, user_errors) = from_result(done)?;
        Ok(Self { api_key: revoked.map(ApiKey), user_errors })
    }
}

crate::graphql::inputs::keyed!(CreateApiKeyInput, RevokeApiKeyInput);
