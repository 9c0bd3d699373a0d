//! The duty that keeps an instance as a folder declares: it looks at the folder again and again, and
//! applies what changed. It removes nothing: that takes a person, and `allclear apply --prune`.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use allclear_apply::{ApplyError, Plan, Sources, Wish, apply, read_sources};
use allclear_domain::audit::Actor;
use allclear_domain::{Access, Clock, Entropy, Scope};
use allclear_store::Store;
use anyhow::{Result, anyhow};
use tokio::sync::Mutex;

/// How long it waits until it looks again.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Applies a folder.
pub struct ApplyDuty {
    folder: PathBuf,
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<Entropy>,
    by: Access,
    /// What was applied last, or was refused.
    seen: Mutex<Option<Sources>>,
}

impl ApplyDuty {
    /// One that has not looked yet.
    #[must_use]
    pub fn new(
        folder: PathBuf,
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<Entropy>,
    ) -> Self {
        let by = Access {
            actor: Actor::Duty("apply".to_owned()),
            name: "apply".to_owned(),
            scopes: Scope::ALL.into_iter().collect(),
        };
        Self { folder, store, clock, entropy, by, seen: Mutex::default() }
    }

    /// Looks, and applies what differs from what was seen last; `None` where nothing does.
    ///
    /// # Errors
    /// Where the folder cannot be read or applied. What is there stays. Files that are refused are
    /// not tried again before they change; where the store failed, they are.
    pub async fn run_once(&self) -> Result<Option<Plan>> {
        let folder = self.folder.clone();
        let read = tokio::task::spawn_blocking(move || read_sources(&folder)).await?;
        let mut seen = self.seen.lock().await;
        let sources = match read {
            Ok(sources) => sources,
            Err(error) => {
                *seen = None;
                return Err(self.told(&error));
            }
        };
        if seen.as_ref() == Some(&sources) {
            return Ok(None);
        }
        let time = (self.entropy.as_ref(), self.clock.now());
        let applied = apply(&self.store, &sources, Wish::default(), &self.by, time).await;
        match applied {
            Ok(plan) => {
                *seen = Some(sources);
                Ok(Some(plan))
            }
            Err(error) => {
                *seen = Some(sources).filter(|_| !matches!(error, ApplyError::Store(_)));
                Err(self.told(&error))
            }
        }
    }

    fn told(&self, error: &ApplyError) -> anyhow::Error {
        anyhow!("{}: {error}", self.folder.display())
    }

    /// Runs until it is dropped.
    pub async fn run(&self) {
        let mut last_error = String::new();
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            match self.run_once().await {
                Ok(Some(plan)) => {
                    last_error.clear();
                    for line in plan.lines() {
                        tracing::info!("{line}");
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    let error = error.to_string();
                    // Once is enough: it looks again in a few seconds.
                    if error != last_error {
                        tracing::error!("{error}. What was applied before stays");
                        last_error = error;
                    }
                }
            }
        }
    }
}
