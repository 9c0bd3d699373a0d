//! Deadlines of one connection: what says nothing, and what takes nothing, is closed.
//!
//! The head of a request has its own deadline in the HTTP library. That one begins only when the
//! version is known, which takes the first bytes; and none ends a client that never reads.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::activity::Activity;
use crate::handover::Handover;

/// Bytes by which the version of HTTP is known: the length of the preface of HTTP/2 (RFC 9113,
/// section 3.4).
const PREFACE_BYTES: usize = 24;

/// A stream that fails where the first bytes, or room for the next ones, do not come in time.
pub(crate) struct Deadline<S> {
    /// `None` once it was handed over.
    stream: Option<S>,
    handover: Option<Handover>,
    activity: Option<Activity>,
    allowed: Duration,
    first: Option<(usize, Pin<Box<Sleep>>)>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Deadline<S> {
    /// A stream that has just been accepted.
    pub(crate) fn of(stream: S, allowed: Duration, handover: Option<Handover>) -> Self {
        let first = Some((0, Box::pin(sleep(allowed))));
        let stream = Some(stream);
        Self { stream, handover, activity: None, allowed, first, stalled: None }
    }

    /// The same, and what its client takes is told.
    pub(crate) fn telling(self, activity: Activity) -> Self {
        Self { activity: Some(activity), ..self }
    }

    /// What came of a write of so many bytes.
    fn wrote(
        &mut self,
        result: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if let (Poll::Ready(Ok(bytes)), Some(activity)) = (&result, &self.activity) {
            activity.took(*bytes);
        }
        self.written(result, context)
    }

    /// What came of a write; a stall that lasts too long is an error.
    fn written<T>(
        &mut self,
        result: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.stalled = None;
            return result;
        }
        let until = Instant::now() + self.allowed;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep_until(until)));
        late(stalled.as_mut(), context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Deadline<S> {
    /// The stream, unless it was handed over, or is now.
    fn stream(&mut self) -> io::Result<Pin<&mut S>> {
        if let Some(handover) = &self.handover
            && let Some(listening) = handover.take()
            && let Some(stream) = self.stream.take()
        {
            tokio::spawn(listening.serve(stream, self.allowed));
        }
        self.stream.as_mut().map(Pin::new).ok_or_else(|| ErrorKind::ConnectionAborted.into())
    }
}

/// Pending until the deadline, then an error.
fn late<T>(deadline: Pin<&mut Sleep>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
    match deadline.poll(context) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(()) => Poll::Ready(Err(ErrorKind::TimedOut.into())),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> AsyncRead for Deadline<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = self.stream()?.poll_read(context, buffer);
        let Some((seen, deadline)) = &mut self.first else { return result };
        if result.is_pending() {
            return late(deadline.as_mut(), context);
        }
        *seen += buffer.filled().len() - before;
        if *seen >= PREFACE_BYTES {
            self.first = None;
        }
        result
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> AsyncWrite for Deadline<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = self.stream()?.poll_write(context, bytes);
        self.wrote(result, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = self.stream()?.poll_write_vectored(context, slices);
        self.wrote(result, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.as_ref().is_some_and(AsyncWrite::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = self.stream()?.poll_flush(context);
        self.written(result, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = self.stream()?.poll_shutdown(context);
        self.written(result, context)
    }
}

#[cfg(test)]
mod tests;
