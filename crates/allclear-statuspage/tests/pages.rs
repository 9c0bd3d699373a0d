//! Whole pages of a small sample: what they hold, and what they must never hold.

#[cfg(test)]
mod sample;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Arc;

    use allclear_domain::status_page::Language;
    use allclear_statuspage::{Model, Ready, Route, Snapshot, assets, render, render_not_found};

    use crate::sample;

    fn model(snapshot: Snapshot) -> Model {
        Model::build(Arc::new(snapshot), sample::at(sample::NOW)).expect("a model")
    }

    fn routes() -> Vec<(&'static str, Route)> {
        let id = sample::public_id;
        let search = |query: &str| Route::Search {
            query: query.to_owned(),
        };
        let month = |year, month| Route::Month { year, month };
        vec![
            ("now", Route::Now),
            ("upcoming", Route::Upcoming),
            ("history", Route::History),
            ("month", month(2026, 11)),
            ("month_old", month(2024, 2)),
            ("undated", Route::Undated),
            ("search", search("network")),
            ("search_none", search("")),
            ("uptime", Route::Uptime),
            ("incident_open", Route::Incident(id(3, 0))),
            ("incident_full", Route::Incident(id(3, 2))),
            ("incident_shutdown", Route::Incident(id(3, 3))),
            ("incident_undated", Route::Incident(id(3, 4))),
            ("incident_converted", Route::Incident(id(3, 5))),
            ("maintenance_under_way", Route::Maintenance(id(4, 0))),
            ("maintenance_moved", Route::Maintenance(id(4, 1))),
            ("maintenance_cancelled", Route::Maintenance(id(4, 4))),
            ("announcement", Route::Announcement(id(5, 0))),
            ("component", Route::Component(id(2, 1))),
            ("component_group", Route::Component(id(2, 3))),
        ]
    }

    fn text(ready: &Ready) -> &str {
        std::str::from_utf8(&ready.identity).expect("UTF-8")
    }

    #[test]
    #[ignore = "writes pages to look at into the temporary folder"]
    fn write_pages_to_look_at() {
        let folder = std::env::temp_dir().join("statuspage");
        let write = |path: &str, bytes: &[u8]| {
            let path = folder.join(path.trim_start_matches('/'));
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        };
        let model = model(sample::snapshot());
        for language in Language::ALL {
            for (name, route) in routes() {
                let ready = render(&model, &route, language).expect(name);
                write(&format!("{}/x/{name}.html", language.tag()), &ready.identity);
            }
            let quiet = Model::build(
                Arc::new(sample::quiet_snapshot()),
                sample::at(sample::NOW),
            );
            let ready = render(&quiet.expect("a model"), &Route::Now, language).expect("quiet");
            write(&format!("{}/x/quiet.html", language.tag()), &ready.identity);
            let ready = render_not_found(Some(&model), language);
            write(&format!("{}/x/not_found.html", language.tag()), &ready.identity);
        }
        for asset in assets::all() {
            write(&asset.path, &asset.identity);
        }
    }

    #[test]
    fn every_page_renders() {
        let model = model(sample::snapshot());
        for (name, route) in routes() {
            let ready = render(&model, &route, Language::En).expect(name);
            assert!(text(&ready).ends_with("</html>"), "{name}");
        }
    }
}
