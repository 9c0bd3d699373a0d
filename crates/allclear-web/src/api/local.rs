//! The API without a network: for commands on a database that no server holds. The request is
//! answered by the same handlers, so that both ways do the same.

use allclear_domain::Access;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use tower::ServiceExt;

use crate::app::App;

/// Somebody who needs no token: whoever may write to the database may do everything. It can only be
/// put into a request from inside.
#[derive(Clone, Debug)]
pub(super) struct Insider(pub(super) Access);

/// Answers a request to the API.
pub async fn ask_locally(app: App, access: Access, mut request: Request) -> Response<Body> {
    request.extensions_mut().insert(Insider(access));
    let Ok(response) = super::router(app).oneshot(request).await;
    response
}
