//! Authentication: turns the `Authorization` header into an [`Access`], or into an error response.
//!
//! A layer around the GraphQL handler and around routes with an audience. It must not admit a request because a check
//! failed, and must not log a key.

mod rate_limit;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{AUTHORIZATION, CONNECTION, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body::Body as _;
use tokio::time::Instant;

use crate::{
    access::{Access, api_key::ApiKey},
    app::App,
    error::Result,
    server::{
        graphql::{self, refuse},
        live::is_upgrade,
        middleware::{
            auth::rate_limit::{RateLimiter, Verdict},
            client_address::ClientAddress,
            outcome::CallerName,
        },
    },
};

/// Whether requests need an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// No request needs a key; each has every permission, and keys are ignored.
    Open,
    /// As [`AuthMode::Open`] until the first key is created, then as [`AuthMode::Keys`]. A key that is sent is always
    /// checked.
    OpenUntilFirstKey,
    /// Every request needs a key.
    Keys,
}

/// How long authentication may take, and how long while the database is slow.
const AUTH_TIMEOUT: Duration = Duration::from_secs(5);
const SLOW_DATABASE_AUTH_TIMEOUT: Duration = Duration::from_millis(700);
/// How long the result that no key exists is cached, in milliseconds.
const NO_KEY_CACHE_MILLIS: i64 = 1000;

/// The key that a caller has shown, as a request extension; `None` without authentication.
#[derive(Clone, Debug)]
pub(in crate::server) struct Shown(pub(in crate::server) Option<ApiKey>);

/// Authenticates requests. Clones share its state.
#[derive(Clone)]
pub(in crate::server) struct Authenticator {
    app: App,
    auth_mode: AuthMode,
    /// Whether a key exists or has existed; never becomes false again.
    keys: Arc<AtomicBool>,
    /// Until when the result that no key exists is valid, in milliseconds of the clock.
    none_until: Arc<AtomicI64>,
    rate_limit: Arc<RateLimiter>,
}

impl Authenticator {
    pub(in crate::server) fn new(app: App, auth_mode: AuthMode) -> Self {
        let rate_limit = Arc::new(RateLimiter::new(app.clock().clone()));
        Self { app, auth_mode, keys: Arc::default(), none_until: Arc::default(), rate_limit }
    }

    /// The use cases with all permissions, on the current connections.
    fn app(&self) -> App {
        self.app.for_caller(Access::full())
    }

