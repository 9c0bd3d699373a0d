//! What is asked of those who tell of others, from the command line.

use allclear_domain::CheckKind;
use allclear_domain::check::Bounds;
use anyhow::{Result, bail};

use crate::cli::checks::FeedArgs;

/// Adds what is asked to a check.
pub(super) fn add(kind: &mut CheckKind, args: &FeedArgs) -> Result<()> {
    let ok = Bounds { at_least: args.at_least, at_most: args.at_most };
    let degraded = Bounds { at_least: args.degraded_at_least, at_most: args.degraded_at_most };
    let has_bounds = !ok.is_open() || !degraded.is_open();
    match kind {
        CheckKind::Prometheus(prometheus) => (prometheus.ok, prometheus.degraded) = (ok, degraded),
        _ if has_bounds => bail!("bounds of numbers are for queries of Prometheus: leave them out"),
        _ => {}
    }
    match kind {
        CheckKind::Upstream(upstream) => upstream.components.clone_from(&args.their_component),
        _ if args.their_component.is_empty() => {}
        _ => bail!("--their-component is for what a provider says: leave it out"),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_go_with_a_kind_is_refused() {
        let bounds = FeedArgs { at_least: Some(1.0), ..FeedArgs::default() };
        let theirs = FeedArgs { their_component: vec!["API".to_owned()], ..FeedArgs::default() };
        let kind = |target: &str| target.parse::<CheckKind>().unwrap();
        let added = |target: &str, args: &FeedArgs| {
            let mut kind = kind(target);
            add(&mut kind, args).ok().map(|()| kind)
        };
        let query = "prometheus:https://metrics.example.com up";
        let status = "upstream:https://status.example.com";
        assert!(added("https://shop.example.com", &FeedArgs::default()).is_some());
        for (target, args) in [
            ("https://shop.example.com", &bounds),
            (status, &bounds),
            ("https://shop.example.com", &theirs),
            (query, &theirs),
        ] {
            assert_eq!(added(target, args), None, "{target}");
        }
        let Some(CheckKind::Prometheus(query)) = added(query, &bounds) else { panic!("a query") };
        assert_eq!(query.ok.at_least, Some(1.0));
        let Some(CheckKind::Upstream(status)) = added(status, &theirs) else { panic!("a status") };
        assert_eq!(status.components, ["API"]);
    }
}
