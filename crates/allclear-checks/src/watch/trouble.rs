//! What keeps the duty that probes from its work.

use allclear_store::StoreError;

/// What is wrong at present: told once, and once more when it is over.
#[derive(Debug, Default)]
pub(super) struct Trouble(Vec<&'static str>);

impl Trouble {
    pub(super) fn note(&mut self, what: &'static str, error: Option<StoreError>) {
        let is_known = self.0.contains(&what);
        match error {
            Some(error) if !is_known => {
                tracing::error!(%error, "{what}");
                self.0.push(what);
            }
            None if is_known => {
                tracing::info!("over: {what}");
                self.0.retain(|known| *known != what);
            }
            _ => {}
        }
    }
}
