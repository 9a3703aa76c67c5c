//! Checks the API keys of open streams again and again, each key once, whatever the number of its streams.
//!
//! Used by the transports. The check must not cost anything while no stream is open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, time::sleep};

use crate::{
    access::Access,
    server::middleware::auth::{Authenticator, Shown},
};

/// What the caller of a stream may do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum KeyState {
    /// It has this access.
    Valid(Access),
    /// It would be refused: the key is revoked or expired, or one is needed now.
    Refused,
}

/// The key of a caller: its digest, or `None` without authentication.
type Id = Option<(String, String)>;

struct Checked {
    shown: Shown,
    state: watch::Sender<KeyState>,
}

/// The keys of all open streams. Clones share them.
#[derive(Clone)]
pub(super) struct Keys(Arc<Inner>);

struct Inner {
    authenticator: Authenticator,
    every: Duration,
    checked: Mutex<HashMap<Id, Checked>>,
}

impl Keys {
    pub(super) fn new(authenticator: Authenticator, every: Duration) -> Self {
        Self(Arc::new(Inner { authenticator, every, checked: Mutex::default() }))
    }

    /// Watches the key of a caller that has been authenticated.
    pub(super) fn watch(&self, shown: &Shown, access: &Access) -> watch::Receiver<KeyState> {
        let id = shown.0.as_ref().map(|key| (key.digest().lookup(), key.digest().verifier()));
        let mut checked = self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = checked.get(&id) {
            let mut receiver = known.state.subscribe();
            let state = receiver.borrow().clone();
            // The caller was authenticated just now: what was known may be of an earlier moment, or of a later one.
            if state == KeyState::Valid(access.clone()) {
                return receiver;
            }
            if state != KeyState::Refused {
                receiver.mark_changed();
                return receiver;
            }
        }
        let (state, receiver) = watch::channel(KeyState::Valid(access.clone()));
        let is_first = checked.is_empty();
        checked.insert(id, Checked { shown: shown.clone(), state });
        drop(checked);
        if is_first {
            tokio::spawn(self.clone().check());
        }
        receiver
    }

    /// Checks the keys until no stream is left.
    async fn check(self) {
        loop {
            sleep(self.0.every).await;
            let shown: Vec<(Id, Shown)> = {
                let mut checked = self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
                checked.retain(|_, key| key.state.receiver_count() > 0);
                if checked.is_empty() {
                    return;
                }
                checked.iter().map(|(id, key)| (id.clone(), key.shown.clone())).collect()
            };
            let (ids, shown): (Vec<Id>, Vec<Shown>) = shown.into_iter().unzip();
            let states = match self.0.authenticator.authenticate_again(&shown).await {
                Ok(states) => states,
                Err(cause) => {
                    // While the database is away, nothing is sent either.
                    tracing::debug!(%cause, "cannot check the API keys of open streams");
                    continue;
                }
            };
            let checked = self.0.checked.lock().unwrap_or_else(PoisonError::into_inner);
            for (id, access) in ids.iter().zip(states) {
                let state = access.map_or(KeyState::Refused, KeyState::Valid);
                if let Some(key) = checked.get(id) {
                    key.state.send_if_modified(|known| {
                        let is_new = *known != state;
                        *known = state;
                        is_new
                    });
                }
            }
        }
    }
}

/// Waits until the state of a key has changed. Never ends without a key.
pub(super) async fn changed(key: &mut Option<watch::Receiver<KeyState>>) -> KeyState {
    if let Some(key) = key
        && key.changed().await.is_ok()
    {
        return key.borrow_and_update().clone();
    }
    std::future::pending().await
}
