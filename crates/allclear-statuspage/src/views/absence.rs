//! There is no status page where one was asked for: say so to whoever looks for one, and to the
//! operator what to do.

use allclear_domain::status_page::Language;
use askama::Template;

use super::{LanguageLink, PageView};
use crate::messages::Messages;

/// Why there is no status page where one was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Absence {
    /// None was entered yet.
    NothingYet,
    /// There are some, and one of them cannot be shown.
    CannotBeShown,
}

impl Absence {
    /// Both.
    pub const ALL: [Self; 2] = [Self::NothingYet, Self::CannotBeShown];
}

/// The command that brings in a first history.
pub const FIRST_IMPORT: &str =
    "allclear import log outages.txt --timezone Europe/Berlin --page status";

#[derive(Template)]
#[template(path = "absence.html")]
pub(crate) struct AbsenceView {
    page: PageView,
    title: &'static str,
    text: &'static str,
    first: &'static str,
    steps: Vec<Step>,
}

/// Where the console is, on every host name.
const CONSOLE: &str = "/console";

/// Something to do: where, what to know of it, and the commands that do it.
#[derive(Default)]
struct Step {
    text: &'static str,
    path: &'static str,
    hint: &'static str,
    commands: &'static [&'static str],
}

impl AbsenceView {
    /// It answers at any address, so it links to nothing but itself in other languages, and to the
    /// console where that is the next step.
    pub(crate) fn new(absence: Absence, language: Language) -> Self {
        let m = Messages::of(language);
        let texts = &m.absence;
        let (title, text, first, steps) = match absence {
            Absence::NothingYet => {
                let import = &[FIRST_IMPORT, "allclear serve"];
                let (text, hint) = (texts.to_write, texts.to_set_up);
                let steps = vec![
                    Step { text, path: CONSOLE, hint, commands: &[] },
                    Step { text: texts.to_import, commands: import, ..Step::default() },
                    Step { text: texts.to_look, commands: &["allclear demo"], ..Step::default() },
                ];
                (texts.nothing_yet, texts.nothing_yet_text, texts.to_begin, steps)
            }
            Absence::CannotBeShown => {
                let commands = &["allclear doctor"];
                let steps = vec![Step { text: texts.to_examine, commands, ..Step::default() }];
                (texts.cannot_be_shown, texts.cannot_be_shown_text, "", steps)
            }
        };
        let languages = Language::ALL.into_iter().filter(|other| *other != language);
        let languages = languages.map(|other| LanguageLink::to(other, ""));
        let page =
            PageView { languages: languages.collect(), ..PageView::bare(m, title, "Allclear") };
        Self { page, title, text, first, steps }
    }
}
