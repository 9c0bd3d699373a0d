//! Whole pages of a small sample: what they hold, and what they must never hold.

use std::sync::Arc;

use allclear_domain::posted::StatusChange;
use allclear_domain::status_page::Language;
use allclear_statuspage::{
    Absence, Closed, FIRST_IMPORT, Model, Ready, Route, Snapshot, assets, render, render_absence,
    render_closed, render_not_found,
};

use crate::{markup, sample};

fn model(snapshot: Snapshot) -> Model {
    Model::build(Arc::new(snapshot), sample::at(sample::NOW)).expect("a model")
}

fn text(ready: &Ready) -> &str {
    std::str::from_utf8(&ready.identity).expect("UTF-8")
}

fn now(snapshot: Snapshot, language: Language) -> String {
    let ready = render(&model(snapshot), &Route::Now, language).expect("a page");
    text(&ready).to_owned()
}

/// The page without the hashes of the assets, which change with every edit of the style.
fn settled(html: &str) -> String {
    let mut out = html.to_owned();
    for asset in assets::all() {
        let name = asset.path.rsplit('/').next().expect("a name");
        out = out.replace(&asset.path, &format!("/assets/HASH/{name}"));
    }
    out
}

#[test]
fn pages_in_english() {
    let model = model(sample::snapshot());
    for (name, route) in sample::routes() {
        let ready = render(&model, &route, Language::En).expect(name);
        insta::assert_snapshot!(format!("en_{name}"), settled(text(&ready)));
    }
    let ready = render_not_found(&model, Language::En);
    insta::assert_snapshot!("en_not_found", settled(text(&ready)));
}

#[test]
fn where_no_status_page_is_it_says_so_and_leads_to_the_console_alone() {
    for (absence, name) in [(Absence::NothingYet, "nothing"), (Absence::CannotBeShown, "broken")] {
        for language in Language::ALL {
            let ready = render_absence(absence, language);
            assert_eq!(ready.status, 503);
            let html = text(&ready);
            markup::check(html, name);
            for (tag, attributes) in markup::tags(html) {
                let href = attributes.iter().find(|(name, _)| name == "href");
                let href = href.map_or("", |(_, value)| value);
                let is_console = href == "/console" && absence == Absence::NothingYet;
                let leads_away = !is_console && !href.starts_with(['?', '#']);
                assert!(tag != "a" || !leads_away, "{name}: {tag} {href}");
            }
            assert_eq!(html.contains(FIRST_IMPORT), absence == Absence::NothingYet);
            let tag = language.tag();
            insta::assert_snapshot!(format!("{tag}_absence_{name}"), settled(html));
        }
    }
}

#[test]
fn the_form_before_a_protected_page_says_what_went_wrong() {
    for (closed, status) in Closed::ALL.into_iter().zip([403, 403, 429, 503]) {
        for language in Language::ALL {
            let ready = render_closed(closed, language);
            assert_eq!(ready.status, status);
            let html = text(&ready);
            markup::check(html, "closed");
            assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"), "{html}");
            assert_eq!(html.contains("role=\"alert\""), closed != Closed::Asked, "{html}");
        }
    }
    for (language, closed) in [(Language::En, Closed::Asked), (Language::De, Closed::WrongPassword)]
    {
        let ready = render_closed(closed, language);
        insta::assert_snapshot!(format!("{}_closed", language.tag()), settled(text(&ready)));
    }
}

#[test]
fn now_in_german_and_with_nothing_on_it() {
    insta::assert_snapshot!("de_now", settled(&now(sample::snapshot(), Language::De)));
    insta::assert_snapshot!("en_quiet", settled(&now(sample::quiet_snapshot(), Language::En)));
}

#[test]
fn markup_holds_only_what_the_templates_put_there() {
    let model = model(sample::snapshot());
    for language in Language::ALL {
        for (name, route) in sample::routes() {
            let ready = render(&model, &route, language).expect(name);
            markup::check(text(&ready), name);
        }
    }
}

#[test]
fn nothing_that_a_record_holds_breaks_out() {
    for payload in markup::PAYLOADS {
        for format in ["plain", "markdown"] {
            let model = model(sample::poisoned(payload, format));
            for (name, route) in sample::routes() {
                let ready = render(&model, &route, Language::De).expect(name);
                markup::check(text(&ready), &format!("{name} with {payload}"));
            }
            let query = Route::Search { query: (*payload).to_owned() };
            let ready = render(&model, &query, Language::De).expect("a search");
            markup::check(text(&ready), "search");
            markup::check(text(&render_not_found(&model, Language::En)), "not found");
        }
    }
}

