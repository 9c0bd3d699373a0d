//! Somebody logs in at nginx, and looks at what is behind it.

use allclear_domain::check::{
    Capture, CaptureFrom, Header, HttpCheck, HttpStep, HttpVersion, JsonTest, JsonValue, Method,
    ReasonCode, StatusRange,
};
use allclear_domain::text::Key;

use crate::server::Served;
use crate::{Rig, finds};

/// A form with a cookie, an API with a token, and what either lets in to.
const LOCATIONS: &str = r#"
    default_type application/json;
    location = /api/login { return 200 '{"token": "t0ken/+for you", "user": {"id": 4711}}'; }
    location = /api/broken { return 200 '{"error": "try later"}'; }
    location = /api/stale { return 200 '{"token": "another-token"}'; }
    location = /api/orders/4711 {
      if ($http_authorization != "Bearer t0ken/+for you") { return 401 '{"error": "who are you"}'; }
      return 200 '{"orders": 3}';
    }
    location = /form {
      default_type text/html;
      return 200 '<input name="csrf" value="c5rf-0123456789">';
    }
    location = /form/send {
      if ($arg_csrf != "c5rf-0123456789") { return 403; }
      add_header Set-Cookie "sid=b1scuit-0123456789; Path=/; HttpOnly";
      return 303 /account;
    }
    location = /account {
      if ($cookie_sid != "b1scuit-0123456789") { return 401; }
      return 200 '{"account": "b1scuit-0123456789"}';
    }"#;

fn capture(name: &str, from: CaptureFrom) -> Capture {
    Capture { name: Key::new(name).unwrap(), from }
}

fn json(name: &str, path: &str) -> Capture {
    capture(name, CaptureFrom::Json { path: path.to_owned() })
}

impl Rig {
    fn step(&self, name: &str, path: &str) -> HttpStep {
        HttpStep { name: Some(name.to_owned()), ..HttpStep::of(self.check(path).url) }
    }

    /// A check of an API behind a token that `path` gives.
    fn orders(&self, path: &str) -> HttpCheck {
        let token = json("token", "$.token");
        let log_in =
            HttpStep { method: Method::Post, captures: vec![token], ..self.step("log in", path) };
        let who = HttpStep {
            captures: vec![json("user", "$.user.id")],
            ..self.step("who it is", "/api/login")
        };
        let value = "Bearer {{token}}".to_owned();
        HttpCheck {
            before: vec![log_in, who],
            headers: vec![Header { name: "authorization".to_owned(), value }],
            assertions: vec![finds("$.orders", JsonTest::Is(JsonValue::Number(3.0)))],
            ..self.check("/api/orders/{{user}}")
        }
    }
}

#[tokio::test]
async fn what_is_behind_a_token_is_looked_at() {
    let rig = Rig::new(Served::Chain, LOCATIONS);
    for version in [HttpVersion::Http1, HttpVersion::Http2] {
        let of = |path| HttpCheck { version, ..rig.orders(path) };
        let said = rig.works(of("/api/login")).await;
        assert!(said.contains("step 1 (log in)") && said.contains("step 2 (who it is)"), "{said}");
        assert!(!said.contains("t0ken"), "{said}");
        let stale = of("/api/stale");
        rig.fails(stale.clone(), ReasonCode::Status, "the status is 401 Unauthorized, not").await;
        let evidence = rig.evidence(stale).await;
        assert!(evidence.contains("who are you") && !evidence.contains("another"), "{evidence}");
        let told = "step 1 (log in): the answer has no `$.token`";
        rig.fails(of("/api/broken"), ReasonCode::Assertion, told).await;
        let told = "step 1 (log in): the status is 404 Not Found, not 200 to 299";
        rig.fails(of("/api/gone"), ReasonCode::Status, told).await;
    }
}

#[tokio::test]
async fn what_is_behind_a_form_and_a_cookie_is_looked_at() {
    let rig = Rig::new(Served::Chain, LOCATIONS);
    let regex = "name=\"csrf\" value=\"([^\"]+)\"".to_owned();
    let cookie = CaptureFrom::Cookie { name: "sid".to_owned() };
    let form = HttpStep {
        captures: vec![capture("csrf", CaptureFrom::Pattern { regex })],
        ..rig.step("the form", "/form")
    };
    let send = HttpStep {
        method: Method::Post,
        statuses: vec![StatusRange { from: 303, to: 303 }],
        captures: vec![capture("sid", cookie)],
        ..rig.step("send it", "/form/send?csrf={{csrf}}")
    };
    let value = "sid={{sid}}".to_owned();
    let check = HttpCheck {
        before: vec![form, send],
        headers: vec![Header { name: "cookie".to_owned(), value }],
        assertions: vec![finds("$.account", JsonTest::Exists(true))],
        ..rig.check("/account")
    };
    let said = rig.works(check.clone()).await;
    assert!(!said.contains("b1scuit") && !said.contains("c5rf"), "{said}");
    // Without the first step nobody is let in by the second.
    let mut check = check;
    check.before[0].captures[0].from = CaptureFrom::Pattern { regex: "(name)".to_owned() };
    let told = "step 2 (send it): the status is 403 Forbidden, not 303";
    rig.fails(check, ReasonCode::Status, told).await;
}
