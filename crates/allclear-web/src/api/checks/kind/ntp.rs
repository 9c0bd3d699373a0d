//! What a check of the kind `ntp` asks for, on the wire.

use std::net::IpAddr;

use allclear_domain::check::{IpFamily, NtpCheck};
use allclear_domain::limits;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::wire::IpFamilyWord;

/// Which time a server tells, beside the clock of the machine that asks. It counts as far off as it is for
/// sure: what the way there and back takes is left out.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "NtpCheck")]
#[serde(deny_unknown_fields)]
pub(in super::super) struct NtpJson {
    /// A name or an address.
    #[schemars(length(min = 1, max = limits::TITLE_CHARS_MAX))]
    host: String,
    /// Its port; 123 where this is left out.
    #[serde(default = "port")]
    #[schemars(range(min = 1))]
    port: u16,
    /// The address to ask in place of what the name resolves to.
    #[serde(default)]
    connect_to: Option<IpAddr>,
    #[serde(default)]
    #[schemars(with = "IpFamilyWord")]
    family: IpFamily,
    /// Milliseconds between its clock and ours, beyond which the check is degraded; 100 where this is left out.
    #[serde(default = "offset_warn")]
    #[schemars(range(min = 1, max = limits::CHECK_OFFSET_MS_MAX))]
    offset_warn_ms: u32,
    /// Milliseconds between its clock and ours, beyond which the check fails; 1000 where this is left out. At
    /// least as many as `offset_warn_ms`.
    #[serde(default = "offset_max")]
    #[schemars(range(min = 1, max = limits::CHECK_OFFSET_MS_MAX))]
    offset_max_ms: u32,
    /// The highest stratum that it may have, 15 where this is left out: 1 is a server that no other one sets.
    #[serde(default = "stratum_max")]
    #[schemars(range(min = 1, max = NtpCheck::STRATUM_MAX))]
    stratum_max: u8,
}

const fn port() -> u16 {
    NtpCheck::PORT
}

const fn offset_warn() -> u32 {
    NtpCheck::USUAL_OFFSET_WARN_MS
}

const fn offset_max() -> u32 {
    NtpCheck::USUAL_OFFSET_MAX_MS
}

const fn stratum_max() -> u8 {
    NtpCheck::STRATUM_MAX
}

same! {
    struct NtpJson = NtpCheck {
        host, port, connect_to, family, offset_warn_ms, offset_max_ms, stratum_max
    };
}
