//! What the provider tells of somebody: the code that their browser brought is exchanged for a
//! signed word, and the word is checked.

use allclear_people::provider::Vouched;
use axum::http::{HeaderValue, Request};
use jiff::{SignedDuration, Timestamp};
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AuthorizationCode, ClaimsVerificationError, OAuth2TokenResponse, PkceCodeVerifier,
    RequestTokenError, SignatureVerificationError, TokenResponse,
};
use serde::Deserialize;
use serde_json::Value;

use super::known::Discovered;
use super::trip::Trip;
use super::{Provider, Trouble};

/// How far the provider's clock and ours may be apart.
const APART_MAX: SignedDuration = SignedDuration::from_mins(2);

/// Ways to sign that prove something. Neither none at all, nor those by which whoever knows the
/// client's secret could sign (HS256 and its kind).
const PROVING: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// What the provider tells of somebody beside the ID token.
#[derive(Deserialize)]
struct UserInfo {
    sub: String,
    email: Option<String>,
    #[serde(default)]
    email_verified: Value,
}

/// What a browser brought back.
#[derive(Clone, Copy)]
pub(crate) struct Back<'a> {
    /// What the word is given for.
    pub(crate) code: &'a str,
    /// Who sent the browser back, where it says so.
    pub(crate) issuer: Option<&'a str>,
}

impl Provider {
    /// Whom the provider vouches for.
    pub(crate) async fn vouched(
        &self,
        back: Back<'_>,
        trip: &Trip,
        now: Timestamp,
    ) -> Result<Vouched, Trouble> {
        let _place = self.places.try_acquire().map_err(|_| Trouble::Busy)?;
        let discovered = self.discovered(now).await?;
        let is_other = back.issuer.is_some_and(|issuer| issuer != self.issuer.as_str());
        if is_other || (back.issuer.is_none() && discovered.names_itself) {
            return Err(Trouble::refused("another provider sent the browser back"));
        }
        let asked = self.ask(back.code, &discovered, trip, now);
        let asked = tokio::time::timeout(self.deadline, asked).await;
        asked.unwrap_or_else(|_| Err(Trouble::down("it does not answer in time")))
    }

    async fn ask(
        &self,
        code: &str,
        discovered: &Discovered,
        trip: &Trip,
        now: Timestamp,
    ) -> Result<Vouched, Trouble> {
        let tokens = self.exchange(code, discovered, trip).await?;
        let token = tokens.id_token().ok_or_else(|| Trouble::refused("it gave no ID token"))?;
        let claims = self.verified(token, discovered, trip, now).await?;
        let mut vouched = Vouched {
            issuer: self.issuer.as_str().to_owned(),
            provider: self.name.clone(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_owned()),
            is_email_verified: claims.email_verified() == Some(true),
        };
        if vouched.email.is_none() {
            self.add_address(&mut vouched, tokens.access_token(), discovered).await?;
        }
        Ok(vouched)
    }

    /// Exchanges a code. It opens nothing without the verifier that belongs to the trip.
    async fn exchange(
        &self,
        code: &str,
        discovered: &Discovered,
        trip: &Trip,
    ) -> Result<CoreTokenResponse, Trouble> {
        let client = self.client(discovered);
        let request = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(Trouble::down)?
            .set_pkce_verifier(PkceCodeVerifier::new(trip.verifier()));
        request.request_async(&self.fetch).await.map_err(|error| match error {
            RequestTokenError::ServerResponse(told) => {
                Trouble::refused(format!("it does not take the code: {}", told.error()))
            }
            RequestTokenError::Request(error) => Trouble::down(error),
            RequestTokenError::Parse(error, _) => Trouble::down(error),
            RequestTokenError::Other(problem) => Trouble::down(problem),
        })
    }

    /// What an ID token says, once everything about it was checked. Where no key that we know fits,
    /// the provider is asked for its keys again: one that gives them no names has others than before
    /// where a signature is wrong, or where several could be meant.
    async fn verified<'a>(
        &self,
        token: &'a CoreIdToken,
        discovered: &Discovered,
        trip: &Trip,
        now: Timestamp,
    ) -> Result<&'a CoreIdTokenClaims, Trouble> {
        match self.verify(token, discovered, trip, now) {
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey
                | SignatureVerificationError::CryptoError(_)
                | SignatureVerificationError::AmbiguousKeyId(_),
            )) => {
                let newer = self.with_keys_of_now(discovered, now).await?;
                let newer = newer.ok_or_else(|| {
                    Trouble::refused("it signed with a key that is none of its own")
                })?;
                self.verify(token, &newer, trip, now).map_err(Trouble::refused)
            }
            verified => verified.map_err(Trouble::refused),
        }
    }

    fn verify<'a>(
        &self,
        token: &'a CoreIdToken,
        discovered: &Discovered,
        trip: &Trip,
        now: Timestamp,
    ) -> Result<&'a CoreIdTokenClaims, ClaimsVerificationError> {
        let instant =
            |at: Timestamp| chrono::DateTime::from_timestamp(at.as_second(), 0).unwrap_or_default();
        let (earliest, latest) = (trip.begun_at() - APART_MAX, now + APART_MAX);
        // Issuer, audience and signature are checked by what it is made of.
        let verifier = CoreIdTokenVerifier::new_public_client(
            self.client_id.clone(),
            self.issuer.clone(),
            discovered.keys.clone(),
        )
        .set_allowed_algs(PROVING)
        .set_time_fn(move || instant(now))
        .set_issue_time_verifier_fn(move |at| match at {
            at if at < instant(earliest) => Err("it was issued before the trip began".to_owned()),
            at if at > instant(latest) => Err("it was issued in the future".to_owned()),
            _ => Ok(()),
        });
        let claims = token.claims(&verifier, &openidconnect::Nonce::new(trip.nonce()))?;
        if claims.authorized_party().is_some_and(|party| **party != *self.client_id) {
            let problem = "it was given to another party".to_owned();
            return Err(ClaimsVerificationError::InvalidAudience(problem));
        }
        Ok(claims)
    }

    /// Many providers tell the address for mail apart from the ID token alone.
    async fn add_address(
        &self,
        vouched: &mut Vouched,
        token: &AccessToken,
        discovered: &Discovered,
    ) -> Result<(), Trouble> {
        let Some(url) = discovered.metadata.userinfo_endpoint() else { return Ok(()) };
        let bearer = HeaderValue::from_str(&format!("Bearer {}", token.secret()));
        let bearer = bearer.map_err(|_| Trouble::down("its access token is none"))?;
        let request = Request::get(url.as_str())
            .header("accept", "application/json")
            .header("authorization", bearer)
            .body(Vec::new())
            .map_err(Trouble::down)?;
        let response = self.fetch.send(request).await.map_err(Trouble::down)?;
        if !response.status().is_success() {
            return Err(Trouble::down(format!("{} answers {}", url.as_str(), response.status())));
        }
        let told: UserInfo = serde_json::from_slice(response.body())
            .map_err(|error| Trouble::down(format!("what it says cannot be read: {error}")))?;
        // Or it could be somebody else's address (OpenID Connect Core 1.0, section 5.3.2).
        if told.sub != vouched.subject {
            return Err(Trouble::refused("it told of somebody else"));
        }
        vouched.email = told.email;
        vouched.is_email_verified = told.email_verified == Value::Bool(true);
        Ok(())
    }
}
