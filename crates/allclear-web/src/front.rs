//! The front: every request comes in here. First views leave at once; the rest goes to the router.

use std::convert::Infallible;
use std::future::{self, Ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, Version};
use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Incoming;
use hyper::service::Service;
use rustls::ServerConfig;
use tower::ServiceExt;

use crate::access::address::Peer;
use crate::activity::Activity;
use crate::app::App;
use crate::body::BodyTimeout;
use crate::handover::Handover;
use crate::live::Changes;
use crate::published::Published;
use crate::respond;
use crate::routes;
use crate::tls::Certificates;

type Answer = Result<Response<Either<Full<Bytes>, Body>>, Infallible>;

/// What answers on one connection know of it.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(crate) peer: SocketAddr,
    pub(crate) body: BodyTimeout,
    pub(crate) handover: Handover,
    pub(crate) activity: Activity,
}

/// What answers requests. Cheap to clone: one for each connection.
#[derive(Clone)]
pub struct Front {
    published: Published,
    router: Router,
    app: Arc<App>,
    connection: Option<Connection>,
}

impl Front {
    /// A front before what is published, and before what writes.
    #[must_use]
    pub fn of(published: Published, app: App) -> Self {
        let router = routes::router(published.clone(), app.clone());
        Self { router, published, app: Arc::new(app), connection: None }
    }

    /// What handshakes are made with, where connections begin with one.
    pub(crate) fn tls(&self) -> Option<Arc<ServerConfig>> {
        self.app.entrance.certificates.as_ref().map(Certificates::config)
    }

    /// Leaves connections for those who do not wait for changes.
    pub(crate) fn leave_room_of(&self, connections_max: usize) {
        self.published.live().leave_room_of(connections_max);
    }

    /// Ends what would never end by itself.
    pub(crate) fn close(&self) {
        self.published.live().close();
    }

    /// The front of one connection.
    pub(crate) fn of_connection(&self, connection: Connection) -> Self {
        Self { connection: Some(connection), ..self.clone() }
    }
}

impl Service<Request<Incoming>> for Front {
    type Response = Response<Either<Full<Bytes>, Body>>;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, mut request: Request<Incoming>) -> Answering {
        let is_tls = self.app.entrance.certificates.is_some();
        if let Some(connection) = &self.connection {
            connection.activity.asked(request.version());
        }
        if let Some(mut response) = routes::first_view(&self.published, &request) {
            if is_tls {
                respond::insist_on_tls(response.headers_mut());
            }
            return Answering::Ready(future::ready(Ok(response.map(Either::Left))));
        }
        if let Some(connection) = &self.connection {
            if let Some(mut events) = routes::events(&self.app, &request) {
                if is_tls {
                    respond::insist_on_tls(events.headers_mut());
                }
                return connection.tell(events, request.version());
            }
            request.extensions_mut().insert(Peer(connection.peer));
            request.extensions_mut().insert(connection.body);
        }
        let router = self.router.clone();
        Answering::Routed(Box::pin(async move {
            let mut response = router.oneshot(request.map(Body::new)).await?;
            if is_tls {
                respond::insist_on_tls(response.headers_mut());
            }
            Ok(response.map(Either::Right))
        }))
    }
}

impl Connection {
    /// Tells a reader of changes. Of HTTP/2, a connection has other streams too; one of HTTP/1 does
    /// nothing else any more.
    fn tell(&self, events: Response<Changes>, version: Version) -> Answering {
        if version <= Version::HTTP_11 {
            let (head, changes) = events.into_parts();
            self.handover.tell(head.headers, changes);
            return Answering::Routed(Box::pin(future::pending()));
        }
        let listens = self.activity.listens();
        let events = events.map(|changes| {
            Either::Right(Body::new(changes.map_frame(move |frame| {
                let _held = &listens;
                frame
            })))
        });
        Answering::Ready(future::ready(Ok(events)))
    }
}

/// An answer on its way.
pub enum Answering {
    /// It is there.
    Ready(Ready<Answer>),
    /// The router works on it.
    Routed(Pin<Box<dyn Future<Output = Answer> + Send>>),
}

impl Future for Answering {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        match self.get_mut() {
            Self::Ready(ready) => Pin::new(ready).poll(context),
            Self::Routed(routed) => routed.as_mut().poll(context),
        }
    }
}
