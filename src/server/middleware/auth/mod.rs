//! Who knocks: from the `Authorization` header to an [`Access`], or to a refusal.
//!
//! A layer in front of the GraphQL handler. It must never let anybody in because something failed, and never log a key.

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
        header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

use tokio::time::Instant;

use crate::{
    access::{Access, api_key::ApiKey},
    app::App,
    error::Result,
    server::{
        graphql::{self, refuse},
        middleware::{
            auth::rate_limit::{RateLimiter, Verdict},
            client_address::ClientAddress,
            outcome::CallerName,
        },
    },
};

/// Whom the service lets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Everybody, with every right; keys are not looked at.
    Open,
    /// Everybody, until the first key is created; from then on as [`AuthMode::Keys`].
    OpenUntilFirstKey,
    /// Who shows a key.
    Keys,
}

/// How long it may take to look up who asks, and how long while the database is slow.
const MOST: Duration = Duration::from_secs(5);
const SOON: Duration = Duration::from_millis(700);
/// How long the answer holds that there is no key yet, in milliseconds.
const NO_KEY_YET: i64 = 1000;

/// The authenticator; a clone is the same one.
#[derive(Clone)]
pub(in crate::server) struct Authenticator {
    app: App,
    auth_mode: AuthMode,
    /// There has been a key: that does not change any more.
    keys: Arc<AtomicBool>,
    /// Until when there is none for certain, in milliseconds of the clock.
    none_until: Arc<AtomicI64>,
    rate_limit: Arc<RateLimiter>,
}

impl Authenticator {
    pub(in crate::server) fn new(app: App, auth_mode: AuthMode) -> Self {
        let rate_limit = Arc::new(RateLimiter::new(app.clock().clone()));
        Self { app, auth_mode, keys: Arc::default(), none_until: Arc::default(), rate_limit }
    }

    /// The service itself, on the connections that are used now.
    fn app(&self) -> App {
        self.app.for_caller(Access::full())
    }

    /// Whether a key is asked for at this moment.
    async fn asks(&self) -> Result<bool> {
        match self.auth_mode {
            AuthMode::Open => return Ok(false),
            AuthMode::Keys => return Ok(true),
            AuthMode::OpenUntilFirstKey if self.keys.load(Ordering::Relaxed) => return Ok(true),
            AuthMode::OpenUntilFirstKey => {}
        }
        let now = self.app.now();
        let left = self.none_until.load(Ordering::Relaxed) - now.timestamp_millis();
        // A clock that was put back must not make it hold for longer.
        if (1..=NO_KEY_YET).contains(&left) {
            return Ok(false);
        }
        if self.app().has_keys().await? {
            self.keys.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        self.none_until.store(now.timestamp_millis() + NO_KEY_YET, Ordering::Relaxed);
        Ok(false)
    }

    /// Who asks; `from` is `None` where all come from the same unknown place, and share what that place may try.
    async fn admit(&self, shown: Option<HeaderValue>, from: Option<IpAddr>) -> Result<Access, Response> {
        let Some(shown) = shown.filter(|_| self.auth_mode != AuthMode::Open) else {
            return match self.asks().await {
                Ok(false) => Ok(Access::full()),
                Ok(true) => Err(unauthenticated("Send an API key: `Authorization: Bearer devarch_…`.")),
                Err(cause) => Err(unavailable(&cause)),
            };
        };
        let Some(key) = shown.to_str().ok().and_then(bearer).and_then(ApiKey::parse) else {
            // Without the checksum of a key it is none, and nothing was guessed: the database is not asked.
            tracing::debug!(address = ?from, "what was shown as a key is none");
            return Err(unauthenticated(WRONG_KEY));
        };
        // Looked up first: whatever others have tried from the same address, a valid key is let in.
        match self.app().holder(&key).await.map_err(|cause| unavailable(&cause))? {
            Some(access) => {
                // Who shows one proves that there is one.
                self.keys.store(true, Ordering::Relaxed);
                Ok(access)
            }
            None => Err(self.refused(&key, from)),
        }
    }

    /// The answer to a wrong key, counted for its address.
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

    /// Whether a key is required at this moment, or the answer where that cannot be told in time.
    pub(in crate::server) async fn requires_key(&self) -> Result<bool, Response> {
        tokio::select! {
            biased;
            asks = self.asks() => asks.map_err(|cause| unavailable(&cause)),
            () = self.too_long() => Err(late()),
        }
    }

    /// Ends when looking up who asks has taken too long.
    async fn too_long(&self) {
        self.app.db().health().wait_until_deadline(Instant::now(), SOON, MOST).await;
    }

    /// Lets a request through with the access of its caller, if that one is let in and nothing `refuses`
    /// it.
    pub(in crate::server) async fn let_in(
        &self,
        mut request: Request,
        next: Next,
        refuses: impl FnOnce(&Access) -> Option<Response>,
    ) -> Response {
        let shown = request.headers().get(AUTHORIZATION).cloned();
        let from = request.extensions().get::<ClientAddress>().map(|address| address.0);
        let admitted = tokio::select! {
            biased;
            admitted = self.admit(shown, from) => admitted,
            () = self.too_long() => Err(late()),
        };
        let name = admitted.as_ref().ok().and_then(|access| access.key.clone());
        let mut answer = match admitted {
            Ok(access) => match refuses(&access) {
                Some(refusal) => refusal,
                None => {
                    request.extensions_mut().insert(access);
                    next.run(request).await
                }
            },
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

/// Lets a request through with who asks, or refuses it.
pub(in crate::server) async fn authenticate(
    State(keeper): State<Authenticator>,
    request: Request,
    next: Next,
) -> Response {
    keeper.let_in(request, next, |_| None).await
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

/// Nobody is let in while it cannot be looked up who asks.
fn unavailable(cause: &crate::error::Error) -> Response {
    tracing::warn!(%cause, "cannot look up who asks");
    graphql::unavailable()
}

fn late() -> Response {
    tracing::warn!("it takes too long to look up who asks");
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
