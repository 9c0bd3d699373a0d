//! A status page that readers need a password for: the form that asks for it. It tells nothing of the
//! page behind it, not even its name, so that one form serves all of them.

use allclear_domain::limits;
use allclear_domain::status_page::Language;
use askama::Template;

use super::{LanguageLink, PageView};
use crate::messages::Messages;

/// Why a protected status page is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Closed {
    /// Its password is asked for.
    Asked,
    /// The password was wrong.
    WrongPassword,
    /// There were too many attempts.
    TooManyAttempts,
    /// The password cannot be checked at the moment.
    NotNow,
}

impl Closed {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Asked, Self::WrongPassword, Self::TooManyAttempts, Self::NotNow];

    /// The HTTP status.
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::Asked | Self::WrongPassword => 403,
            Self::TooManyAttempts => 429,
            Self::NotNow => 503,
        }
    }
}

#[derive(Template)]
#[template(path = "closed.html")]
pub(crate) struct ClosedView {
    page: PageView,
    problem: &'static str,
    bytes_max: usize,
}

impl ClosedView {
    /// It answers at any address below the page, and is sent to where it was asked for.
    pub(crate) fn new(closed: Closed, language: Language) -> Self {
        let m = Messages::of(language);
        let texts = &m.closed;
        let problem = match closed {
            Closed::Asked => "",
            Closed::WrongPassword => texts.wrong_password,
            Closed::TooManyAttempts => texts.too_many_attempts,
            Closed::NotNow => texts.not_now,
        };
        let languages = Language::ALL.into_iter().filter(|other| *other != language);
        let languages = languages.map(|other| LanguageLink::to(other, ""));
        let bare = PageView::bare(m, texts.title, texts.brand);
        let page = PageView { languages: languages.collect(), is_listed: false, ..bare };
        Self { page, problem, bytes_max: limits::PASSWORD_BYTES_MAX }
    }
}
