//! Handing a connection over: from the HTTP library to a small task that only tells of changes.
//!
//! The library keeps buffers for the next request of a connection, 16 KB and more. A reader who
//! waits for changes sends none, and thousands of them wait at once. So for HTTP/1 the stream itself
//! is taken out from under the library, which then lets go of everything else.

use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use http_body_util::BodyExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::live::Changes;

/// What a connection and who answers on it agree by. All clones are the same.
#[derive(Clone)]
pub(crate) struct Handover(Arc<Inner>);

struct Inner {
    is_wanted: AtomicBool,
    listening: Mutex<Option<Listening>>,
    permit: Arc<OwnedSemaphorePermit>,
}

impl Handover {
    /// Of the connection that has this permit.
    pub(crate) fn of(permit: Arc<OwnedSemaphorePermit>) -> Self {
        let listening = Mutex::default();
        Self(Arc::new(Inner { is_wanted: AtomicBool::new(false), listening, permit }))
    }

    /// From now on the connection only tells of changes.
    pub(crate) fn tell(&self, headers: HeaderMap, changes: Changes) {
        let listening = Listening { headers, changes, permit: self.0.permit.clone() };
        let mut place = self.0.listening.lock().unwrap_or_else(PoisonError::into_inner);
        *place = Some(listening);
        self.0.is_wanted.store(true, Ordering::Release);
    }

    /// What the stream is wanted for, once. Asked before every read and write, so it costs nothing
    /// while there is nothing.
    pub(crate) fn take(&self) -> Option<Listening> {
        if !self.0.is_wanted.load(Ordering::Acquire) {
            return None;
        }
        self.0.listening.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// A reader who waits for changes, over a connection that does nothing else any more.
pub(crate) struct Listening {
    headers: HeaderMap,
    changes: Changes,
    permit: Arc<OwnedSemaphorePermit>,
}

impl Listening {
    /// Tells of changes until the reader goes, takes nothing for too long, or there are no more.
    pub(crate) async fn serve<S>(self, stream: S, allowed: Duration)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let Self { headers, changes, permit } = self;
        let head = head(&headers);
        drop(headers);
        if let Err(error) = tell(stream, head, changes, allowed).await {
            tracing::debug!(%error, "a reader who waited for changes is gone");
        }
        drop(permit);
    }
}

/// The head of an answer whose body ends with the connection (RFC 9112, section 6.3).
fn head(headers: &HeaderMap) -> Vec<u8> {
    let mut head = b"HTTP/1.1 200 OK\r\nconnection: close\r\n".to_vec();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}

async fn tell<S>(
    mut stream: S,
    head: Vec<u8>,
    changes: Changes,
    allowed: Duration,
) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    timeout(allowed, stream.write_all(&head)).await??;
    timeout(allowed, stream.flush()).await??;
    drop(head);
    let mut changes = pin!(changes);
    let mut rest = [0; 64];
    loop {
        let bytes = tokio::select! {
            frame = changes.frame() => match frame {
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
                None => break,
            },
            // A reader who says something more is not listened to; one who hangs up is gone.
            read = stream.read(&mut rest) => match read? {
                0 => return Ok(()),
                _ => continue,
            },
        };
        timeout(allowed, stream.write_all(&bytes)).await??;
        timeout(allowed, stream.flush()).await??;
    }
    timeout(allowed, stream.shutdown()).await?
}
