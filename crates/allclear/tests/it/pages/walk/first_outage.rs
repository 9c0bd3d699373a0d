//! From the link that the first start prints to an incident in the history.

use super::walker::{Walk, Walker, Way, set_up};
use crate::bad_days::server::{PATIENCE, Server};
use crate::pages::browser::{Script, View};
use crate::support::{Engine, Fresh};

/// Reports an incident and sees it in public; gives its path there.
async fn report(walker: &mut Walker, way: Way) -> String {
    walker.open("/console").await;
    walker.go("Report an incident").await;
    walker.type_into("Title", "Cards are refused").await;
    walker.choose("Cards", "Major outage").await;
    walker.type_into("What happened", "Nobody can pay **by card**. We look for the cause.").await;
    if way.script == Script::On {
        let preview = "document.querySelector('[data-preview-page]').shadowRoot?.textContent";
        let shown = format!("({preview} ?? '').includes('Nobody can pay by card')");
        walker.browser.until("the preview follows", &shown).await;
    }
    walker.go("Publish now").await;
    walker.sees(&["Readers see it now", "Cards are refused", "Investigating"]).await;
    let room = walker.path().await;
    let told = ["Cards are refused", "Nobody can pay by card.", "Major outage", "Investigating"];
    walker.reads("/", &told).await;
    walker.open(&room).await;
    room
}

/// Posts a message with a status, and how the component stands.
async fn post(walker: &mut Walker, room: &str, text: &str, status: &str, cards: Option<&str>) {
    walker.open(room).await;
    walker.type_into("What is new", text).await;
    walker.tick(status).await;
    if let Some(cards) = cards {
        walker.choose("Cards", cards).await;
    }
    walker.go("Post").await;
    walker.sees(&[text, status]).await;
}

async fn from_the_link_to_the_history(way: Way) {
    let (mut walk, path) = Walk::begin(way).await;
    set_up(&mut walk.walker, &path, way).await;
    let room = report(&mut walk.walker, way).await;
    walk.wait(20).await;
    let (renewed, over) = ("The certificate ran out. We renew it.", "Cards are taken again.");
    post(&mut walk.walker, &room, renewed, "Identified", Some("Partial outage")).await;
    walk.walker.reads("/", &[renewed, "Identified", "Partial outage", "20 min"]).await;
    walk.wait(20).await;
    post(&mut walk.walker, &room, over, "Resolved", None).await;
    walk.walker.reads("/", &["All systems operational", "Cards are refused"]).await;
    walk.walker.does_not_see(&[renewed]).await;
    walk.walker.go("Cards are refused").await;
    let told = [over, renewed, "Nobody can pay by card.", "Resolved", "Identified", "40 min"];
    walk.walker.sees(&told).await;
    walk.walker.reads("/history/2026-11", &["Cards are refused", "40 min"]).await;
    walk.walker.open("/console").await;
    walk.walker.sees(&["Nothing is wrong"]).await;
    walk.end().await;
}

#[tokio::test]
async fn from_the_link_to_the_history_on_a_phone() {
    for engine in Engine::ALL {
        from_the_link_to_the_history(Way::on(engine, View::PHONE)).await;
    }
}

#[tokio::test]
async fn from_the_link_to_the_history_at_a_desk() {
    for engine in Engine::ALL {
        from_the_link_to_the_history(Way::on(engine, View::DESK)).await;
    }
}

#[tokio::test]
async fn from_the_link_to_the_history_without_script() {
    for way in Way::BOTH {
        from_the_link_to_the_history(way.without_script()).await;
    }
}

#[tokio::test]
async fn what_serve_prints_leads_to_a_public_incident() {
    for way in Way::BOTH {
        let fresh = Fresh::on(way.engine);
        let mut server = Server::start(&mut fresh.command()).unwrap();
        let link = link_of(&mut server).await;
        let base = format!("http://{}", server.address);
        let path = link.strip_prefix(&base).unwrap().to_owned();
        let mut walker = Walker::before(base, way).await;
        walker.browser.open(&format!("http://{}/", server.address)).await;
        walker.sees(&["There is no status page here yet", "Make one in the console"]).await;
        assert_eq!(walker.browser.complaints().await.len(), 1, "the status of 503");
        set_up(&mut walker, &path, way).await;
        report(&mut walker, way).await;
        walker.rest().await;
        let (status, said) = server.stop();
        assert!(status.success(), "{said}");
    }
}

#[tokio::test]
async fn who_listens_everywhere_is_told_how_a_phone_gets_there() {
    let fresh = Fresh::on(Engine::Sqlite);
    let mut command = fresh.command();
    command.args(["serve", "--listen", "0.0.0.0:0"]);
    let mut server = Server::start_as_told(&mut command).unwrap();
    let said = said_with(&mut server, "this machine's name in place of 0.0.0.0").await;
    assert!(said.contains("http://0.0.0.0:"), "{said}");
    server.stop();
}

/// What the server said, once it said that.
async fn said_with(server: &mut Server, text: &str) -> String {
    for _ in 0..PATIENCE.as_millis() / 10 {
        let said = server.said();
        if said.contains(text) {
            return said;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("no “{text}”: {}", server.said());
}

/// The link that the server printed.
async fn link_of(server: &mut Server) -> String {
    let said = said_with(server, "/console/setup?token=").await;
    let mut words = said.split_ascii_whitespace();
    words.find(|word| word.contains("/console/setup?token=")).unwrap().to_owned()
}
