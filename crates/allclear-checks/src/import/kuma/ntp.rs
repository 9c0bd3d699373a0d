//! A monitor of the type `ntp`.

use allclear_domain::check::NtpCheck;
use allclear_domain::limits;
use allclear_store::KumaRow;

use super::monitor::{host, number};
use crate::import::Becomes;
use crate::import::draft::Draft;

/// The stratum from which on it fails where nothing is said.
const USUAL_STRATUM: u32 = 5;

/// Reads the monitor.
pub(super) fn read(row: &KumaRow, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let host = host(row);
    if host.is_empty() {
        draft.refuse("it has no host: write one");
        return Vec::new();
    }
    let said = |column: &str| number::<u32>(row, column).filter(|number| *number > 0);
    let port = number::<u16>(row, "port").filter(|port| *port > 0).unwrap_or(NtpCheck::PORT);
    let below = said("ntp_stratum_threshold").unwrap_or(USUAL_STRATUM).min(16);
    let stratum_max = u8::try_from(below.saturating_sub(1)).unwrap_or(NtpCheck::STRATUM_MAX);
    if stratum_max == 0 {
        draft.refuse("it takes no stratum that there is, so it never works: take 2 or more");
        return Vec::new();
    }
    let offset = said("ntp_time_offset_threshold").unwrap_or(NtpCheck::USUAL_OFFSET_MAX_MS);
    let offset_max_ms = offset.min(limits::CHECK_OFFSET_MS_MAX);
    draft.change(
        "there half of what the way there and back takes may count as an error of its clock; here the clock \
         has to be off for sure",
    );
    draft.change(
        "there it also fails where the server says that it may be far off itself (root dispersion), \
         which is told here and not asked for",
    );
    let check = NtpCheck {
        offset_warn_ms: offset_max_ms,
        offset_max_ms,
        stratum_max,
        ..NtpCheck::of(host, port)
    };
    vec![Becomes { kind: check.into(), ..base }]
}
