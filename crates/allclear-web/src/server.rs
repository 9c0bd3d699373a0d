//! The listener: accepts connections within limits, and stops without cutting anybody off.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::deadline::Deadline;
use crate::front::Front;
use crate::handover::Handover;
use crate::limits;

/// What a listener allows.
#[derive(Clone, Copy, Debug)]
pub struct ListenerLimits {
    /// Connections at the same time; further ones wait.
    pub connections_max: usize,
    /// Time for the head of a request.
    pub header_timeout: Duration,
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
    let builder = builder(allowed);
    let open = GracefulShutdown::new();
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
        // A reader who waits for changes keeps the permit when the rest of the connection goes.
        let permit = Arc::new(permit);
        let handover = Handover::of(permit.clone());
        let stream = Deadline::of(stream, allowed.header_timeout, Some(handover.clone()));
        let connection = builder
            .serve_connection(TokioIo::new(stream), front.of_connection(peer, handover))
            .into_owned();
        let connection = open.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }
    drop(listener);
    front.close();
    if tokio::time::timeout(limits::SHUTDOWN_GRACE, open.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time and were cut off");
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
