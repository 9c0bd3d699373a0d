//! How a source spells the fields of the nouns, so that a problem is told in its words.

/// How a source spells fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// As the stored form does: the `allclear` format, and what is made in this program.
    #[default]
    Stored,
    /// As facts do.
    Facts,
}

/// The beginnings of fields that facts spell otherwise; the first that fits counts.
const FACTS: [(&str, &str); 20] = [
    ("record.reported_length", "reported_duration"),
    ("record.service_label", "service"),
    ("record.fault_pages", "upstream_status"),
    ("record.security_statement", "security"),
    ("record.", ""),
    ("state.ended", "ended_at"),
    ("state.started_at", "started_at"),
    ("state.started", "started_at"),
    ("state.since", "since"),
    ("state.at", "since"),
    ("started", "started_at"),
    ("shown_at", "started_at"),
    ("until", "ended_at"),
    ("window.starts_at", "planned.started_at"),
    ("window.ends_at", "planned.ended_at"),
    ("window.length", "planned.length"),
    ("body.text", "text"),
    ("source.text", "text"),
    ("source.key", "id"),
    ("same_cause_as", "recurrence_of"),
];

impl Spelling {
    /// A field of a noun, as the source spells it.
    pub(crate) fn field(self, noun: &str, field: &str) -> String {
        match (self, noun, field) {
            (Self::Stored, ..) => field.to_owned(),
            (Self::Facts, "page", "title") => "publisher".to_owned(),
            (Self::Facts, "page", "description") => "what".to_owned(),
            (Self::Facts, ..) => in_facts(field),
        }
    }
}

fn in_facts(field: &str) -> String {
    let begins =
        FACTS.iter().find_map(|(stored, facts)| Some((facts, field.strip_prefix(stored)?)));
    let (begin, rest) = begins.unwrap_or((&"", field));
    // Whose a loss is has a name in facts; what was affected stands in the list as it is.
    let target = if rest.starts_with("losses") { ".component" } else { "" };
    let rest = rest.replace(".words", "").replace(".target", target);
    format!("{begin}{rest}").replace(".shown_at", ".at").replace(".body.text", ".text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_have_words_of_their_own() {
        for (noun, stored, facts) in [
            ("page", "title", "publisher"),
            ("incident", "title", "title"),
            ("incident", "state.ended", "ended_at"),
            ("incident", "started", "started_at"),
            ("incident", "record.service_label", "service"),
            ("incident", "record.losses[2].fraction", "losses[2].fraction"),
            ("incident", "record.affected[0].target.words", "affected[0]"),
            ("incident", "record.losses[0].target.words", "losses[0].component"),
            ("incident", "record.except[0].words", "except[0]"),
            ("incident", "updates[1].body.text", "updates[1].text"),
            ("incident", "updates[1].shown_at", "updates[1].at"),
            ("incident", "source.key", "id"),
            ("maintenance", "window.ends_at", "planned.ended_at"),
            ("announcement", "body.text", "text"),
        ] {
            assert_eq!(Spelling::Facts.field(noun, stored), facts);
            assert_eq!(Spelling::Stored.field(noun, stored), stored);
        }
    }
}
