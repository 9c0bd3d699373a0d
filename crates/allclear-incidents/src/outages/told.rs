//! What is told when an outage that was measured becomes an incident, and while it is followed, in the
//! language of its page.

use allclear_domain::status_page::Language;

/// The title of a draft.
pub(super) fn title(language: Language, component: &str) -> String {
    match language {
        Language::En => format!("{component} is not working"),
        Language::De => format!("{component} ist gestört"),
    }
}

/// The first message of a draft.
pub(super) const fn seen(language: Language) -> &'static str {
    match language {
        Language::En => "We have noticed it, and are looking into it.",
        Language::De => "Wir haben es bemerkt und gehen dem nach.",
    }
}

/// How it was noticed.
pub(super) const fn detected_by(language: Language) -> &'static str {
    match language {
        Language::En => "a check of our own",
        Language::De => "eine eigene Prüfung",
    }
}

/// It works again.
pub(super) const fn recovered(language: Language) -> &'static str {
    match language {
        Language::En => "It works again. We keep watching it.",
        Language::De => "Es funktioniert wieder. Wir beobachten es weiter.",
    }
}

/// It does not, after all.
pub(super) const fn relapsed(language: Language) -> &'static str {
    match language {
        Language::En => "It has stopped working again. We are looking into it.",
        Language::De => "Es ist erneut gestört. Wir gehen dem nach.",
    }
}

/// It went on working.
pub(super) const fn over(language: Language) -> &'static str {
    match language {
        Language::En => "It has kept working since.",
        Language::De => "Seitdem funktioniert es durchgehend.",
    }
}
