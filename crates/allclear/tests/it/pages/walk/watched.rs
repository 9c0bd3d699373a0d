//! From an address that is typed to an outage that readers see, and the way back: a real nginx is killed,
//! and started again.

use std::time::Duration;

use allclear_domain::check::Verdict;
use jiff::SignedDuration;

use super::walker::{Walk, Way, set_up};
use crate::support::nginx::Nginx;
use crate::support::prober_that_trusts;

/// The website, and its certificate.
const CHECKS: usize = 2;
/// How often something is looked for before it counts as missing: most of that is seconds on the turned
/// clock, which go by quickly.
const LOOKS: usize = 3_000;
/// How long probes have in each of them.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// Lets time pass, a second at a time, until readers see a text on the page, and not another one.
async fn until_readers_see(walk: &mut Walk, there: &str, gone: &str) {
    let mut shown = String::new();
    for _ in 0..LOOKS {
        shown = walk.office.browser().get("/").await.text;
        if shown.contains(there) && !shown.contains(gone) {
            return;
        }
        walk.office.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("no “{there}”, or still “{gone}”: {shown}");
}

/// Lets time pass until so much is believed of every check.
async fn until_believed(walk: &Walk, verdict: Verdict) {
    for _ in 0..LOOKS {
        let believed = walk.office.instance.store().list_believed().await.unwrap();
        let all = believed.iter().filter(|(_, one)| one.verdict() == Some(verdict)).count();
        if all == CHECKS {
            return;
        }
        walk.office.clock.turn(SignedDuration::from_secs(1));
        tokio::time::sleep(LOOK_EVERY).await;
    }
    panic!("not all of them are {verdict:?}");
}

/// The browser goes with the server's clock.
async fn catch_up(walk: &mut Walk) {
    walk.walker.browser.believe(allclear_domain::Clock::now(&walk.office.clock)).await;
}

/// Somebody types an address, and takes what is proposed.
async fn watch(walk: &mut Walk, nginx: &Nginx) {
    let walker = &mut walk.walker;
    walker.open("/console/checks").await;
    walker.picture("01-no-checks").await;
    let url = format!("https://{}/", nginx.address);
    walker.type_into("Type the address of your website, or host:port", &url).await;
    walker.go("Look").await;
    let seen =
        ["The website answers", "200 OK", "The certificate is valid", "Valid for 40 days more"];
    walker.sees(&seen).await;
    walker.picture("02-proposed").await;
    walker.type_into("Name of the new component", "Checkout").await;
    walker.choose("When it is down", "Published at once, with the words below").await;
    walker.type_into("Title", "Checkout does not answer").await;
    walker.type_into("First message", "Nobody can pay. We look for the cause.").await;
    walker.picture("03-filled-in").await;
    walker.go("Watch it").await;
    walker.sees(&["They are watched from now on.", "1 to 2 of 2"]).await;
    walker.picture("04-watched").await;
    walker.reads("/", &["Checkout", "All systems operational"]).await;
    let bar = "document.querySelector('.bars > svg')?.getAttribute('aria-label')?.length > 10";
    walker.browser.until("the component has a bar", bar).await;
    walker.picture("05-page-before").await;
}

/// The server dies, and readers are told with the words of its owner.
async fn die(walk: &mut Walk, nginx: &mut Nginx) {
    // What was never seen to work is unknown, and makes no outage of a server that dies.
    until_believed(walk, Verdict::Ok).await;
    nginx.kill();
    until_readers_see(walk, "Checkout does not answer", "All systems operational").await;
    until_believed(walk, Verdict::Fail).await;
    catch_up(walk).await;
    let walker = &mut walk.walker;
    let told = ["Checkout does not answer", "Nobody can pay.", "Investigating", "Major outage"];
    walker.reads("/", &told).await;
    walker.picture("06-page-down").await;
    walker.open("/console").await;
    walker
        .sees(&["Open incidents", "Outages that checks measure", "Checkout does not answer"])
        .await;
    walker.picture("07-home-down").await;
    walker.open("/console/checks").await;
    walker.sees(&["Down", "refused"]).await;
    walker.picture("08-checks-down").await;
    walker.go(&nginx.address.to_string()).await;
    walker.sees(&["Down", "goes on"]).await;
    walker.picture("09-check-down").await;
}

/// It is started again, and the incident ends by itself.
async fn come_back(walk: &mut Walk, nginx: &mut Nginx) {
    nginx.start_again();
    until_readers_see(walk, "It works again.", "no such text").await;
    catch_up(walk).await;
    walk.walker.reads("/", &["It works again. We keep watching it.", "Monitoring"]).await;
    walk.walker.picture("10-page-monitoring").await;
    until_readers_see(walk, "All systems operational", "Nobody can pay").await;
    catch_up(walk).await;
    let walker = &mut walk.walker;
    walker.reads("/", &["All systems operational", "Checkout does not answer"]).await;
    walker.picture("11-page-after").await;
    walker.go("Checkout does not answer").await;
    walker.sees(&["Resolved", "Monitoring", "Investigating", "Nobody can pay."]).await;
    walker.picture("12-incident-after").await;
    walker.open("/console/checks").await;
    walker.sees(&["2 work"]).await;
    walker.open("/console").await;
    walker.sees(&["Nothing is wrong"]).await;
    walker.picture("13-home-after").await;
}

async fn from_an_address_to_an_outage_and_back(way: Way, place: u8) {
    let mut nginx = Nginx::start(place);
    let authority = nginx.authority.clone();
    let (mut walk, path) = Walk::begin_under(way, |conditions| {
        conditions.prober = prober_that_trusts(conditions.clock.clone(), &authority);
    })
    .await;
    set_up(&mut walk.walker, &path, way).await;
    watch(&mut walk, &nginx).await;
    die(&mut walk, &mut nginx).await;
    come_back(&mut walk, &mut nginx).await;
    walk.end().await;
}

#[tokio::test]
async fn an_address_is_watched_until_its_server_dies_and_comes_back() {
    for (place, way) in (1..).zip(Way::BOTH) {
        from_an_address_to_an_outage_and_back(way, place).await;
    }
}

#[tokio::test]
async fn the_same_without_script() {
    from_an_address_to_an_outage_and_back(Way::BOTH[0].without_script(), 3).await;
}
