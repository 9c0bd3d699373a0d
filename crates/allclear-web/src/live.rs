//! Live pages: readers with an open page are told that it changed, over server-sent events.
//!
//! An event says no more than which page changed and when; the browser then asks for the page, which
//! is ready bytes like any other first view. So a reader costs one place in a list, and one who is
//! slow misses nothing: only the newest state matters, and that is all that is kept.

use std::collections::{HashMap, HashSet};
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use allclear_domain::StatusPage;
use allclear_domain::ids::StatusPageId;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response};
use bytes::Bytes;
use hyper::body::Frame;
use jiff::Timestamp;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::limits;
use crate::published::Overloaded;
use crate::respond;

/// What keeps a connection from looking dead to whatever stands between: a comment.
const HEARTBEAT: Bytes = Bytes::from_static(b":\n\n");

/// The latest change of a page, as it is told.
#[derive(Clone, Debug, Default)]
struct Change {
    /// What a reader who comes back names in `Last-Event-ID`.
    id: String,
    /// The event.
    bytes: Bytes,
}

impl Change {
    fn of(page: &StatusPage, at: Timestamp, revision: i64) -> Self {
        let slug = &page.slug;
        // Keys need no escaping: `Key` allows nothing that would.
        let data = format!(r#"{{"page":"{slug}","at":"{at}","revision":{revision}}}"#);
        let id = format!("{revision}.{}", at.as_millisecond());
        Self { bytes: format!("id: {id}\ndata: {data}\n\n").into(), id }
    }
}

/// Who is told of which page. Cheap to clone; all clones are the same.
#[derive(Clone)]
pub(crate) struct Live {
    pages: Arc<Mutex<Pages>>,
    places: Arc<Semaphore>,
    readers: Arc<AtomicU64>,
}

#[derive(Default)]
struct Pages {
    changes: HashMap<StatusPageId, watch::Sender<Change>>,
    is_closed: bool,
}

impl Live {
    /// With room for so many readers.
    pub(crate) fn with_room(readers: usize) -> Self {
        Self {
            pages: Arc::default(),
            places: Arc::new(Semaphore::new(readers)),
            readers: Arc::default(),
        }
    }

    /// Leaves connections for others than readers who wait for changes.
    pub(crate) fn leave_room_of(&self, connections_max: usize) {
        let places = (connections_max / 4 * 3).max(1);
        self.places.forget_permits(self.places.available_permits().saturating_sub(places));
    }

    fn pages(&self) -> std::sync::MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells everybody who reads a page that it changed.
    pub(crate) fn tell(&self, page: &StatusPage, at: Timestamp, revision: i64) {
        let change = Change::of(page, at, revision);
        let mut pages = self.pages();
        if !pages.is_closed {
            pages.changes.entry(page.id).or_default().send_replace(change);
        }
    }

    /// Ends the streams of pages that are no longer there.
    pub(crate) fn keep(&self, there: &HashSet<StatusPageId>) {
        self.pages().changes.retain(|id, _| there.contains(id));
    }

    /// Ends the streams of these pages; new ones may begin.
    pub(crate) fn end(&self, pages: &[StatusPageId]) {
        let mut all = self.pages();
        for id in pages {
            all.changes.remove(id);
        }
    }

    /// Ends all streams, and begins no more: the server stops.
    pub(crate) fn close(&self) {
        let mut pages = self.pages();
        pages.is_closed = true;
        pages.changes.clear();
    }

    /// The stream of a page's changes, for a reader who knows `known`.
    ///
    /// # Errors
    /// [`Overloaded`] where there is no room for another reader, or the server stops.
    fn follow(&self, id: StatusPageId, known: Option<&str>) -> Result<Changes, Overloaded> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| Overloaded)?;
        let mut changes = {
            let mut pages = self.pages();
            if pages.is_closed {
                return Err(Overloaded);
            }
            pages.changes.entry(id).or_default().subscribe()
        };
        // Whoever loses the connection comes back after a time of their own, so that a restart is
        // not followed by everybody at once.
        let number = self.readers.fetch_add(1, Ordering::Relaxed);
        let pause = limits::EVENTS_RETRY_MS_MIN
            + number.wrapping_mul(7_919) % limits::EVENTS_RETRY_MS_SPREAD;
        let mut greeting = format!("retry: {pause}\n").into_bytes();
        let latest = changes.borrow_and_update();
        if known == Some(latest.id.as_str()) || latest.id.is_empty() {
            greeting.extend_from_slice(&HEARTBEAT);
        } else {
            greeting.extend_from_slice(&latest.bytes);
        }
        drop(latest);
        let state = State { changes, _place: place };
        let greeting = Bytes::from(greeting);
        Ok(Changes { next: Box::pin(async move { Some((state, greeting)) }) })
    }
}

/// What one reader holds while waiting.
struct State {
    changes: watch::Receiver<Change>,
    _place: OwnedSemaphorePermit,
}

type Next = Pin<Box<dyn Future<Output = Option<(State, Bytes)>> + Send>>;

/// The next bytes for one reader: the newest change, or a heartbeat; `None` at the end.
async fn next(mut state: State) -> Option<(State, Bytes)> {
    let bytes = tokio::select! {
        changed = state.changes.changed() => {
            changed.ok()?;
            state.changes.borrow_and_update().bytes.clone()
        }
        () = tokio::time::sleep(limits::HEARTBEAT_EVERY) => HEARTBEAT,
    };
    Some((state, bytes))
}

/// The changes of one page, as the body of a response.
pub(crate) struct Changes {
    next: Next,
}

impl hyper::body::Body for Changes {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let Some((state, bytes)) = ready!(self.next.as_mut().poll(context)) else {
            self.next = Box::pin(async { None });
            return Poll::Ready(None);
        };
        self.next = Box::pin(next(state));
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}

/// The stream of a page's changes as a response, from where the reader left off.
///
/// # Errors
/// [`Overloaded`] where there is no room for another reader, or the server stops.
pub(crate) fn respond(
    live: &Live,
    id: StatusPageId,
    request: &HeaderMap,
) -> Result<Response<Changes>, Overloaded> {
    let known = request.get("last-event-id").and_then(|id| id.to_str().ok());
    let mut response = Response::new(live.follow(id, known)?);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Some proxies would collect events until there are enough of them.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    respond::guard(headers);
    Ok(response)
}

#[cfg(test)]
mod tests;
