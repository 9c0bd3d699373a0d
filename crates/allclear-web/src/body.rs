//! The body of a request: read whole, up to a length, within a time.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::Extensions;
use bytes::Bytes;
use http_body_util::LengthLimitError;
use tokio::time::timeout;

use crate::limits;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyProblem {
    /// It is longer than allowed.
    TooLong,
    /// It did not come in time.
    TooSlow,
    /// It broke off.
    BrokenOff,
}

/// How long the whole body of a request may take; put into each request by the front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyTimeout(pub(crate) Duration);

/// Reads the body of a request. One that drips in holds its connection no longer than one that does
/// not come.
pub(crate) async fn read(
    extensions: &Extensions,
    body: Body,
    bytes_max: usize,
) -> Result<Bytes, BodyProblem> {
    let allowed = extensions.get::<BodyTimeout>().map_or(limits::BODY_TIMEOUT, |it| it.0);
    match timeout(allowed, to_bytes(body, bytes_max)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let is_length = error.into_inner().is::<LengthLimitError>();
            Err(if is_length { BodyProblem::TooLong } else { BodyProblem::BrokenOff })
        }
        Err(_) => Err(BodyProblem::TooSlow),
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use hyper::body::Frame;
    use tokio::time::{Interval, interval};

    use super::*;

    /// A byte a second, so many of them; then its end, or its breaking off.
    struct Dripping {
        clock: Interval,
        left: usize,
        breaks_off: bool,
    }

    impl hyper::body::Body for Dripping {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
            ready!(self.clock.poll_tick(context));
            if self.left == 0 {
                return Poll::Ready(self.breaks_off.then(|| Err(io::Error::other("gone"))));
            }
            self.left -= 1;
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"x")))))
        }
    }

    fn dripping(left: usize, breaks_off: bool) -> Body {
        Body::new(Dripping { clock: interval(Duration::from_secs(1)), left, breaks_off })
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_has_a_length_and_a_time() {
        let mut head = Extensions::new();
        assert_eq!(read(&head, Body::from("12345"), 5).await, Ok(Bytes::from_static(b"12345")));
        assert_eq!(read(&head, Body::from("12345"), 4).await, Err(BodyProblem::TooLong));
        assert_eq!(read(&head, dripping(5, false), 10).await, Ok(Bytes::from_static(b"xxxxx")));
        assert_eq!(read(&head, dripping(1_000, false), 10_000).await, Err(BodyProblem::TooSlow));
        assert_eq!(read(&head, dripping(5, true), 10).await, Err(BodyProblem::BrokenOff));
        head.insert(BodyTimeout(Duration::from_secs(3)));
        assert_eq!(read(&head, dripping(5, false), 10).await, Err(BodyProblem::TooSlow));
    }
}
