//! Who signs in at a service, with which password. It is not kept in what is told, in no form.

use allclear_domain::Secret;
use allclear_domain::check::{Protocol, Reach, Reason, ReasonCode, ServiceCheck, SignIn};
use data_encoding::BASE64;

use crate::kinds::assertion::quoted;
use crate::kinds::reason;
use crate::kinds::record::Record;

/// A user and a password.
pub(super) struct Pair<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a str,
}

impl<'a> Pair<'a> {
    /// Who signs in, where anybody does.
    pub(super) fn of(check: &'a ServiceCheck) -> Result<Option<Self>, Reason> {
        match &check.sign_in {
            None => Ok(None),
            Some(SignIn::Basic { user, password: Secret::Open(text) }) => {
                Ok(Some(Self { user, password: text.reveal() }))
            }
            Some(SignIn::Basic { password: Secret::Shut(why), .. }) => {
                Err(reason(ReasonCode::Ours, why.as_str()))
            }
            Some(SignIn::Basic { .. } | SignIn::Bearer { .. }) => {
                Err(reason(ReasonCode::Ours, "its password is not known here"))
            }
        }
    }

    /// Has nothing of it told, however others repeat it.
    pub(super) fn hide(&self, record: &mut Record) {
        record.hide_everywhere(self.password);
        record.hide_everywhere(&self.plain());
    }

    /// Both in one word, as `PLAIN` has them (RFC 4616).
    pub(super) fn plain(&self) -> String {
        BASE64.encode(format!("\0{}\0{}", self.user, self.password).as_bytes())
    }

    /// Why a server does not let them in.
    pub(super) fn refused(&self, protocol: Protocol, said: &str) -> Reason {
        let (name, user) = (protocol.name(), quoted(self.user));
        let told =
            format!("{name} does not let {user} in with this password: it says {}", quoted(said));
        reason(ReasonCode::Status, told)
    }
}

/// Nothing is sent in the open to another machine, whatever a name means by now.
pub(super) fn stays_here(is_within_tls: bool, reach: Option<Reach>) -> Result<(), Reason> {
    match is_within_tls || reach == Some(Reach::Itself) {
        true => Ok(()),
        false => {
            let told =
                "a password goes within TLS alone, or to this machine, and this is another one";
            Err(reason(ReasonCode::Forbidden, told))
        }
    }
}
