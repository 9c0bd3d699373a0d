//! The guard: in front of every handler of the console.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use allclear_people::{Secret, secret, sessions};
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use jiff::SignedDuration;

use super::answer::{self, Answer, Refusal};
use super::call::Call;
use super::chrome;
use super::form::{self, Form};
use super::once::Once;
use crate::access::address::{self, Peer};
use crate::access::cookies::Cookie;
use crate::access::table::Door;
use crate::access::{self, Needs, SignedIn};
use crate::app::App;
use crate::body::{self, BodyProblem};

/// How long somebody may look at the form to sign in.
const VISITOR_LASTS: SignedDuration = SignedDuration::from_hours(24);

impl Door for Call {
    type Refusal = Refusal;
    type After = Shown;

    async fn enter(
        app: App,
        needs: Needs,
        params: HashMap<String, String>,
        request: Request,
    ) -> Result<(Self, Shown), Response<Body>> {
        let (head, body) = request.into_parts();
        let (mut call, visitor) = Self::of(app, params, &head)
            .await
            .map_err(|refusal| answer::sealed(chrome::refused_blindly(&refusal)))?;
        let mut shown = Shown::of(&call, visitor);
        if let Err(refusal) = let_through(&mut call, needs, &head, body).await {
            return Err(Self::leave(shown, Err(refusal)).await);
        }
        match Once::begin(&mut call).await {
            Ok(once) => shown.once = once,
            Err(as_before) => return Err(Self::leave(shown, as_before).await),
        }
        Ok((call, shown))
    }

    async fn leave(mut shown: Shown, answered: Answer) -> Response<Body> {
        let answered = match shown.once.take() {
            Some(once) => once.settle(answered).await,
            None => answered,
        };
        let mut response = match answered {
            Ok(response) => response,
            Err(Refusal::SignInFirst) => shown.to_sign_in(),
            Err(refusal) => {
                if let Refusal::Store(error) = &refusal {
                    tracing::error!(%error, path = %shown.path, "the console could not do it");
                }
                chrome::refused_with(&shown, &refusal)
            }
        };
        if let Some(cookie) = shown.visitor {
            response = answer::with_cookie(response, cookie);
        }
        answer::sealed(response)
    }
}

/// What is left of a call for the page that says why it was refused.
pub(crate) struct Shown {
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) chrome: chrome::Chrome,
    is_get: bool,
    visitor: Option<HeaderValue>,
    once: Option<Once>,
}

impl Shown {
    fn of(call: &Call, visitor: Option<HeaderValue>) -> Self {
        Self {
            path: call.path.clone(),
            query: call.query_text.clone(),
            chrome: chrome::Chrome::of(call, "Not done", ""),
            is_get: call.is_get,
            visitor,
            once: None,
        }
    }

    /// To the form to sign in, and back afterwards where that is safe.
    fn to_sign_in(&self) -> Response<Body> {
        let mut to = "/console/sign-in".to_owned();
        if self.is_get && self.path != "/console" {
            let query =
                if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
            let next: String =
                form_urlencoded::byte_serialize(format!("{}{query}", self.path).as_bytes())
                    .collect();
            to = format!("{to}?next={next}");
        }
        answer::see(&to).unwrap_or_else(|refusal| chrome::refused_blindly(&refusal))
    }
}

/// Checks what somebody needs, and reads the form.
async fn let_through(
    call: &mut Call,
    needs: Needs,
    head: &Parts,
    body: Body,
) -> Result<(), Refusal> {
    match needs {
        Needs::Address => return Ok(()),
        Needs::Nothing => {}
        Needs::SignedIn => {
            call.signed_in()?;
        }
        Needs::Scope(scope) => {
            if !call.access()?.may(scope) {
                return Err(Refusal::Needs(scope));
            }
        }
    }
    if call.is_get {
        return Ok(());
    }
    if access::comes_from_elsewhere(&head.headers) {
        return Err(Refusal::ForeignForm);
    }
    (call.form, call.file) = read_form(head, body).await?;
    let cookie = call.form_cookie.as_deref();
    if !access::has_form_token(cookie, call.form.exact("form_token")) {
        return Err(Refusal::ForeignForm);
    }
    Ok(())
}