    /// Whether requests need a key now.
    async fn needs_key(&self) -> Result<bool> {
        match self.auth_mode {
            AuthMode::Open => return Ok(false),
            AuthMode::Keys => return Ok(true),
            AuthMode::OpenUntilFirstKey if self.keys.load(Ordering::Relaxed) => return Ok(true),
            AuthMode::OpenUntilFirstKey => {}
        }
        let now = self.app.now();
        let left = self.none_until.load(Ordering::Relaxed) - now.timestamp_millis();
        // A clock that was set back must not extend the validity.
        if (1..=NO_KEY_CACHE_MILLIS).contains(&left) {
            return Ok(false);
        }
        if self.app().has_keys().await? {
            self.keys.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        self.none_until.store(now.timestamp_millis() + NO_KEY_CACHE_MILLIS, Ordering::Relaxed);
        Ok(false)
    }

    /// Authenticates a request by its header. `from` is `None` if the client's address is unknown; all such clients
    /// share one rate limit.
    async fn admit(&self, shown: Option<&HeaderValue>, from: Option<IpAddr>) -> Result<(Access, Shown), Response> {
        let Some(shown) = shown.filter(|_| self.auth_mode != AuthMode::Open) else {
            return match self.needs_key().await {
                Ok(false) => Ok((Access::full(), Shown(None))),
                Ok(true) => Err(unauthenticated("Send an API key: `Authorization: Bearer devarch_…`.")),
                Err(cause) => Err(unavailable(&cause)),
            };
        };
        let Some(key) = shown.to_str().ok().and_then(bearer).and_then(ApiKey::parse) else {
            // The checksum is wrong, so this is no key, and no attempt to guess one: no lookup is needed.
            tracing::debug!(address = ?from, "what was shown as a key is none");
            return Err(unauthenticated(WRONG_KEY));
        };
        // The lookup comes before the rate limit: a valid key is accepted whatever else its address has sent.
        match self.app().holder(&key).await.map_err(|cause| unavailable(&cause))? {
            Some(access) => {
                // A valid key proves that a key exists.
                self.keys.store(true, Ordering::Relaxed);
                Ok((access, Shown(Some(key))))
            }
            None => Err(self.refused(&key, from)),
        }
    }

    /// Authenticates a caller by what it has shown, as for a request with this header.
    pub(in crate::server) async fn authenticate(
        &self,
        shown: Option<&HeaderValue>,
        from: Option<IpAddr>,
    ) -> Result<(Access, Shown), Response> {
        tokio::select! {
            biased;
            admitted = self.admit(shown, from) => admitted,
            () = self.too_long() => Err(late()),
        }
    }

    /// Checks callers again that were authenticated before, with at most two statements. `None` for one that would be
    /// refused now.
    pub(in crate::server) async fn authenticate_again(&self, shown: &[Shown]) -> Result<Vec<Option<Access>>> {
        let keys: Vec<ApiKey> = shown.iter().filter_map(|shown| shown.0.clone()).collect();
        let mut holders = self.app().holders(&keys).await?.into_iter();
        let is_open = keys.len() < shown.len() && !self.needs_key().await?;
        let of = |shown: &Shown| match shown.0 {
            Some(_) => holders.next().flatten(),
            None => is_open.then(Access::full),
        };
        Ok(shown.iter().map(of).collect())
    }

    /// The response to a wrong key, which is counted for its address.
    fn refused(&self, key: &ApiKey, from: Option<IpAddr>) -> Response {
        match self.rate_limit.failed(from) {
            Verdict::Within => {
                tracing::info!(address = ?from, hint = key.hint(), "a key was refused");
                unauthenticated(WRONG_KEY)
            }
            Verdict::First(seconds) => {
                tracing::warn!(address = ?from, "many wrong keys come from this address; further ones are not logged");
                too_many(seconds)
            }
            Verdict::Beyond(seconds) => too_many(seconds),
        }
    }

    /// Whether requests need a key now; an error response if this cannot be determined in time.
    pub(in crate::server) async fn requires_key(&self) -> Result<bool, Response> {
        tokio::select! {
            biased;
            needs_key = self.needs_key() => needs_key.map_err(|cause| unavailable(&cause)),
            () = self.too_long() => Err(late()),
        }
    }

    /// Completes when authentication has taken too long.
    async fn too_long(&self) {
        self.app.db().health().wait_until_deadline(Instant::now(), SLOW_DATABASE_AUTH_TIMEOUT, AUTH_TIMEOUT).await;
    }

    /// Runs a request with the access of its caller, if the caller is authenticated and `refuses` returns `None`.
    pub(in crate::server) async fn authenticate_then(
        &self,
        mut request: Request,
        next: Next,
        refuses: impl FnOnce(&Access) -> Option<Response>,
    ) -> Response {
        let shown = request.headers().get(AUTHORIZATION).cloned();
        let from = request.extensions().get::<ClientAddress>().map(|address| address.0);
        let has_body = !request.body().is_end_stream();
        let admitted = self.authenticate(shown.as_ref(), from).await;
        let name = admitted.as_ref().ok().and_then(|(access, _)| access.key.clone());
        let mut answer = match admitted {
            Ok((access, shown)) => match refuses(&access) {
                Some(refusal) => refusal,
                None => {
                    request.extensions_mut().insert(access);
                    request.extensions_mut().insert(shown);
                    next.run(request).await
                }
            },
            // The body is not read, so the connection cannot be used again. A client that is still sending has to know.
            Err(mut refusal) if has_body => {
                refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                refusal
            }
            Err(refusal) => refusal,
        };
        if let Some(name) = name {
            answer.extensions_mut().insert(CallerName(name.to_string()));
        }
        answer
    }
}

const WRONG_KEY: &str = "This API key is unknown, revoked or expired.";

/// The key of a header `Bearer KEY`.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, key) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim())
}

/// Middleware that authenticates requests. A WebSocket without the header passes without an [`Access`]: it shows its key
/// in its first message.
pub(in crate::server) async fn authenticate(
    State(authenticator): State<Authenticator>,
    request: Request,
    next: Next,
) -> Response {
    if is_upgrade(request.method(), request.headers()) && !request.headers().contains_key(AUTHORIZATION) {
        return next.run(request).await;
    }
    authenticator.authenticate_then(request, next, |_| None).await
}

fn unauthenticated(message: &str) -> Response {
    let mut answer = refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
    answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"devarch\""));
    answer
}

fn too_many(seconds: u64) -> Response {
    let message = format!("Too many wrong keys came from this address; try again in {seconds} s.");
    ([(RETRY_AFTER, seconds.to_string())], refuse(StatusCode::TOO_MANY_REQUESTS, "UNAUTHENTICATED", &message))
        .into_response()
}

/// The response while keys cannot be looked up: no request is admitted.
fn unavailable(cause: &crate::error::Error) -> Response {
    tracing::warn!(%cause, "cannot check the API key of a request");
    graphql::unavailable()
}

fn late() -> Response {
    tracing::warn!("checking the API key of a request takes too long");
    graphql::unavailable()
}

#[cfg(test)]
mod tests {
    use crate::server::middleware::auth::*;

    #[test]
    fn a_bearer_is_read_whatever_the_case_of_the_scheme() {
        assert_eq!(bearer("Bearer abc"), Some("abc"));
        assert_eq!(bearer(" bearer  abc "), Some("abc"));
        for other in ["", "abc", "Basic abc", "Bearerabc"] {
            assert_eq!(bearer(other), None, "{other}");
        }
    }
}