#[test]
fn the_same_bytes_answer_at_any_base() {
    let model = model(sample::snapshot());
    for (name, route) in sample::routes() {
        let ready = render(&model, &route, Language::De).expect(name);
        for (tag, attributes) in markup::tags(text(&ready)) {
            for (attribute, value) in attributes {
                let is_address = ["href", "src", "action"].contains(&attribute.as_str());
                let is_rooted = value.starts_with('/') && !value.starts_with("/assets/");
                assert!(!(is_address && is_rooted), "{name}: {tag} {attribute}={value}");
            }
        }
    }
}

#[test]
fn links_inside_the_page_lead_somewhere() {
    let model = model(sample::snapshot());
    for (name, route) in sample::routes() {
        let depth = route.path().matches('/').count();
        let ready = render(&model, &route, Language::De).expect(name);
        for (_, attributes) in markup::tags(text(&ready)) {
            for (_, href) in attributes.iter().filter(|(name, _)| name == "href") {
                if href.contains(':') || href.starts_with(['#', '?', '/']) {
                    continue;
                }
                let (path, query) = href.split_once('?').unwrap_or((href, ""));
                let below = path.trim_start_matches("./").trim_start_matches("../");
                assert_eq!(path.matches("../").count(), depth, "{name}: {href}");
                let target = Route::parse(below, Some(query)).expect(href);
                assert!(render(&model, &target, Language::De).is_some(), "{name}: {href}");
                assert_eq!(query, "lang=de", "{name}: {href}");
            }
        }
    }
}

#[test]
fn bytes_differ_only_where_content_does() {
    let (one, other) = (model(sample::snapshot()), model(sample::snapshot()));
    let later = sample::at("2026-11-20T12:43:17Z");
    let later = Model::build(Arc::new(sample::snapshot()), later).expect("a model");
    for (name, route) in sample::routes() {
        let first = render(&one, &route, Language::En).expect(name);
        assert_eq!(Some(&first), render(&other, &route, Language::En).as_ref(), "{name}");
        let next = render(&later, &route, Language::En).expect(name);
        let ages = [
            "now",
            "uptime",
            "history",
            "month",
            "component",
            "component_group",
            "incident_open",
            "maintenance_under_way",
        ];
        if !ages.contains(&name) {
            assert_eq!(first.etag, next.etag, "{name}");
        }
    }
}

#[test]
fn undated_records_stand_on_their_own_page_only() {
    let model = model(sample::snapshot());
    let title = "Switch in a reboot loop";
    for (name, route) in sample::routes() {
        let ready = render(&model, &route, Language::En).expect(name);
        let is_own = ["undated", "incident_undated"].contains(&name);
        assert_eq!(text(&ready).contains(title), is_own, "{name}");
    }
}

#[test]
fn what_does_not_exist_is_not_rendered() {
    let model = model(sample::snapshot());
    for path in [
        "incidents/zzzzzzzzzzzz",
        "maintenance/zzzzzzzzzzzz",
        "announcements/zzzzzzzzzzzz",
        "components/zzzzzzzzzzzz",
        "history/1999-01",
        "history/2031-01",
        "theme.css",
        "logo",
    ] {
        let route = Route::parse(path, None).expect(path);
        assert!(render(&model, &route, Language::En).is_none(), "{path}");
    }
}

#[test]
fn the_first_view_is_small() {
    let ready = render(&model(sample::many(50, 200)), &Route::Now, Language::En);
    let ready = ready.expect("a page");
    let assets: usize = assets::all()
        .filter(|asset| !asset.path.ends_with(".svg"))
        .map(|asset| asset.gzip.len())
        .sum();
    let whole = ready.gzip.len() + assets;
    assert!(whole < 30_000, "{whole} bytes");
}

#[test]
fn a_group_passes_its_status_to_its_parts() {
    let mut snapshot = sample::quiet_snapshot();
    let mut open = sample::open_incident();
    open.record.affected = vec![sample::affected(3, allclear_domain::ComponentStatus::MajorOutage)];
    open.updates.clear();
    snapshot.incidents = vec![Arc::new(open)];
    let html = now(snapshot, Language::En);
    assert!(html.contains("API: major outage"), "the group is named");
    assert!(html.contains("2 of 2 affected"));
}

