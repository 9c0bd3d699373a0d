//! In through a provider, in a browser that holds our policies and the rules of cookies: another site
//! is in between.

use allclear_domain::{Clock, SystemClock};

use super::walker::{IS_NEW, Walker, Way};
use crate::oidc::office_at;
use crate::oidc::real::Running;
use crate::pages::browser::View;
use crate::support::Engine;

/// Fills in what stands on the provider's page, and sends it.
const AGREE: &str = "(() => {
    globalThis.isOld = true;
    document.querySelectorAll('[name=login], [name=password]').forEach(el => { el.value = 'ada'; });
    document.querySelector('[type=submit]').click();
})()";

async fn on_the_provider_s_page(walker: &Walker, action: &str) {
    walker.browser.value(action).await;
    walker.browser.until("the provider goes on", IS_NEW).await;
}

async fn walk(way: Way) {
    // Where the browser is sent back to has to be known before either of them starts.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let public_url = format!("http://localhost:{}", port.port());
    let provider = Running::start_for(&public_url);
    let now = SystemClock.now();
    let office = office_at(way.engine, &provider.issuer, now, (port, &public_url)).await;
    let mut walker = Walker::before(public_url, way).await;
    walker.open("/console/incidents").await;
    walker.sees(&["Sign in with Example & Co"]).await;
    walker.browser.value("globalThis.isOld = true").await;
    walker.click("Sign in with Example & Co").await;
    walker.browser.until("the button leads to the provider", IS_NEW).await;
    assert!(walker.browser.text("location.href").await.starts_with(&provider.issuer));
    on_the_provider_s_page(&walker, AGREE).await;
    on_the_provider_s_page(&walker, AGREE).await;
    // What the browser complains of up to here is the provider's.
    let _ = walker.browser.complaints().await;
    assert_eq!(walker.path().await, "/console/incidents");
    walker.sees(&["Incidents", "Somebody"]).await;
    walker.open("/console/account").await;
    walker.sees(&["ada@example.com"]).await;
    walker.rest().await;
    office.instance.stop().await;
}

#[tokio::test]
async fn in_through_a_provider() {
    walk(Way::on(Engine::Sqlite, View::DESK)).await;
}

#[tokio::test]
async fn in_through_a_provider_without_script() {
    walk(Way::on(Engine::Postgres, View::PHONE).without_script()).await;
}
