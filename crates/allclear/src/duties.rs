//! The duties of a running instance: each a task of its own, begun with it and ended before its store
//! is closed.

use std::collections::HashMap;
use std::future::Future;

use tokio::task::{Id, JoinSet};

/// Duties that run.
#[derive(Debug, Default)]
pub struct Duties {
    tasks: JoinSet<()>,
    names: HashMap<Id, &'static str>,
}

impl Duties {
    /// Begins a duty, which should never end by itself.
    pub fn begin(&mut self, name: &'static str, duty: impl Future<Output = ()> + Send + 'static) {
        let task = self.tasks.spawn(duty);
        self.names.insert(task.id(), name);
    }

    /// Returns when a duty has ended, which none ever should, and names it. Never returns where
    /// there is none.
    pub async fn ended(&mut self) -> &'static str {
        let Some(ended) = self.tasks.join_next_with_id().await else {
            return std::future::pending().await;
        };
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        let name = self.names.get(&id).copied().unwrap_or("duty");
        if let Err(error) = ended {
            tracing::error!(%error, "the {name} broke off");
        }
        name
    }

    /// Stops all of them, and returns when none runs any more: what they work on may be closed then.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn none_runs_after_the_stop() {
        let held = Arc::new(());
        let mut duties = Duties::default();
        for _ in 0..3 {
            let held = held.clone();
            duties.begin("example", async move {
                let _held = held;
                loop {
                    tokio::task::yield_now().await;
                }
            });
        }
        tokio::task::yield_now().await;
        assert_eq!(Arc::strong_count(&held), 4);
        duties.stop().await;
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test]
    async fn one_that_ends_is_named() {
        let mut duties = Duties::default();
        duties.begin("steady", std::future::pending());
        duties.begin("short", async {});
        assert_eq!(duties.ended().await, "short");
        duties.begin("broken", async { panic!("as it should here") });
        assert_eq!(duties.ended().await, "broken");
    }
}
