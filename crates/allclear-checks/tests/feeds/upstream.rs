//! Providers, as nginx serves what they would say.

use std::time::Duration;

use allclear_domain::check::{UpstreamCheck, UpstreamFormat};

use super::*;

const SUMMARY: &str = r#"{
  "page": {"id": "abc", "name": "Example Provider", "url": "https://status.example.com",
    "time_zone": "Etc/UTC", "updated_at": "2026-06-15T11:58:00.000Z"},
  "components": [
    {"id": "g1", "name": "Europe", "status": "partial_outage", "group": true, "group_id": null},
    {"id": "c1", "name": "API", "status": "partial_outage", "group": false, "group_id": "g1"},
    {"id": "c2", "name": "Mail", "status": "operational", "group": false, "group_id": null}
  ],
  "incidents": [{"id": "i1", "name": "Errors of the API", "status": "identified", "impact": "major",
    "shortlink": "https://stat.us.example.com/i1", "started_at": "2026-06-15T10:12:00.000Z",
    "components": [{"id": "c1", "name": "API", "status": "partial_outage"}],
    "incident_updates": [{"status": "identified", "body": "We know why."}]}],
  "scheduled_maintenances": [],
  "status": {"indicator": "major", "description": "Partial System Outage"}
}"#;

const ATOM: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">
  <id>tag:status.example.com,2005:/history</id>
  <title>Example Provider Status - Incident History</title>
  <updated>2026-06-15T11:58:00Z</updated>
  <entry>
    <id>tag:status.example.com,2005:Incident/2</id>
    <published>2026-06-15T10:12:00Z</published>
    <updated>2026-06-15T10:40:00Z</updated>
    <link rel="alternate" type="text/html" href="https://status.example.com/incidents/2"/>
    <title>Errors of the API</title>
    <content type="html">&lt;p&gt;&lt;small&gt;Jun &lt;var&gt;15&lt;/var&gt;, 10:40 UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;STATE&lt;/strong&gt; - Words.&lt;/p&gt;&lt;p&gt;&lt;small&gt;10:12 UTC&lt;/small&gt;&lt;br&gt;&lt;strong&gt;Investigating&lt;/strong&gt; - More words.&lt;/p&gt;</content>
  </entry>
  <entry>
    <id>tag:status.example.com,2005:Incident/1</id>
    <published>2026-06-14T10:12:00Z</published>
    <link rel="alternate" type="text/html" href="https://status.example.com/incidents/1"/>
    <title>Mail was late</title>
    <content type="html">&lt;p&gt;&lt;strong&gt;Resolved&lt;/strong&gt; - It is well.&lt;/p&gt;</content>
  </entry>
</feed>"#;

const RSS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel>
  <title>Example Hosting</title><link>https://status.example.com</link><description/>
  <item><title><![CDATA[Service is operating normally: [RESOLVED] Slow disks]]></title>
    <link>https://status.example.com/</link><pubDate>Mon, 15 Jun 2026 11:00:00 GMT</pubDate>
    <guid isPermaLink="false">2</guid><description><![CDATA[It is well.]]></description></item>
  <item><title><![CDATA[Informational message: Slow disks]]></title>
    <link>https://status.example.com/</link><pubDate>Mon, 15 Jun 2026 10:00:00 GMT</pubDate>
    <guid isPermaLink="false">1</guid><description><![CDATA[We look into it.]]></description></item>
</channel></rss>"#;

fn at(server: &Server, page: &str, components: &[&str]) -> UpstreamCheck {
    let components = components.iter().map(|name| (*name).to_owned()).collect();
    UpstreamCheck { components, ..UpstreamCheck::of(format!("http://{}/{page}", server.address)) }
}

fn fault_page(result: &ProbeResult) -> Option<&str> {
    result.reason.as_ref()?.fault_page.as_deref()
}

#[tokio::test]
async fn a_status_page_tells_how_its_components_are() {
    let server = Server::nginx();
    server.write("summary.json", SUMMARY);
    for page in ["summary.json", "moved"] {
        let result = probe(at(&server, page, &["API"]), 20_000).await;
        assert_eq!((result.verdict, code(&result)), (Verdict::Fail, Some(ReasonCode::Reported)));
        let words =
            "Example Provider says: Partial outage of API since 10:12 UTC – Errors of the API";
        assert_eq!(told(&result), words);
        assert_eq!(fault_page(&result), Some("https://stat.us.example.com/i1"));
    }
    let result = probe(at(&server, "summary.json", &["Europe"]), 20_000).await;
    assert_eq!(result.verdict, Verdict::Fail, "a group is as its parts are: {result:?}");
    assert_eq!(probe(at(&server, "summary.json", &["Mail"]), 20_000).await.verdict, Verdict::Ok);
    assert_eq!(probe(at(&server, "summary.json", &[]), 20_000).await.verdict, Verdict::Fail);
    let result = probe(at(&server, "summary.json", &["DNS"]), 20_000).await;
    is_unread(&result, "tells of no component “DNS”: it has “Europe”, “API”, “Mail”");
}

#[tokio::test]
async fn a_feed_tells_what_is_open() {
    let server = Server::nginx();
    server.write("open.atom", &ATOM.replace("STATE", "Monitoring"));
    server.write("over.atom", &ATOM.replace("STATE", "Resolved"));
    server.write("feed.rss", RSS);
    let open = probe(at(&server, "open.atom", &["API"]), 20_000).await;
    assert_eq!((open.verdict, code(&open)), (Verdict::Degraded, Some(ReasonCode::Impaired)));
    let words = "says: Not over since 10:12 UTC – Errors of the API";
    assert!(told(&open).ends_with(words), "{open:?}");
    assert_eq!(fault_page(&open), Some("https://status.example.com/incidents/2"));
    for (page, components) in
        [("open.atom", ["Mail"]), ("over.atom", ["API"]), ("feed.rss", ["disks"])]
    {
        let result = probe(at(&server, page, &components), 20_000).await;
        assert_eq!(result.verdict, Verdict::Ok, "{page}: {result:?}");
    }
}

#[tokio::test]
async fn a_page_that_says_nothing_is_no_failure_of_the_service() {
    let mut server = Server::nginx();
    server.write("summary.json", SUMMARY);
    server.write("broken.json", SUMMARY.get(..SUMMARY.len() / 2).unwrap());
    server.write("page.html", "<!DOCTYPE html><title>Status</title>");
    server.write("laughs.xml", "<!DOCTYPE r [<!ENTITY a 'ha'>]><rss><channel>&a;</channel></rss>");
    server.write("long.json", &" ".repeat(3 * 1024 * 1024));
    for (page, words) in [
        ("gone.json", "the status is 404"),
        ("broken.json", "is no summary"),
        ("page.html", "web page"),
        ("laughs.xml", "document type"),
        ("long.json", "longer than"),
    ] {
        is_unread(&probe(at(&server, page, &[]), 20_000).await, words);
    }
    let check = at(&server, "summary.json", &["API"]);
    let feed = UpstreamCheck { format: UpstreamFormat::Feed, ..check.clone() };
    is_unread(&probe(feed, 20_000).await, "there is nothing in it");
    server.freeze();
    is_unread(&probe(check.clone(), 300).await, "their status page cannot be read");
    server.thaw_in(Duration::from_millis(400));
    assert_eq!(probe(check.clone(), 20_000).await.verdict, Verdict::Fail, "late, and in time");
    server.end();
    is_unread(&probe(check, 20_000).await, "refused the connection");
}
