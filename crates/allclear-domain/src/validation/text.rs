//! Texts: how long they may be, and which characters stand in them.

use std::fmt::Display;

use super::{Validate, Validation};
use crate::limits;
use crate::text::{InternalText, Prose};

/// A character that no text may hold: the databases refuse it, or pages cannot show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The line in which it stands, from 1.
    pub line: usize,
    /// The character.
    pub character: char,
}

impl Display for Stray {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: the control character U+{:04X}", self.line, u32::from(self.character))
    }
}

/// The stray characters of a file: control characters that are neither line breaks nor tabs. Old
/// files break their lines with carriage returns alone.
pub fn stray_characters(file: &str) -> impl Iterator<Item = Stray> {
    strays(file, if file.contains('\n') { "\n" } else { "\n\r" })
}

/// The stray characters of a text in which each of `breaks` ends a line, and a carriage return
/// before a line feed is a part of it.
fn strays(text: &str, breaks: &'static str) -> impl Iterator<Item = Stray> {
    let mut line = 1;
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            let character = rest.next()?;
            let is_pair = character == '\r' && rest.peek() == Some(&'\n');
            if breaks.contains(character) && !is_pair {
                line += 1;
            } else if character.is_control() && character != '\t' && !is_pair {
                return Some(Stray { line, character });
            }
        }
    })
}

impl Validation {
    /// A text on one line: a title, a name, a label.
    pub(super) fn line(&mut self, name: impl Display, text: &str, chars_max: usize) {
        self.bytes += text.len();
        self.within(name, |validation| {
            if text.contains('\n') {
                validation.refuse("has a line break: write it on one line");
            } else {
                validation.refuse_strays(text);
            }
            let chars = text.chars().count();
            if chars > chars_max {
                validation.refuse(format!("has {chars} characters: shorten it to {chars_max}"));
            }
        });
    }

    /// A text on one line that may not be empty.
    pub(super) fn title(&mut self, name: impl Display, text: &str) {
        if text.trim().is_empty() {
            self.within(name, Validation::refuse_empty);
        } else {
            self.line(name, text, limits::TITLE_CHARS_MAX);
        }
    }

    /// A text on one line, where there is one.
    pub(super) fn maybe_line(&mut self, name: impl Display, text: Option<&String>) {
        if let Some(text) = text {
            self.line(name, text, limits::TITLE_CHARS_MAX);
        }
    }

    /// A text of some sentences.
    pub(super) fn text(&mut self, name: impl Display, text: &str) {
        self.bounded(name, text, limits::TEXT_BYTES_MAX);
    }

    /// A text of some sentences that may not be empty.
    pub(super) fn words(&mut self, name: impl Display, text: &str) {
        self.within(name, |validation| validation.words_here(text));
    }

    /// The present place, as a text of some sentences that may not be empty.
    pub(super) fn words_here(&mut self, text: &str) {
        if text.trim().is_empty() {
            self.refuse_empty();
        } else {
            self.bounded_here(text, limits::TEXT_BYTES_MAX);
        }
    }

    /// A text of some sentences, where there is one.
    pub(super) fn maybe_text(&mut self, name: impl Display, text: Option<&String>) {
        if let Some(text) = text {
            self.text(name, text);
        }
    }

    /// A text of some lines.
    pub(super) fn bounded(&mut self, name: impl Display, text: &str, bytes_max: usize) {
        self.within(name, |validation| validation.bounded_here(text, bytes_max));
    }

    /// The present place, as a text of some lines.
    fn bounded_here(&mut self, text: &str, bytes_max: usize) {
        self.bytes += text.len();
        self.refuse_strays(text);
        if text.len() > bytes_max {
            self.refuse(format!("has {} bytes: shorten it to {bytes_max}", text.len()));
        }
    }

    /// The present place, as an address that readers can follow.
    pub(super) fn url_here(&mut self, url: &str) {
        self.bytes += url.len();
        if !is_web_address(url) {
            self.refuse_address("https:// or http://, without spaces");
        }
    }

    /// The present place, as an address in a publisher's words: perhaps without its scheme.
    pub(super) fn address_here(&mut self, address: &str) {
        self.bytes += address.len();
        let before_colon = address.split_once(':').map(|(before, _)| before);
        let has_scheme = before_colon.is_some_and(|before| !before.contains(['.', '/']));
        let is_good = if has_scheme {
            is_web_address(address)
        } else {
            is_web_address(&format!("http://{address}"))
        };
        if !is_good {
            self.refuse_address("https://, http:// or a host name, without spaces");
        }
    }

    fn refuse_address(&mut self, begins_with: &str) {
        self.refuse(format!(
            "is not the address of a web page: write at most {} bytes that begin with {begins_with}",
            limits::URL_BYTES_MAX
        ));
    }

    fn refuse_strays(&mut self, text: &str) {
        if let Some(stray) = strays(text, "\n").next() {
            self.refuse(format!("holds, in {stray}: remove it"));
        }
    }

    fn refuse_empty(&mut self) {
        self.refuse("is empty: write something");
    }
}

impl Validate for Prose {
    fn validate(&self, validation: &mut Validation) {
        validation.bounded("text", &self.text, limits::PROSE_BYTES_MAX);
    }
}

impl Validate for InternalText {
    /// Problems name no word of it.
    fn validate(&self, validation: &mut Validation) {
        validation.bounded_here(self.reveal_to_team(), limits::PROSE_BYTES_MAX);
    }
}

fn is_web_address(url: &str) -> bool {
    let rest = ["http://", "https://"].iter().find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_clean = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    !host.is_empty() && is_clean && url.len() <= limits::URL_BYTES_MAX
}
