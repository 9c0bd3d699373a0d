//! Which paths into JSON are taken: those by RFC 9535 that visit no thing of an answer more than a few times,
//! so that nobody's path keeps this machine busy with nobody's answer.
//!
//! Names, places, `*`, stretches such as `[1:3]`, `..` once, and filters that compare what they find at fixed places;
//! without either of these, a few things at once such as `[0,1]`, too: otherwise one would multiply the other.
//! Left out are filters in filters and `$` in them, which look at an
//! answer once for each thing in it; and `match` and `search`, whose pattern is read again for each thing.
//!
//! Left out is also what the library reads otherwise than the RFC: places from the end in what is compared, and
//! which of two values is the larger where neither needs to be a number or a text.
//!
//! This reads as much of the grammar as decides that. What it takes is then read by the library.

use crate::limits::{
    FILTER_DEPTH_MAX, FILTER_TERMS_MAX, PATH_FILTERS_MAX, PATH_PARTS_MAX, PATH_TIMES_MAX,
};

/// Why a path is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It is none, as far as it was read.
    NoPath,
    /// It asks too much: what for, and what to write.
    TooMuch(&'static str),
}

/// What a path asks of each thing in an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    parts: usize,
    wide: usize,
    filters: usize,
    terms: usize,
    /// How often the same thing is found, at most: a bracket with several selectors finds it once with each.
    pub(super) times: usize,
}

impl Cost {
    /// How often the same thing of an answer is looked at, at most: as often as it is found, by each term
    /// of a filter, and after `..` by each part, as what is found then stands at any depth.
    #[cfg(test)]
    pub(super) fn evaluations(self) -> usize {
        self.times * self.terms.max(1) * if self.wide > 0 { self.parts } else { 1 }
    }
}

/// One side of what a filter compares.
#[derive(Clone, Copy, Debug, Default)]
struct Side {
    /// Whether it is a number or a text in any case.
    is_ordered: bool,
    /// Whether it names a place from the end.
    is_from_end: bool,
}

/// Reads a path as far as it takes to know that it asks little.
///
/// # Errors
/// Where it is no path, or asks too much.
pub(super) fn cost(path: &str) -> Result<Cost, Refused> {
    let rest = path.strip_prefix('$').ok_or(Refused::NoPath)?;
    let mut reader = Reader { rest, cost: Cost { times: 1, ..Cost::default() }, depth: 0 };
    while !reader.rest.is_empty() {
        reader.segment()?;
    }
    let cost = reader.cost;
    if cost.filters > 0 && cost.wide > 0 {
        return Err(Refused::TooMuch(
            "looks everywhere with a filter: write `..` or `?`, not both",
        ));
    }
    if cost.times > 1 && cost.filters > 0 {
        return Err(Refused::TooMuch(
            "picks several things in one bracket with a filter: write one in each bracket",
        ));
    }
    if cost.times > 1 && cost.wide > 0 {
        return Err(Refused::TooMuch(
            "looks everywhere for several things at once: write one in each bracket with `..`",
        ));
    }
    Ok(cost)
}

struct Reader<'a> {
    rest: &'a str,
    cost: Cost,
    /// Open parentheses in a filter.
    depth: usize,
}

type Read = Result<(), Refused>;

/// Counts one more of something, up to a limit.
fn count(counted: &mut usize, most: usize, told: &'static str) -> Read {
    *counted += 1;
    if *counted > most { Err(Refused::TooMuch(told)) } else { Ok(()) }
}

