//! The fields of a check of the kind `service`. Its address says all but what the server has to say.

use allclear_domain::check::{CheckKind, ServiceCheck, TextTest};

use super::{expected, secret};
use crate::console::form::Form;

/// The fields of one that is there.
pub(super) fn show(form: Form, service: &ServiceCheck) -> Form {
    let contains = match &service.expect {
        Some(TextTest::Contains(text)) => text,
        _ => "",
    };
    secret::show(form, service.sign_in.as_ref(), &[]).with("contains", contains)
}

/// What it has beside the fields.
pub(super) fn kept(service: &ServiceCheck) -> Vec<String> {
    let has_other = !matches!(service.expect, None | Some(TextTest::Contains(_)));
    let condition = has_other.then(|| "a condition".to_owned());
    let address = service.connect_to.map(|address| format!("the address {address}"));
    condition.into_iter().chain(address).collect()
}

/// Reads the fields, over what was there before.
pub(super) fn read(
    form: &Form,
    new: ServiceCheck,
    before: Option<&CheckKind>,
) -> Result<ServiceCheck, String> {
    let (connect_to, expect, sign_in) = match before {
        Some(CheckKind::Service(service)) => {
            (service.connect_to, service.expect.clone(), service.sign_in.clone())
        }
        _ => (None, None, None),
    };
    let sign_in = secret::read_sign_in(form, sign_in)?;
    Ok(ServiceCheck {
        connect_to,
        expect: expected(expect, form.lines("contains")),
        sign_in,
        ..new
    })
}
