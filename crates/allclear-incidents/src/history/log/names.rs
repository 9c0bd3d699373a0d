//! Components: their keys, and the lists of them that labels print.

use std::collections::HashMap;

use crate::history::facts::FactsComponent;

use super::labels::is_nothing;
use super::tokens::is_space;
use super::unique::Unique;

/// The word for "everything" in a record.
pub(super) const ALL: &str = "all";

/// How much of a list of names is read.
const LIST_BYTES: usize = 4000;

/// A name in lower case letters, digits and single hyphens.
pub(super) fn slug(name: &str) -> String {
    let mut out = String::new();
    for ch in name.chars().flat_map(char::to_lowercase) {
        if ch.is_alphanumeric() {
            out.push(ch);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.trim_end_matches('-').to_owned()
}

/// How long a key made from a name may be, with room for what tells it from others.
const KEY_CHARS: usize = 48;

/// A key for a name: lower case ASCII letters, digits and hyphens. Where the name has more than that,
/// a few digits of its digest keep it apart from other names.
fn new_key(name: &str) -> Option<String> {
    let mut key = String::new();
    let mut is_whole = true;
    for ch in name.chars().flat_map(char::to_lowercase) {
        if ch.is_ascii_alphanumeric() {
            key.push(ch);
        } else if let Some(letters) = in_ascii(ch) {
            key.push_str(letters);
        } else if !('\u{300}'..='\u{36f}').contains(&ch) {
            // A mark that stands behind its letter is no letter of its own.
            is_whole &= !ch.is_alphanumeric();
            if !key.is_empty() && !key.ends_with('-') {
                key.push('-');
            }
        }
    }
    is_whole &= key.len() <= KEY_CHARS;
    key.truncate(KEY_CHARS);
    let key = key.trim_end_matches('-');
    if is_whole {
        return (!key.is_empty()).then(|| key.to_owned());
    }
    let digest = crate::history::source_digest(&name.to_lowercase());
    let digest = super::tokens::head(&digest, 6);
    let key = if key.is_empty() { "component" } else { key };
    Some(format!("{key}-{digest}"))
}

/// Letters of Latin alphabets as people write them without their marks.
fn in_ascii(ch: char) -> Option<&'static str> {
    Some(match ch {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

/// The components seen so far, in order of first appearance.
#[derive(Debug)]
pub(super) struct Components {
    known: Vec<FactsComponent>,
    /// Names and keys in lower case, and the key they mean.
    keys: HashMap<String, String>,
    found: Vec<FactsComponent>,
    seen: std::collections::HashSet<String>,
}

/// What an `Affected:` label says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Affected {
    /// Keys, `all`, or words.
    pub(super) affected: Vec<String>,
    /// What `all` leaves out.
    pub(super) except: Vec<String>,
}

impl Components {
    /// Begins with the components that are known before the import.
    pub(super) fn new(known: &[FactsComponent]) -> Self {
        let mut keys = HashMap::new();
        for component in known {
            keys.entry(component.key.to_lowercase()).or_insert_with(|| component.key.clone());
            keys.entry(component.name.to_lowercase()).or_insert_with(|| component.key.clone());
        }
        Self {
            known: known.to_vec(),
            keys,
            found: Vec::new(),
            seen: std::collections::HashSet::new(),
        }
    }

    /// The components in order of first appearance, then the known ones that never appeared.
    pub(super) fn into_list(self) -> Vec<FactsComponent> {
        let rest = self.known.into_iter().filter(|known| !self.seen.contains(&known.key));
        let rest: Vec<_> = rest.collect();
        self.found.into_iter().chain(rest).collect()
    }

    /// The key of a name that is a component already.
    pub(super) fn key_of(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        self.keys.get(&name).or_else(|| self.keys.get(&slug(&name))).map(String::as_str)
    }

    /// The key of a name, which becomes a component if it was none.
    pub(super) fn note(&mut self, name: &str) -> Option<String> {
        let key = match self.key_of(name) {
            Some(key) => key.to_owned(),
            None => new_key(name)?,
        };
        if self.seen.insert(key.clone()) {
            let known = self.known.iter().find(|component| component.key == key).cloned();
            let component =
                known.unwrap_or_else(|| FactsComponent { key: key.clone(), name: name.to_owned() });
            self.keys.entry(name.to_lowercase()).or_insert_with(|| key.clone());
            self.keys.entry(key.clone()).or_insert_with(|| key.clone());
            self.found.push(component);
        }
        Some(key)
    }

    /// The components known beforehand that a title, or else the first sentence, names.
    pub(super) fn named_in(&mut self, title: &str, sentences: &[&str]) -> Vec<String> {
        for text in [title].into_iter().chain(sentences.first().copied()) {
            let lower = text.to_lowercase();
            if lower.contains("not affect")
                || lower.contains("unaffected")
                || lower.contains("not impact")
            {
                continue;
            }
            let mut names: Vec<(usize, String)> = Vec::new();
            for component in &self.known {
                let name = component.name.to_lowercase();
                if let Some(at) = find_word(&lower, &name) {
                    names.push((at, component.name.clone()));
                }
            }
            names.sort();
            if !names.is_empty() {
                return names.iter().filter_map(|(_, name)| self.note(name)).collect();
            }
        }
        Vec::new()
    }

    /// The machines that a title, or else the first sentence, names in quotes: `the “web11” server`.
    pub(super) fn quoted_in(&mut self, title: &str, sentences: &[&str]) -> Vec<String> {
        for text in [title].into_iter().chain(sentences.first().copied()) {
            let names = quoted_machines(super::tokens::head(text, LIST_BYTES));
            if !names.is_empty() {
                return names.into_iter().filter_map(|name| self.note(name)).collect();
            }
        }
        Vec::new()
    }

    /// Reads the value of an `Affected:` label.
    pub(super) fn read_affected(&mut self, value: &str) -> Affected {
        let mut out = Affected::default();
        let value = super::tokens::head(value, LIST_BYTES);
        if is_nothing(value) {
            return out;
        }
        let (main, except) = split_except(value);
        out.affected = self.read_list(main);
        if let Some(except) = except {
            out.except = self.read_list(except);
            if out.affected.is_empty() {
                out.affected.push(ALL.to_owned());
            }
        }
        out
    }

    /// Reads a list of names.
    pub(super) fn read_list(&mut self, value: &str) -> Vec<String> {
        let mut out = Unique::default();
        let outside = without_brackets(super::tokens::head(value, LIST_BYTES));
        for part in outside.split([',', ';', '|']) {
            let part = clean(part);
            if part.is_empty() {
                continue;
            }
            let pieces = if self.key_of(part).is_some() || is_all(part) {
                vec![part]
            } else {
                split_and(part)
            };
            for name in pieces {
                if is_all(name) {
                    out.push(ALL);
                } else if !is_nothing(name)
                    && let Some(key) = self.key_for(name)
                {
                    out.push(&key);
                }
            }
        }
        out.into_list()
    }

    /// A key for a name in a list, or the words themselves where they name no component.
    fn key_for(&mut self, name: &str) -> Option<String> {
        let words = name.split_whitespace().count();
        if self.key_of(name).is_some() || (words <= 4 && name.len() <= 48 && !is_vague(name)) {
            return self.note(name);
        }
        Some(name.to_owned())
    }
}

/// Names in quotes before "server" or a word like it.
fn quoted_machines(text: &str) -> Vec<&str> {
    const MACHINES: [&str; 10] = [
        "server", "servers", "host", "hosts", "machine", "machines", "node", "nodes", "cluster",
        "database",
    ];
    let marks = ['"', '“', '”', '„'];
    let pieces: Vec<&str> = text.split(marks).collect();
    let is_name = |piece: &str| {
        (1..=24).contains(&piece.len())
            && piece.chars().all(|ch| ch.is_alphanumeric() || matches!(ch, '-' | '_' | '.'))
    };
    let joins = |piece: &str| {
        let words = piece.trim_matches(|ch: char| is_space(ch) || ch == ',');
        words.is_empty() || matches!(words, "and" | "&" | "or")
    };
    let follows = |piece: &str| {
        let mut words = piece.split(|ch: char| !ch.is_alphanumeric()).filter(|w| !w.is_empty());
        let mut near = words.by_ref().take(2);
        near.any(|word| MACHINES.iter().any(|known| known.eq_ignore_ascii_case(word)))
    };
    let mut names = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    // Every second piece stands in quotes.
    for pair in pieces.get(1..).unwrap_or_default().chunks(2) {
        let [name, after] = pair else { break };
        if !is_name(name) {
            open.clear();
            continue;
        }
        open.push(name);
        if follows(after) {
            names.append(&mut open);
        } else if !joins(after) {
            open.clear();
        }
    }
    names
}

/// Where a name stands in a text as a whole word.
fn find_word(text: &str, name: &str) -> Option<usize> {
    if name.is_empty() {
        return None;
    }
    text.match_indices(name).map(|(at, _)| at).find(|at| {
        let before = text.get(..*at).and_then(|lead| lead.chars().next_back());
        let after = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
        let is_free = |side: Option<char>| side.is_none_or(|ch| !ch.is_alphanumeric());
        is_free(before) && is_free(after)
    })
}

/// Whether a name begins like words that tell of some of something.
fn is_vague(name: &str) -> bool {
    let first = name.split_whitespace().next().unwrap_or("").to_lowercase();
    matches!(
        first.as_str(),
        "some"
            | "most"
            | "many"
            | "few"
            | "a"
            | "any"
            | "several"
            | "other"
            | "only"
            | "mostly"
            | "possibly"
            | "certain"
    )
}

/// Whether a name means everything.
pub(super) fn is_all(name: &str) -> bool {
    let words: Vec<&str> = name.split(is_space).filter(|word| !word.is_empty()).collect();
    let name = words.join(" ").trim_end_matches('.').to_lowercase();
    if matches!(name.as_str(), "all" | "everything" | "whole service" | "entire service") {
        return true;
    }
    let rest = name.strip_prefix("all ").unwrap_or("");
    let rest = rest.strip_prefix("of ").unwrap_or(rest);
    let rest = rest.strip_prefix("our ").or_else(|| rest.strip_prefix("the ")).unwrap_or(rest);
    matches!(
        rest,
        "services"
            | "systems"
            | "components"
            | "servers"
            | "products"
            | "customers"
            | "users"
            | "sites"
            | "platforms"
            | "everything"
            | "service"
            | "stores"
    )
}

/// Splits `All except X`.
fn split_except(value: &str) -> (&str, Option<&str>) {
    let lower = value.to_ascii_lowercase();
    for word in [
        "except for",
        "except",
        "excluding",
        "apart from",
        "other than",
        "aside from",
        " but not",
        " but ",
    ] {
        if let Some(at) = lower.find(word) {
            let (main, rest) = (value.get(..at).unwrap_or(""), value.get(at + word.len()..));
            let main = main.trim_end_matches(|ch: char| is_space(ch) || matches!(ch, '(' | ','));
            return (main, rest.map(|rest| rest.trim_end_matches([')', '.'])));
        }
    }
    (value, None)
}

/// Takes remarks in brackets out.
fn without_brackets(value: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for ch in value.chars() {
        match ch {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(ch),
            _ => {}
        }
    }
    out
}

/// Splits `X and Y`.
fn split_and(part: &str) -> Vec<&str> {
    let mut rest = part;
    let mut out = Vec::new();
    while let Some((at, width)) = [" and ", " & ", " AND "]
        .iter()
        .filter_map(|word| rest.find(word).map(|at| (at, word.len())))
        .min()
    {
        out.push(clean(rest.get(..at).unwrap_or("")));
        rest = rest.get(at + width..).unwrap_or("");
    }
    out.push(clean(rest));
    out.retain(|name| !name.is_empty());
    out
}

/// A name without what may stand around it.
fn clean(name: &str) -> &str {
    let edge = |ch: char| is_space(ch) || matches!(ch, '.' | '*' | '"' | '“' | '”' | ':');
    let mut name = name.trim_matches(edge);
    for lead in ["and ", "& ", "the "] {
        if name.get(..lead.len()).is_some_and(|start| start.eq_ignore_ascii_case(lead)) {
            name = name.get(lead.len()..).unwrap_or("").trim_matches(edge);
        }
    }
    let tail = " only";
    let cut = name.len().saturating_sub(tail.len());
    if name.get(cut..).is_some_and(|end| end.eq_ignore_ascii_case(tail)) {
        name = name.get(..cut).unwrap_or("").trim_matches(edge);
    }
    name
}
