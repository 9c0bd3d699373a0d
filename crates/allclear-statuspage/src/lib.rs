//! Pure rendering of a status page: a [`Snapshot`] and the time go in, ready bytes come out.
//!
//! Nothing here reads a clock, a file, a socket or a database, so a page renders anywhere, also
//! while everything else is down. [`Model::build`] derives once what all pages need; [`render`]
//! gives one page in one language, compressed and with its `ETag`. The bytes hold no address above
//! the page's base, so the same bytes answer on `/` and on `/p/{slug}/`.

pub mod assets;
pub mod curve;
mod format;
mod messages;
mod model;
mod ready;
mod render;
mod route;
mod snapshot;
mod views;

pub use model::Model;
pub use ready::Ready;
pub use render::{render, render_absence, render_closed, render_content, render_not_found};
pub use route::Route;
pub use snapshot::Snapshot;
pub use views::absence::{Absence, FIRST_IMPORT};
pub use views::closed::Closed;

/// The policy that every page is served with: nothing inline, nothing from elsewhere.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
