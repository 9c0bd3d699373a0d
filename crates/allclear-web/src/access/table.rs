//! Tables of routes: every address with what it needs and what answers there. An address without a
//! rule cannot be written down, so none can be forgotten.

use std::collections::HashMap;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{Response, StatusCode};
use axum::routing::{MethodFilter, on};

use super::{Needs, Rule};
use crate::app::App;

/// How one kind of requests is let in: the console's with cookies and forms, the API's with tokens
/// and JSON. The value is the request as its handlers see it.
pub(crate) trait Door: Send + Sized + 'static {
    /// Why something was not done.
    type Refusal: Send + 'static;
    /// What is needed afterwards to say so.
    type After: Send + 'static;

    /// Looks who asks and what for; the answer where they are turned away.
    fn enter(
        app: App,
        needs: Needs,
        params: HashMap<String, String>,
        request: Request,
    ) -> impl Future<Output = Result<(Self, Self::After), Response<Body>>> + Send;

    /// Finishes an answer.
    fn leave(
        after: Self::After,
        answered: Result<Response<Body>, Self::Refusal>,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Addresses, what each needs, and what answers there.
pub(crate) struct Table<D> {
    router: Router<App>,
    rules: Vec<Rule>,
    door: std::marker::PhantomData<D>,
}

/// What a handler gives.
pub(crate) type Answer<D> = Result<Response<Body>, <D as Door>::Refusal>;

impl<D: Door> Table<D> {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self { router: Router::new(), rules: Vec::new(), door: std::marker::PhantomData }
    }

    /// Something to look at. It changes nothing.
    pub(crate) fn get<F, Done>(self, path: &'static str, needs: Needs, handler: F) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.add(MethodFilter::GET, "GET", path, needs, handler)
    }

    /// Something to do.
    pub(crate) fn post<F, Done>(self, path: &'static str, needs: Needs, handler: F) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.add(MethodFilter::POST, "POST", path, needs, handler)
    }

    /// Something to put in the place of what is there.
    pub(crate) fn put<F, Done>(self, path: &'static str, needs: Needs, handler: F) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.add(MethodFilter::PUT, "PUT", path, needs, handler)
    }

    /// Something to change in parts.
    pub(crate) fn patch<F, Done>(self, path: &'static str, needs: Needs, handler: F) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.add(MethodFilter::PATCH, "PATCH", path, needs, handler)
    }

    /// Something to remove.
    pub(crate) fn delete<F, Done>(self, path: &'static str, needs: Needs, handler: F) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.add(MethodFilter::DELETE, "DELETE", path, needs, handler)
    }

    fn add<F, Done>(
        mut self,
        filter: MethodFilter,
        method: &'static str,
        path: &'static str,
        needs: Needs,
        handler: F,
    ) -> Self
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send + 'static,
    {
        self.rules.push(Rule { method, path, needs });
        let guarded = move |State(app): State<App>, params: RawPathParams, request: Request| {
            let handler = handler.clone();
            let params = params.iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            async move {
                match D::enter(app, needs, params, request).await {
                    Ok((call, after)) if method == "GET" => {
                        D::leave(after, handler(call).await).await
                    }
                    Ok((call, after)) => {
                        to_its_end(async move { D::leave(after, handler(call).await).await }).await
                    }
                    Err(turned_away) => turned_away,
                }
            }
        };
        self.router = self.router.route(path, on(filter, guarded));
        self
    }

    /// What each address needs.
    pub(crate) fn into_rules(self) -> Vec<Rule> {
        self.rules
    }

    /// What answers. Addresses below `rest` that are not in the table are answered by `nothing`.
    pub(crate) fn into_router<F, Done>(self, app: App, rest: &'static str, nothing: F) -> Router
    where
        F: Fn(D) -> Done + Clone + Send + Sync + 'static,
        Done: Future<Output = Answer<D>> + Send,
    {
        let nowhere = move |State(app): State<App>, request: Request| {
            let nothing = nothing.clone();
            async move {
                match D::enter(app, Needs::Address, HashMap::new(), request).await {
                    Ok((call, after)) => D::leave(after, nothing(call).await).await,
                    Err(turned_away) => turned_away,
                }
            }
        };
        self.router.route(rest, axum::routing::any(nowhere)).with_state(app)
    }
}

/// Does something whole, even where whoever asked goes away meanwhile: a browser whose button is
/// pressed twice drops the first request, and the second is to be told what became of it.
async fn to_its_end(work: impl Future<Output = Response<Body>> + Send + 'static) -> Response<Body> {
    match tokio::spawn(work).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => {
                let mut response = Response::new(Body::from("The server is stopping.\n"));
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
                response
            }
        },
    }
}
