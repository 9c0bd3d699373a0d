//! A monitor of the type `ping`.

use allclear_domain::check::{CheckKind, IcmpCheck, IpFamily};
use allclear_domain::limits;
use allclear_store::KumaRow;

use super::monitor::{host, number};
use crate::import::Becomes;
use crate::import::draft::Draft;

/// Pings that one try sends where nothing is said.
const USUAL_COUNT: u32 = 1;
/// Bytes of a ping where nothing is said.
const USUAL_BYTES: u32 = 56;

/// Reads the monitor.
pub(super) fn read(row: &KumaRow, base: Becomes, draft: &mut Draft<'_>) -> Vec<Becomes> {
    let host = host(row);
    if host.is_empty() {
        draft.refuse("it has no host: write one");
        return Vec::new();
    }
    let wanted: u32 = number(row, "ping_count").unwrap_or(USUAL_COUNT);
    let given = wanted.clamp(1, limits::CHECK_PINGS_MAX);
    if given != wanted {
        draft.change(format!("it asks for {wanted} answers there, and sends {given} pings here"));
    }
    if number::<u32>(row, "packet_size").is_some_and(|bytes| bytes != USUAL_BYTES) {
        draft.change("how large a ping is cannot be said here");
    }
    draft.change(format!(
        "there more may be sent until {given} came back or its time is over; here it is {given} in \
         all. One that comes back is enough, here as there"
    ));
    let count = u8::try_from(given).unwrap_or(u8::MAX);
    let check = IcmpCheck {
        host: host.to_owned(),
        connect_to: None,
        family: IpFamily::Any,
        count,
        lost_max: count.saturating_sub(1),
    };
    vec![Becomes { kind: CheckKind::Icmp(check), ..base }]
}
