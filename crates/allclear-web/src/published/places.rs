//! Places where something is rendered for a reader: few, with a short queue before them.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Too many readers wait already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overloaded;

/// Some places and the queue before them. All clones share them.
#[derive(Clone)]
pub(super) struct Places {
    free: Arc<Semaphore>,
    queue: Arc<Semaphore>,
}

impl Places {
    /// So many places, and room for so many who wait.
    pub(super) fn new(places: usize, waiting: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(places)), queue: Arc::new(Semaphore::new(waiting)) }
    }

    /// Waits for a place. Both permits end with whoever holds them, also where a reader hangs up
    /// while waiting.
    ///
    /// # Errors
    /// [`Overloaded`] where the queue is full.
    pub(super) async fn take(&self) -> Result<OwnedSemaphorePermit, Overloaded> {
        let _waiting = self.queue.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        self.free.clone().acquire_owned().await.map_err(|_| Overloaded)
    }
}