/// Reads a form, and the file that was sent with it.
async fn read_form(head: &Parts, body: Body) -> Result<(Form, Option<Vec<u8>>), Refusal> {
    let kind = head.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is = |known: &str| kind.is_some_and(|kind| kind.starts_with(known));
    let has_file = is("multipart/form-data");
    if !has_file && !is("application/x-www-form-urlencoded") {
        return Err(Refusal::BadForm("the form was not sent as one".to_owned()));
    }
    let bytes =
        body::read(&head.extensions, body, form::BYTES_MAX).await.map_err(
            |problem| match problem {
                BodyProblem::TooLong => {
                    let most = form::BYTES_MAX / 1024;
                    let text = format!("the form is longer than {most} KB: send less at once");
                    Refusal::Refused(StatusCode::PAYLOAD_TOO_LARGE, text)
                }
                BodyProblem::TooSlow => {
                    let text = "the form did not come in time: send it again".to_owned();
                    Refusal::Refused(StatusCode::REQUEST_TIMEOUT, text)
                }
                BodyProblem::BrokenOff => {
                    Refusal::BadForm("the form broke off: send it again".to_owned())
                }
            },
        )?;
    let read = if has_file {
        form::read_parts(&head.headers, bytes).await
    } else {
        Form::read(&bytes).map(|form| (form, None))
    };
    read.map_err(|error| Refusal::BadForm(error.to_string()))
}

impl Call {
    /// The call of a request, with whoever is signed in; also the cookie that the answer has to
    /// set, so that forms have something to be bound to.
    async fn of(
        app: App,
        params: HashMap<String, String>,
        head: &Parts,
    ) -> Result<(Self, Option<HeaderValue>), Refusal> {
        let (headers, uri) = (&head.headers, &head.uri);
        let now = app.clock.now();
        let is_secure = app.entrance.is_secure();
        let signed_in = signed_in(&app, headers, now).await?;
        let mut set = None;
        let form_cookie = match &signed_in {
            Some(_) => Cookie::Session.find(headers, is_secure).map(str::to_owned),
            None => Cookie::Visitor.find(headers, is_secure).map(str::to_owned),
        };
        // What forms on the answer are bound to: a new cookie where none came.
        let bound = form_cookie.clone().unwrap_or_else(|| {
            let secret = Secret::mint("", &app.entropy);
            set = Some(Cookie::Visitor.set(secret.reveal(), VISITOR_LASTS, is_secure));
            secret.reveal().to_owned()
        });
        let peer = head.extensions.get::<Peer>();
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0.ip());
        let client = address::client_of(peer, headers, &app.entrance.trusted_proxies);
        let query = uri.query().unwrap_or_default();
        let user_agent = headers.get(USER_AGENT).and_then(|name| name.to_str().ok());
        let call = Self {
            signed_in,
            path: uri.path().to_owned(),
            params,
            query: Form::read(query.as_bytes()).map_err(|e| Refusal::BadForm(e.to_string()))?,
            query_text: query.to_owned(),
            form: Form::default(),
            file: None,
            form_token: secret::form_token(&bound),
            form_cookie,
            #[cfg(feature = "oidc")]
            trip_cookie: Cookie::Trip.find(headers, is_secure).map(str::to_owned),
            client_address: address::counted_by(client),
            client: user_agent.unwrap_or_default().to_owned(),
            base_url: address::base_url(&app.entrance, headers, uri),
            is_from_elsewhere: access::comes_from_elsewhere(headers),
            is_get: matches!(head.method, Method::GET | Method::HEAD),
            now,
            app,
        };
        Ok((call, set))
    }
}

async fn signed_in(
    app: &App,
    headers: &HeaderMap,
    now: jiff::Timestamp,
) -> Result<Option<SignedIn>, Refusal> {
    let Some(presented) = Cookie::Session.find(headers, app.entrance.is_secure()) else {
        return Ok(None);
    };
    let found = sessions::authenticate(&app.store, presented, now).await?;
    Ok(found.map(|(person, session)| SignedIn { person, session }))
}