#[test]
fn the_record_and_the_drawing_name_what_updates_changed() {
    use allclear_domain::ComponentStatus;
    let mut open = sample::open_incident();
    open.record.affected = vec![sample::affected(0, ComponentStatus::DegradedPerformance)];
    let change =
        |number: u128, status| StatusChange { component_id: sample::id(100 + number), status };
    open.updates[1].changes = vec![
        change(0, ComponentStatus::PartialOutage),
        change(1, ComponentStatus::PartialOutage),
        change(2, ComponentStatus::Operational),
    ];
    let route = Route::Incident(open.public_id);
    let mut snapshot = sample::quiet_snapshot();
    snapshot.incidents = vec![Arc::new(open)];
    let model = model(snapshot);
    let ready = render(&model, &route, Language::En).expect("a page");
    let html = text(&ready);
    let (_, facts) = html.split_once("<dt>Affected</dt>").expect("facts");
    let (facts, _) = facts.split_once("</div>").expect("facts");
    assert!(facts.contains("Custom domains</a>, at worst partial outage</dd>"), "{facts}");
    assert!(facts.contains("Checkout</a>, partial outage</dd>"), "{facts}");
    assert_eq!(facts.matches("<dd>").count(), 2, "{facts}");
    assert!(html.contains("◆</span> partial outage</span> since <time"));
    assert!(html.contains("●</span> otherwise operational</span></li>"));
}

#[test]
fn columns_of_history_that_count_nothing_are_left_out() {
    let mut snapshot = sample::snapshot();
    snapshot.announcements.clear();
    let model = model(snapshot);
    let ready = render(&model, &Route::History, Language::En).expect("a page");
    assert!(!text(&ready).contains(">Announcements</th>"));
    assert!(text(&ready).contains(">Maintenance</th>"));
}

#[test]
fn a_late_update_says_so() {
    let mut snapshot = sample::quiet_snapshot();
    snapshot.incidents = vec![Arc::new(sample::open_incident())];
    let late = sample::at("2026-11-20T12:56:00Z");
    let model = Model::build(Arc::new(snapshot), late).expect("a model");
    let ready = render(&model, &Route::Now, Language::En).expect("a page");
    assert!(text(&ready).contains("<p class=\"next late\">An update was due by"));
}

#[test]
fn a_page_has_its_own_colors_and_picture() {
    let mut snapshot = sample::quiet_snapshot();
    snapshot.page.colors.accent_light = Some("#123456".to_owned());
    snapshot.page.logo = Some(allclear_domain::status_page::Logo {
        media_type: "image/png".to_owned(),
        base64: "iVBORw0KGgo=".to_owned(),
        alt: "Example Shop".to_owned(),
    });
    let html = now(snapshot.clone(), Language::En);
    assert!(html.contains("<link rel=\"stylesheet\" href=\"theme.css\">"));
    assert!(html.contains("<img src=\"logo\" alt=\"Example Shop\""));
    let model = model(snapshot);
    let theme = render(&model, &Route::Theme, Language::En).expect("colors");
    assert!(text(&theme).contains("--accent:#123456"));
    let logo = render(&model, &Route::Logo, Language::En).expect("a picture");
    let png = &b"\x89PNG\r\n\x1a\n"[..];
    assert_eq!((logo.content_type, logo.identity.as_slice()), ("image/png", png));
}

#[test]
fn an_incident_of_several_days_leaves_no_day_quiet() {
    let mut snapshot = sample::quiet_snapshot();
    let mut open = sample::open_incident();
    open.started = allclear_domain::times::Bound::exactly(sample::at("2026-11-17T12:00:00Z"));
    snapshot.incidents = vec![Arc::new(open)];
    let html = now(snapshot, Language::En);
    assert_eq!(html.matches("&nbsp;· continued").count(), 3);
    assert_eq!(html.matches("No incidents").count(), 1);
}

#[test]
fn an_unknown_zone_is_refused() {
    let mut snapshot = sample::quiet_snapshot();
    snapshot.page.timezone = Some("Mars/Olympus".to_owned());
    let refused = Model::build(Arc::new(snapshot), sample::at(sample::NOW));
    assert_eq!(refused.expect_err("no such zone").field, "timezone");
}
