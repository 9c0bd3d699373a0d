//! What prose says was not affected.

use super::names::Components;
use super::tokens::{Kind, head, is_space, tokens};

/// How long a name of something that is no component may be, in words.
const NAME_WORDS: usize = 3;

/// How much of a sentence is read.
const SENTENCE_BYTES: usize = 2000;

/// What a sentence says was not affected: keys of components, or words where none exists.
pub(super) fn not_affected(
    sentence: &str,
    components: &Components,
    affected: &[String],
) -> Vec<String> {
    let lower = head(sentence, SENTENCE_BYTES).to_lowercase();
    let Some(part) = object(&lower).or_else(|| subject(&lower)) else {
        return Vec::new();
    };
    let mut out: Vec<String> = Vec::new();
    let mut push = |name: &str| {
        if !affected.iter().chain(&out).any(|known| known == name) {
            out.push(name.to_owned());
        }
    };
    for piece in part
        .split(" and ")
        .flat_map(|part| part.split(" or "))
        .flat_map(|part| part.split([',', '/', '&', '+']))
    {
        let all = tokens(piece);
        let words = all.iter().filter(|token| token.kind == Kind::Word);
        let keys: Vec<&str> = words.filter_map(|word| components.key_of(word.text)).collect();
        match components.key_of(clean(piece)) {
            Some(key) => push(key),
            None if keys.is_empty() => {
                if let Some(name) = name(piece) {
                    push(name);
                }
            }
            None => keys.into_iter().for_each(&mut push),
        }
    }
    out
}

/// What follows "did not affect".
fn object(lower: &str) -> Option<&str> {
    let active = [
        "not impact ",
        "not affect ",
        "n't affect ",
        "n't impact ",
        "n’t affect ",
        "n’t impact ",
        "not affecting ",
        "not impacting ",
    ];
    let (at, verb) = active.iter().find_map(|verb| lower.find(verb).map(|at| (at, verb)))?;
    let rest = lower.get(at + verb.len()..)?;
    let ends = [".", ";", "(", ":", " at all", " in any way", " because", " but ", " as "];
    let end = ends.iter().filter_map(|mark| rest.find(mark)).min();
    rest.get(..end.unwrap_or(rest.len()))
}

/// What stands before "were not affected", or between "no" and "were affected".
fn subject(lower: &str) -> Option<&str> {
    let passive = [
        "not affected",
        "not be affected",
        "unaffected",
        "not impacted",
        "weren't affected",
        "weren’t affected",
        "wasn't affected",
        "wasn’t affected",
        "won't be affected",
        "won’t be affected",
    ];
    if let Some(at) = passive.iter().filter_map(|verb| lower.find(verb)).min() {
        return Some(clause(lower.get(..at)?));
    }
    let at = lower.find(" affected").or_else(|| lower.find(" impacted"))?;
    let before = clause(lower.get(..at)?);
    before.strip_prefix("no ")
}

/// The last clause of a text.
fn clause(text: &str) -> &str {
    let marks = [";", "(", ":", " but ", " while ", " although ", " though ", ". "];
    let from = marks.iter().filter_map(|mark| text.rfind(mark).map(|at| at + mark.len())).max();
    text.get(from.unwrap_or(0)..).unwrap_or("").trim_matches(is_space)
}

/// A piece without articles before and verbs behind it.
fn clean(piece: &str) -> &str {
    let mut name = piece.trim_matches(|ch: char| is_space(ch) || matches!(ch, '"' | '“' | '”'));
    for word in ["also ", "however ", "the ", "our ", "all ", "any "] {
        name = name.strip_prefix(word).unwrap_or(name);
    }
    for verb in [
        " will",
        " should",
        " were",
        " was",
        " are",
        " is",
        " have been",
        " has been",
        " remained",
        " itself",
    ] {
        name = name.strip_suffix(verb).unwrap_or(name);
    }
    name.trim_matches(|ch: char| is_space(ch) || matches!(ch, '"' | '“' | '”'))
}

/// The words for something that is no component, where they are a name rather than a sentence.
fn name(piece: &str) -> Option<&str> {
    const OTHERS: [&str; 26] = [
        "it", "this", "that", "they", "we", "you", "i", "these", "those", "there", "which", "who",
        "your", "their", "his", "anything", "anyone", "everyone", "nobody", "he", "she", "so",
        "if", "what", "service", "most",
    ];
    let name = clean(piece);
    let mut words = name.split(is_space);
    let is_other = words.next().is_none_or(|first| OTHERS.contains(&first));
    let is_plain = name.chars().all(|ch| ch.is_alphanumeric() || matches!(ch, ' ' | '-' | '.'));
    let count = name.split(is_space).count();
    (!is_other && is_plain && count <= NAME_WORDS && !name.is_empty()).then_some(name)
}
