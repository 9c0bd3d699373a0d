//! Whole ways through the product in a real browser, as people go them: on both engines, on a phone
//! and at a desk, with what readers see at every turn.

mod by_keyboard;
mod editors;
mod escaping;
mod first_outage;
mod maintenance;
#[cfg(feature = "oidc")]
mod provider;
mod shutdown;
mod walker;
mod watched;
