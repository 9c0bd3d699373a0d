//! Those who tell how something else is: what they do not tell is no failure of it.

use allclear_domain::check::{Reason, ReasonCode, Verdict};

use super::reason;
use crate::limits;

/// Why nothing is known: `who` could not be asked.
pub(super) fn unread(who: &str, why: Reason) -> Reason {
    match why.code {
        ReasonCode::Ours => why,
        _ => untold(format!("{who} cannot be read, so nothing is known: {}", why.told)),
    }
}

/// Why nothing is known: what was told is of no use.
pub(super) fn untold(told: impl Into<String>) -> Reason {
    reason(ReasonCode::Unread, told)
}

/// How bad a verdict is where several are put together: what nobody knows is worse than what works, and
/// better than what does not.
pub(super) const fn badness(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Ok => 0,
        Verdict::Unknown => 1,
        Verdict::Degraded => 2,
        Verdict::Fail => 3,
    }
}

/// A text of strangers on one line, and not all of a long one.
pub(super) fn line(text: &str) -> String {
    let mut kept = String::new();
    for (place, word) in text.split_whitespace().enumerate() {
        if place > 0 {
            kept.push(' ');
        }
        kept.push_str(word);
        if let Some((end, _)) = kept.char_indices().nth(limits::TOLD_CHARS_MAX) {
            kept.truncate(end);
            kept.push('…');
            break;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_strangers_are_one_short_line() {
        assert_eq!(line("  API\r\n is\tdown "), "API is down");
        assert_eq!(line(&"ä".repeat(500)).chars().count(), limits::TOLD_CHARS_MAX + 1);
        assert_eq!(line(""), "");
    }
}
