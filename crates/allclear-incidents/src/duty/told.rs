//! What readers are told when a window begins or ends by itself, in the language of its page.

use allclear_domain::status_page::Language;

/// Work begins.
pub(super) const fn begun(language: Language) -> &'static str {
    match language {
        Language::En => "Work has begun as announced.",
        Language::De => "Die Arbeiten haben wie angekündigt begonnen.",
    }
}

/// It is over. Nobody looked, so nothing is said of how it went.
pub(super) const fn over(language: Language) -> &'static str {
    match language {
        Language::En => "The announced window is over.",
        Language::De => "Der angekündigte Zeitraum ist vorbei.",
    }
}
