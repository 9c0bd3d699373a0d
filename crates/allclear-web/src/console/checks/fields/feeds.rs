//! The fields of checks of the kinds `upstream` and `prometheus`.

use std::str::FromStr;

use allclear_domain::CheckKind;
use allclear_domain::check::{
    Bounds, PrometheusCheck, UpstreamCheck, UpstreamCounts, UpstreamFormat, Verdict,
};

use super::secret;
use crate::console::form::Form;
use crate::console::words::Choice;

/// A word of somebody else, and what it may be to us.
pub(in crate::console::checks) struct CountRow {
    pub(in crate::console::checks) label: &'static str,
    pub(in crate::console::checks) name: &'static str,
    pub(in crate::console::checks) choices: Vec<Choice>,
}

/// What the form asks beside texts.
pub(in crate::console::checks) struct FeedFields {
    pub(in crate::console::checks) formats: Vec<Choice>,
    pub(in crate::console::checks) counts: Vec<CountRow>,
    pub(in crate::console::checks) empty: Vec<Choice>,
}

/// What a provider's words are to us, with the names of the fields.
const COUNTS: [(&str, &str); 5] = [
    ("Maintenance there", "of_maintenance"),
    ("Bad performance there", "of_degraded"),
    ("A partial outage there", "of_partial"),
    ("A major outage there", "of_major"),
    ("An open entry of a feed", "of_entry"),
];

/// What is compared where two change a check, with the names of the fields.
const TEXTS: [(&str, &str); 10] = [
    ("Their components", "theirs"),
    ("They tell it as", "told_as"),
    ("Words of what is over", "ended"),
    ("Days of an entry", "days"),
    ("Query", "query"),
    ("At least", "at_least"),
    ("At most", "at_most"),
    ("Degraded down to", "degraded_at_least"),
    ("Degraded up to", "degraded_at_most"),
    ("Nothing counts as", "empty"),
];

/// Each value with its label, to be compared.
pub(super) fn rows(form: &Form) -> impl Iterator<Item = (&'static str, String)> {
    COUNTS.into_iter().chain(TEXTS).map(|(label, name)| (label, form.lines(name)))
}

const VERDICTS: [Verdict; 4] = [Verdict::Ok, Verdict::Degraded, Verdict::Fail, Verdict::Unknown];

fn verdicts(chosen: &str) -> Vec<Choice> {
    let label = |verdict| match verdict {
        Verdict::Ok => "Working",
        Verdict::Degraded => "Degraded",
        Verdict::Fail => "Down",
        Verdict::Unknown => "Unknown",
    };
    VERDICTS.map(|one| Choice::of(one.as_str(), label(one), chosen)).into()
}

/// What is asked, with what `form` says.
pub(in crate::console::checks) fn fields(form: &Form) -> FeedFields {
    let label = |format| match format {
        UpstreamFormat::Any => "Whatever comes",
        UpstreamFormat::Statuspage => "A status page’s summary",
        UpstreamFormat::Feed => "A feed: Atom or RSS",
    };
    let formats =
        UpstreamFormat::ALL.map(|one| Choice::of(one.as_str(), label(one), form.text("told_as")));
    let counts =
        COUNTS.map(|(label, name)| CountRow { label, name, choices: verdicts(form.text(name)) });
    FeedFields {
        formats: formats.into(),
        counts: counts.into(),
        empty: verdicts(form.text("empty")),
    }
}

/// The fields of a provider.
pub(super) fn show_upstream(form: Form, upstream: &UpstreamCheck) -> Form {
    let counts = upstream.counts;
    let all = [
        counts.under_maintenance,
        counts.degraded_performance,
        counts.partial_outage,
        counts.major_outage,
        counts.open_entry,
    ];
    let form = form
        .with("theirs", &upstream.components.join("\n"))
        .with("told_as", upstream.format.as_str())
        .with("ended", &upstream.ended.join(", "))
        .with("days", &upstream.entry_days_max.to_string());
    let named = COUNTS.into_iter().zip(all);
    named.fold(form, |form, ((_, name), verdict)| form.with(name, verdict.as_str()))
}

/// The fields of a query.
pub(super) fn show_prometheus(form: Form, prometheus: &PrometheusCheck) -> Form {
    let told = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    let PrometheusCheck { ok, degraded, .. } = prometheus;
    secret::show(form, prometheus.sign_in.as_ref(), &[])
        .with("query", &prometheus.query)
        .with("at_least", &told(ok.at_least))
        .with("at_most", &told(ok.at_most))
        .with("degraded_at_least", &told(degraded.at_least))
        .with("degraded_at_most", &told(degraded.at_most))
        .with("empty", prometheus.empty.as_str())
}

