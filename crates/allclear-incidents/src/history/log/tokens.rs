//! Words, numbers and marks of a piece of text, with their places in it.
//!
//! Dates, times and lengths are read from tokens, so that they are found in any surroundings:
//! `2:03am2:10am`, `09:032010-09-02`, `[~19:00 SLT]`. Digits that follow a colon are taken two at a
//! time, because clocks are printed without a gap before the next date.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// ASCII digits.
    Number,
    /// Letters.
    Word,
    /// Any other single character that is not a space.
    Mark(char),
}

/// A piece of text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    /// What it is.
    pub(super) kind: Kind,
    /// As printed.
    pub(super) text: &'a str,
    /// Byte offset of its first byte.
    pub(super) start: usize,
    /// Byte offset after its last byte.
    pub(super) end: usize,
    /// No space stands before it.
    pub(super) is_glued: bool,
}

impl Token<'_> {
    /// The value of a number of at most nine digits.
    pub(super) fn value(&self) -> Option<u32> {
        if self.kind == Kind::Number && self.text.len() <= 9 {
            self.text.parse().ok()
        } else {
            None
        }
    }

    /// The value of a number that is printed with this many digits.
    pub(super) fn value_of_width(&self, width: usize) -> Option<u32> {
        if self.text.len() == width { self.value() } else { None }
    }

    /// Whether it is this word, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of these words, in any case.
    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is_word(word))
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Whether it is one of these marks.
    pub(super) fn is_mark_of(&self, marks: &[char]) -> bool {
        matches!(self.kind, Kind::Mark(mark) if marks.contains(&mark))
    }

    /// Whether it is a hyphen or a dash.
    pub(super) fn is_dash(&self) -> bool {
        self.is_mark_of(&['-', '\u{2010}', '\u{2011}', '\u{2012}', '–', '—', '\u{2212}'])
    }
}

/// Whether a character only separates.
pub(super) fn is_space(ch: char) -> bool {
    ch.is_whitespace() || matches!(ch, '\u{feff}' | '\u{200b}' | '\u{200e}' | '\u{200f}')
}

/// A value with plain spaces: what is not visible is not what the publisher meant to say.
pub(super) fn spaced(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().all(|ch| ch == ' ' || !is_space(ch)) {
        return text.into();
    }
    text.chars().map(|ch| if is_space(ch) { ' ' } else { ch }).collect::<String>().into()
}

/// Cuts a text at a character boundary so that no more than `limit` bytes are left.
pub(super) fn head(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

#[cfg(test)]
thread_local! {
    /// Bytes that were cut into tokens: the work that a text takes.
    pub(super) static WORK: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    #[cfg(test)]
    WORK.set(WORK.get() + text.len());
    let mut out: Vec<Token<'_>> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let mut is_glued = false;
    while let Some((start, ch)) = chars.next() {
        if is_space(ch) {
            is_glued = false;
            continue;
        }
        let mut end = start + ch.len_utf8();
        let kind = if ch.is_ascii_digit() {
            let mut room = if is_glued && is_clock_colon(&out) { 1 } else { usize::MAX };
            while room > 0 && chars.next_if(|(_, next)| next.is_ascii_digit()).is_some() {
                end += 1;
                room -= 1;
            }
            Kind::Number
        } else if ch.is_alphabetic() {
            while let Some((_, next)) = chars.next_if(|(_, next)| next.is_alphabetic()) {
                end += next.len_utf8();
            }
            Kind::Word
        } else {
            Kind::Mark(ch)
        };
        let text = text.get(start..end).unwrap_or("");
        out.push(Token { kind, text, start, end, is_glued });
        is_glued = true;
    }
    out
}

/// Whether the last token is the colon of a clock time.
fn is_clock_colon(tokens: &[Token<'_>]) -> bool {
    let mut last = tokens.iter().rev();
    let colon = last.next().is_some_and(|token| token.is_mark(':') && token.is_glued);
    colon && last.next().is_some_and(|token| token.kind == Kind::Number && token.text.len() <= 2)
}
