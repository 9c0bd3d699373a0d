//! What is planned.

use allclear_domain::{ComponentStatus, Maintenance};
use askama::Template;
use jiff::ToSpan as _;

use super::cards::FactView;
use super::{Context, PageView, Tab};
use crate::format::Html;
use crate::route::Route;

#[derive(Template)]
#[template(path = "upcoming.html")]
pub(crate) struct UpcomingPage {
    page: PageView,
    soon: Vec<PlannedView>,
    later: Vec<PlannedView>,
}

/// A planned window.
pub(crate) struct PlannedView {
    pub(crate) day: String,
    pub(crate) month: String,
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) facts: Vec<Html>,
    /// It was to begin, and has not.
    pub(crate) late: Option<&'static str>,
    pub(crate) components: Html,
    pub(crate) plans: Vec<FactView>,
}

impl UpcomingPage {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let (soon, later) = context.planned_soon_and_later();
        let title = context.m.chrome.upcoming;
        Self {
            page: context.page(title, Tab::Upcoming, context.model.present().status),
            soon,
            later,
        }
    }
}

impl Context<'_> {
    /// Planned windows of the next 14 days, and those after them or without a date.
    pub(crate) fn planned_soon_and_later(&self) -> (Vec<PlannedView>, Vec<PlannedView>) {
        let today = self.locale.today;
        let horizon = today.checked_add(14.days()).unwrap_or(today);
        let (mut soon, mut later) = (Vec::new(), Vec::new());
        for place in &self.model.present().scheduled {
            let Some(window) = self.model.window_at(*place) else {
                continue;
            };
            let starts_at = window.window.starts_at;
            if starts_at.is_some_and(|at| self.locale.day_of(at) <= horizon) {
                soon.push(self.planned(window));
            } else {
                later.push(self.planned(window));
            }
        }
        (soon, later)
    }

    fn planned(&self, window: &Maintenance) -> PlannedView {
        let starts_at = window.window.starts_at;
        let starts_on = starts_at.map(|at| self.locale.day_of(at));
        let mut facts = Vec::new();
        let range = self.window(&window.window, starts_on.unwrap_or(super::NO_DAY));
        match starts_on {
            Some(day) => {
                let day = Html::text(&self.locale.weekday_date(day));
                facts.push(Html::join(&[day, range], ", "));
            }
            None => facts.push(range),
        }
        if let Some(length) = window.window.window().filter(|_| window.window.length.is_none()) {
            let seconds = length.ends_at.duration_since(length.starts_at).as_secs();
            facts.push(Html::text(&self.locale.length(seconds.max(0))));
        }
        let affected: Vec<Html> = window
            .record
            .affected
            .iter()
            .map(|affected| self.affected_name(&affected.target, &window.record))
            .filter(|name| !name.as_str().is_empty())
            .collect();
        PlannedView {
            day: starts_on.map_or_else(|| "?".to_owned(), |day| day.day().to_string()),
            month: starts_on
                .map_or_else(String::new, |day| self.locale.month_short(day.month()).to_owned()),
            href: self.href(&Route::Maintenance(window.public_id)),
            title: window.title.clone(),
            facts,
            late: starts_at.is_some_and(|at| at < self.locale.now).then_some(self.m.now.not_begun),
            components: Html::join(&affected, ", "),
            plans: self.plans(window),
        }
    }

    /// The mark of maintenance.
    pub(crate) fn maintenance_mark(&self) -> crate::format::StateMark {
        self.mark(ComponentStatus::UnderMaintenance)
    }
}
