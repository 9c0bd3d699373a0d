//! What keeps the connections of one probe going, and ends with it.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper::rt::Executor;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::task::JoinSet;

use crate::limits;

/// Tasks that end when it is dropped. Otherwise, those of HTTP/2 would go on as long as the peer has them send
/// something that it never takes.
#[derive(Debug, Default)]
pub(super) struct Driver(Arc<Mutex<JoinSet<()>>>);

/// Begins tasks of a [`Driver`], as long as that is there. Tasks have one, so it must not keep them.
#[derive(Clone, Debug)]
struct OfDriver(Weak<Mutex<JoinSet<()>>>);

impl<F> Executor<F> for OfDriver
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        if let Some(tasks) = self.0.upgrade() {
            begin(&tasks, task);
        }
    }
}

impl Driver {
    /// Begins a task.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        begin(&self.0, task);
    }

    /// Sends a request by HTTP/2; gives the head of the answer. Of each body a peer may send as many bytes as
    /// `window` says before somebody has read them.
    pub(super) async fn send_http2<S>(
        &self,
        stream: S,
        request: Request<Full<Bytes>>,
        window: Option<u32>,
    ) -> Result<Response<Incoming>, hyper::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut builder = http2::Builder::new(OfDriver(Arc::downgrade(&self.0)));
        builder
            .max_header_list_size(u32::try_from(limits::HEAD_BYTES_MAX).unwrap_or(u32::MAX))
            .initial_stream_window_size(window)
            .initial_connection_window_size(window);
        let (mut sender, connection) = builder.handshake(TokioIo::new(stream)).await?;
        self.spawn(async move { drop(connection.await) });
        sender.send_request(request).await
    }
}

fn begin(tasks: &Mutex<JoinSet<()>>, task: impl Future<Output = ()> + Send + 'static) {
    tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
}