impl Reader<'_> {
    fn takes(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest;
        true
    }

    fn needs(&mut self, text: &str) -> Read {
        if self.takes(text) { Ok(()) } else { Err(Refused::NoPath) }
    }

    fn blank(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn begins(&self, is_meant: impl Fn(char) -> bool) -> bool {
        self.rest.starts_with(is_meant)
    }

    fn part(&mut self) -> Read {
        count(&mut self.cost.parts, PATH_PARTS_MAX, "has more than 32 parts: write a shorter one")
    }

    fn segment(&mut self) -> Read {
        self.part()?;
        if self.takes("..") {
            count(&mut self.cost.wide, 1, "looks everywhere twice: write `..` once")?;
            if !self.begins(|c| c == '[') {
                return self.name_or_all();
            }
        } else if self.takes(".") {
            return self.name_or_all();
        }
        self.needs("[")?;
        self.blank();
        self.selector()?;
        let mut selectors = 1;
        loop {
            self.blank();
            if self.takes("]") {
                break;
            }
            self.needs(",")?;
            self.blank();
            self.selector()?;
            selectors += 1;
        }
        self.cost.times = self.cost.times.saturating_mul(selectors);
        match self.cost.times > PATH_TIMES_MAX {
            true => Err(Refused::TooMuch(
                "finds the same too often: write no more than 16 things in brackets, all in all",
            )),
            false => Ok(()),
        }
    }

    fn name_or_all(&mut self) -> Read {
        if self.takes("*") { Ok(()) } else { self.name() }
    }

    fn name(&mut self) -> Read {
        let is_first = |c: char| c.is_ascii_alphabetic() || c == '_' || !c.is_ascii();
        if !self.begins(is_first) {
            return Err(Refused::NoPath);
        }
        self.rest = self.rest.trim_start_matches(|c: char| is_first(c) || c.is_ascii_digit());
        Ok(())
    }

    /// A name, a place, a stretch, everything, or a filter.
    fn selector(&mut self) -> Read {
        if self.takes("*") {
            return Ok(());
        }
        if self.takes("?") {
            count(
                &mut self.cost.filters,
                PATH_FILTERS_MAX,
                "has more than two filters: write two at most",
            )?;
            self.blank();
            return self.any();
        }
        if self.begins(|c| matches!(c, '\'' | '"')) {
            return self.quoted();
        }
        // `[1]`, `[1:3]`, `[::2]`.
        let is_of_place = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | ' ' | '\t');
        let end = self.rest.find(|c| !is_of_place(c)).unwrap_or(self.rest.len());
        let (place, rest) = self.rest.split_at(end);
        if place.trim().is_empty() || place.matches(':').count() > 2 {
            return Err(Refused::NoPath);
        }
        self.rest = rest;
        Ok(())
    }

    fn quoted(&mut self) -> Read {
        let mut letters = self.rest.char_indices();
        let Some((_, quote)) = letters.next() else { return Err(Refused::NoPath) };
        let mut is_escaped = false;
        for (at, letter) in letters {
            match letter {
                _ if is_escaped => is_escaped = false,
                '\\' => is_escaped = true,
                _ if letter == quote => {
                    self.rest = self.rest.get(at + quote.len_utf8()..).unwrap_or_default();
                    return Ok(());
                }
                _ => {}
            }
        }
        Err(Refused::NoPath)
    }

    /// Terms with `||` between them, each of terms with `&&` between them: how they bind does not matter here.
    fn any(&mut self) -> Read {
        self.term()?;
        loop {
            self.blank();
            if !self.takes("||") && !self.takes("&&") {
                return Ok(());
            }
            self.blank();
            self.term()?;
        }
    }

    fn term(&mut self) -> Read {
        let told = "has more than 8 terms in its filters: write fewer";
        count(&mut self.cost.terms, FILTER_TERMS_MAX, told)?;
        let is_negated = self.takes("!");
        self.blank();
        if self.takes("(") {
            self.depth += 1;
            if self.depth > FILTER_DEPTH_MAX {
                return Err(Refused::TooMuch(
                    "has too many parentheses: write 4 at most in each other",
                ));
            }
            self.blank();
            self.any()?;
            self.blank();
            self.needs(")")?;
            self.depth -= 1;
            return Ok(());
        }
        let is_query = self.begins(|c| c == '@');
        let one = self.comparable()?;
        self.blank();
        let signs = ["==", "!=", "<=", ">=", "<", ">"];
        let sign = signs.into_iter().find(|sign| self.takes(sign));
        match (sign, is_negated) {
            // That something is there.
            (None, _) if is_query => Ok(()),
            (Some(sign), false) => {
                self.blank();
                let other = self.comparable()?;
                compared(one, sign, other)
            }
            _ => Err(Refused::NoPath),
        }
    }

    /// What can be compared: a value, what is at a place, or its length.
    fn comparable(&mut self) -> Result<Side, Refused> {
        let ordered = Side { is_ordered: true, is_from_end: false };
        if self.begins(|c| c == '$') {
            return Err(Refused::TooMuch(
                "looks at all of the answer in a filter: write @ in place of $",
            ));
        }
        if self.takes("@") {
            return Ok(Side { is_ordered: false, is_from_end: self.place()? });
        }
        if self.begins(|c| matches!(c, '\'' | '"')) {
            self.quoted()?;
            return Ok(ordered);
        }
        if self.begins(|c| c == '-' || c.is_ascii_digit()) {
            let is_of_number =
                |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
            self.rest = self.rest.trim_start_matches(is_of_number);
            return Ok(ordered);
        }
        if ["true", "false", "null"].iter().any(|word| self.takes(word)) {
            return Ok(Side::default());
        }
        if self.takes("length(") {
            self.blank();
            if !self.takes("@") {
                return Err(Refused::TooMuch("asks for the length of something else than @"));
            }
            let is_from_end = self.place()?;
            self.blank();
            self.needs(")")?;
            return Ok(Side { is_from_end, ..ordered });
        }
        match self.begins(|c| c.is_ascii_lowercase()) {
            true => {
                Err(Refused::TooMuch("calls a function other than length(), which would take long"))
            }
            false => Err(Refused::NoPath),
        }
    }

    /// Where one thing is below the one that a filter looks at. Whether some of it is told from the end.
    fn place(&mut self) -> Result<bool, Refused> {
        let mut is_from_end = false;
        loop {
            let before = self.rest;
            self.blank();
            if self.rest.starts_with("..") || self.rest.starts_with(".*") {
                return Err(Refused::TooMuch(
                    "looks at several things for each in a filter: write one place, as in @.a[0]",
                ));
            }
            if self.takes(".") {
                self.part()?;
                self.name()?;
            } else if self.takes("[") {
                self.part()?;
                self.blank();
                is_from_end |= self.one()?;
                self.blank();
                self.needs("]")?;
            } else {
                self.rest = before;
                return Ok(is_from_end);
            }
        }
    }

    /// A name in quotes, or a number. Whether it is a place from the end.
    fn one(&mut self) -> Result<bool, Refused> {
        if self.begins(|c| matches!(c, '\'' | '"')) {
            self.quoted()?;
            return Ok(false);
        }
        if !self.begins(|c| c == '-' || c.is_ascii_digit()) {
            return Err(Refused::TooMuch(
                "looks at several things for each in a filter: write one place, as in @.a[0]",
            ));
        }
        let is_from_end = self.takes("-");
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        Ok(is_from_end)
    }
}

/// Whether two sides may be compared so.
fn compared(one: Side, sign: &str, other: Side) -> Read {
    if one.is_from_end || other.is_from_end {
        return Err(Refused::TooMuch(
            "compares what is at a place from the end, which is never found: write a place from the \
             start, as in @.a[0]",
        ));
    }
    if !matches!(sign, "==" | "!=") && !one.is_ordered && !other.is_ordered {
        return Err(Refused::TooMuch(
            "asks which is larger of what may be no number: write a number, a text in quotes or \
             length() on one side",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
