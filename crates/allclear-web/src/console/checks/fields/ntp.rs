//! The fields of a check of the kind `ntp`.

use allclear_domain::check::{CheckKind, IpFamily, NtpCheck};

use super::Reader;
use crate::console::form::Form;

/// The fields as they are where nobody says anything.
pub(super) fn with_usual(form: Form) -> Form {
    form.with("offset_warn", &NtpCheck::USUAL_OFFSET_WARN_MS.to_string())
        .with("offset_max", &NtpCheck::USUAL_OFFSET_MAX_MS.to_string())
        .with("stratum", &NtpCheck::STRATUM_MAX.to_string())
}

/// The fields of one that is there.
pub(super) fn show(form: Form, ntp: &NtpCheck) -> Form {
    form.with("offset_warn", &ntp.offset_warn_ms.to_string())
        .with("offset_max", &ntp.offset_max_ms.to_string())
        .with("stratum", &ntp.stratum_max.to_string())
}

/// What it has beside the fields.
pub(super) fn kept(ntp: &NtpCheck) -> Vec<String> {
    let family =
        (ntp.family != IpFamily::default()).then(|| "the family of its address".to_owned());
    let address = ntp.connect_to.map(|address| format!("the address {address}"));
    family.into_iter().chain(address).collect()
}

/// Reads the fields, over what was there before.
pub(super) fn read(reader: &mut Reader<'_>, new: NtpCheck, before: Option<&CheckKind>) -> NtpCheck {
    let before = match before {
        Some(CheckKind::Ntp(ntp)) => ntp.clone(),
        _ => NtpCheck::of(new.host.clone(), new.port),
    };
    NtpCheck {
        host: new.host,
        port: new.port,
        offset_warn_ms: reader.number("offset_warn", "degraded: clock off by more than"),
        offset_max_ms: reader.number("offset_max", "down: off by more than"),
        stratum_max: reader.number("stratum", "stratum at most"),
        ..before
    }
}