/// Reads the fields of a provider. A form that does not ask leaves all as it is.
pub(super) fn read_upstream(
    form: &Form,
    new: UpstreamCheck,
    before: Option<&CheckKind>,
) -> Result<UpstreamCheck, Vec<String>> {
    let Some(format) = form.maybe("told_as") else {
        return Ok(match before {
            Some(CheckKind::Upstream(before)) => UpstreamCheck { url: new.url, ..before.clone() },
            _ => new,
        });
    };
    let mut problems = Vec::new();
    let format = UpstreamFormat::ALL.into_iter().find(|one| one.as_str() == format);
    let counted = COUNTS.map(|(label, name)| {
        let verdict = verdict(form.text(name));
        verdict.unwrap_or_else(|| {
            problems.push(format!("{}: choose one of the list", label.to_lowercase()));
            Verdict::Unknown
        })
    });
    let [under_maintenance, degraded_performance, partial_outage, major_outage, open_entry] =
        counted;
    let counts = UpstreamCounts {
        under_maintenance,
        degraded_performance,
        partial_outage,
        major_outage,
        open_entry,
    };
    let entry_days_max = form.text("days").parse().unwrap_or_else(|_| {
        problems
            .push("days of an entry: is no number that is taken: write digits alone".to_owned());
        UpstreamCheck::USUAL_ENTRY_DAYS_MAX
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(UpstreamCheck {
        format: format.unwrap_or_default(),
        components: words(&form.lines("theirs"), '\n'),
        counts,
        ended: words(form.text("ended"), ','),
        entry_days_max,
        ..new
    })
}

/// Words that are parted, each once.
fn words(text: &str, parted_by: char) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(parted_by).map(str::trim).filter(|word| !word.is_empty()) {
        if words.iter().all(|one| one != word) {
            words.push(word.to_owned());
        }
    }
    words
}

fn verdict(word: &str) -> Option<Verdict> {
    VERDICTS.into_iter().find(|one| one.as_str() == word)
}

/// Reads the fields of a query. What is typed after the address counts as one, too.
pub(super) fn read_prometheus(
    form: &Form,
    new: PrometheusCheck,
    before: Option<&CheckKind>,
) -> Result<PrometheusCheck, Vec<String>> {
    let Some(empty) = form.maybe("empty") else {
        return Ok(match before {
            Some(CheckKind::Prometheus(before)) => {
                let query =
                    if new.query.is_empty() { before.query.clone() } else { new.query.clone() };
                PrometheusCheck { url: new.url, query, ..before.clone() }
            }
            _ => new,
        });
    };
    let mut problems = Vec::new();
    let mut number = |name: &str| {
        let text = form.maybe(name)?;
        // Some write a comma where others write a point.
        let number = f64::from_str(&text.replace(',', ".")).ok().filter(|it| it.is_finite());
        if number.is_none() {
            let label = TEXTS.iter().find(|(_, known)| *known == name).map_or(name, |(it, _)| it);
            problems.push(format!("{}: is no number: write 1 or 0.5", label.to_lowercase()));
        }
        number
    };
    let ok = Bounds { at_least: number("at_least"), at_most: number("at_most") };
    let degraded =
        Bounds { at_least: number("degraded_at_least"), at_most: number("degraded_at_most") };
    let empty = verdict(empty);
    if empty.is_none() {
        problems.push("nothing counts as: choose one of the list".to_owned());
    }
    let sign_in = secret::read_sign_in(form, new.sign_in.clone());
    let sign_in = sign_in.unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let query = if new.query.is_empty() { form.lines("query") } else { new.query };
    let empty = empty.unwrap_or(PrometheusCheck::usual_empty());
    Ok(PrometheusCheck { url: new.url, query, sign_in, ok, degraded, empty })
}

/// What a field is called, to people.
pub(super) fn label(field: &str) -> Option<&'static str> {
    Some(match field {
        "kind.upstream.url" | "kind.prometheus.url" => "what to watch",
        "kind.upstream.entry_days_max" => "days of an entry",
        "kind.prometheus.query" => "query",
        "kind.prometheus.ok.at_least" => "at least",
        "kind.prometheus.ok.at_most" => "at most",
        "kind.prometheus.degraded.at_least" => "degraded down to",
        "kind.prometheus.degraded.at_most" => "degraded up to",
        other if other.starts_with("kind.upstream.components") => "their components",
        other if other.starts_with("kind.upstream.ended") => "words of what is over",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
