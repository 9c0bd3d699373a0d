//! The listener: accepts connections within limits, and stops without cutting anybody off.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

use crate::activity::Activity;
use crate::body::BodyTimeout;
use crate::deadline::Deadline;
use crate::front::{Connection, Front};
use crate::handover::Handover;
use crate::limits;
use crate::tls::{self, Shaken};

/// What a listener allows.
#[derive(Clone, Copy, Debug)]
pub struct ListenerLimits {
    /// Connections at the same time; further ones wait.
    pub connections_max: usize,
    /// Time for the head of a request, and before it for the handshake of TLS.
    pub header_timeout: Duration,
}

/// What all connections of a listener share.
#[derive(Clone)]
struct Shared {
    builder: auto::Builder<TokioExecutor>,
    front: Front,
    allowed: ListenerLimits,
}

/// One connection that was accepted.
struct Accepted {
    stream: TcpStream,
    peer: SocketAddr,
    permit: Arc<OwnedSemaphorePermit>,
    /// Changes when the listener stops. Dropped when the connection ends.
    open: watch::Receiver<()>,
}

/// Serves until `stop` is done, then lets open requests end, for a while.
pub async fn serve(
    listener: TcpListener,
    front: Front,
    allowed: ListenerLimits,
    stop: impl Future<Output = ()>,
) {
    let connections = Arc::new(Semaphore::new(allowed.connections_max));
    front.leave_room_of(allowed.connections_max);
    let shared = Shared { builder: builder(allowed), front, allowed };
    let (listening, open) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let permit = tokio::select! {
            permit = connections.clone().acquire_owned() => permit,
            () = &mut stop => break,
        };
        let Ok(permit) = permit else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles, or a client that left at once: wait a little, go on.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        // A page leaves in one piece; waiting for more would only delay it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection closed at once");
        }
        let accepted = Accepted { stream, peer, permit: Arc::new(permit), open: open.clone() };
        tokio::spawn(shared.clone().begin(accepted));
    }
    drop((listener, open));
    listening.send_replace(());
    shared.front.close();
    if timeout(limits::SHUTDOWN_GRACE, listening.closed()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
    }
}

impl Shared {
    /// Shakes hands where that is due, then serves. Others are accepted meanwhile.
    async fn begin(self, accepted: Accepted) {
        let Accepted { stream, peer, permit, mut open } = accepted;
        let Some(config) = self.front.tls() else {
            return self.talk(stream, peer, permit, open).await;
        };
        let shaken = tokio::select! {
            shaken = tls::shake_hands(stream, config, self.allowed.header_timeout) => shaken,
            // Nothing was asked yet, so nothing is cut off.
            _ = open.changed() => return,
        };
        match shaken {
            Ok(Shaken::Safe(stream)) => self.talk(stream, peer, permit, open).await,
            Ok(Shaken::Refused) => tracing::debug!(%peer, "plain HTTP was refused"),
            Err(error) => tracing::debug!(%peer, %error, "no handshake"),
        }
    }

    /// Answers the requests of a connection.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
        self,
        stream: S,
        peer: SocketAddr,
        permit: Arc<OwnedSemaphorePermit>,
        mut open: watch::Receiver<()>,
    ) {
        // A reader who waits for changes keeps the permit when the rest of the connection goes.
        let handover = Handover::of(permit);
        let activity = Activity::begun();
        let stream = Deadline::of(stream, self.allowed.header_timeout, Some(handover.clone()));
        let stream = stream.telling(activity.clone());
        let body = BodyTimeout(self.allowed.header_timeout * limits::BODY_TIMEOUT_OF_HEADS);
        let idle = activity.idle(self.allowed.header_timeout * limits::IDLE_OF_HEADS);
        let front = Connection { peer, body, handover, activity: activity.clone() };
        let front = self.front.of_connection(front);
        let mut connection = pin!(self.builder.serve_connection(TokioIo::new(stream), front));
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            // Whoever stops the listener waits for this one, for a while.
            _ = open.changed() => {
                connection.as_mut().graceful_shutdown();
                Some(connection.await)
            }
            () = idle => {
                connection.as_mut().graceful_shutdown();
                timeout(limits::SHUTDOWN_GRACE, connection).await.ok()
            }
        };
        match ended {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::debug!(%error, "a connection ended early"),
            None => tracing::debug!(%peer, "a connection took no answer, and was cut off"),
        }
    }
}

fn builder(allowed: ListenerLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(allowed.header_timeout)
        .max_buf_size(limits::HEAD_BYTES_MAX)
        .max_headers(limits::HEADERS_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(allowed.header_timeout)
        .keep_alive_timeout(allowed.header_timeout)
        .max_header_list_size(u32::try_from(limits::HEAD_BYTES_MAX).unwrap_or(u32::MAX))
        .max_concurrent_streams(limits::STREAMS_PER_CONNECTION_MAX);
    builder
}
