//! History: months with records, the records of one month, and those without a date.

use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::entries::{DayView, EntryView};
use super::{Context, NO_DAY, PageView, Tab};
use crate::format::Html;
use crate::model::{Dated, MonthSum};
use crate::route::Route;

/// A cell of the table of months that counts nothing.
const NONE: &str = "–";

#[derive(Template)]
#[template(path = "history.html")]
pub(crate) struct HistoryPage {
    page: PageView,
    search: SearchForm,
    months: Vec<MonthRow>,
    /// Columns without any number are left out.
    has_incidents: bool,
    has_maintenance: bool,
    has_announcements: bool,
    undated: Option<Html>,
}

/// The form that searches.
pub(crate) struct SearchForm {
    pub(crate) action: String,
    /// The language to keep, where it is not the page's own.
    pub(crate) language: Option<&'static str>,
    pub(crate) words: String,
}

struct MonthRow {
    month: Html,
    incidents: String,
    maintenance: String,
    announcements: String,
    downtime: String,
}

impl HistoryPage {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let undated = context.model.history().undated.len();
        let months = context.model.months();
        let title = context.m.chrome.history;
        Self {
            page: context.page(title, Tab::History, context.model.present().status),
            search: context.search_form(""),
            months: months.iter().map(|sum| context.month_row(sum)).collect(),
            has_incidents: months.iter().any(|sum| sum.incidents > 0),
            has_maintenance: months.iter().any(|sum| sum.maintenance > 0),
            has_announcements: months.iter().any(|sum| sum.announcements > 0),
            undated: (undated > 0).then(|| {
                let label = (context.m.past.undated_count)(undated);
                Html::link(&context.href(&Route::Undated), &label)
            }),
        }
    }
}

#[derive(Template)]
#[template(path = "month.html")]
pub(crate) struct MonthPage {
    page: PageView,
    title: String,
    downtime: Vec<DownRow>,
    days: Vec<DayView>,
    earlier: Option<Html>,
    later: Option<Html>,
    history: String,
}

struct DownRow {
    name: Html,
    length: String,
}

impl MonthPage {
    pub(crate) fn new(context: &Context<'_>, year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        let history = context.model.history();
        let dated = history.between(first, first.last_of_month());
        let oldest = history.dated.last().map(|dated| dated.day);
        let is_past = first <= context.locale.today && Some(first.last_of_month()) >= oldest;
        if dated.is_empty() && (!is_past || oldest.is_none()) {
            return None;
        }
        let title = context.locale.month_year(year, month);
        let later = history.dated.iter().rev().find(|d| d.day > first.last_of_month());
        let earlier = history.dated.iter().find(|d| d.day < first);
        Some(Self {
            page: context.page(&title, Tab::History, context.model.present().status),
            title,
            downtime: context.downtime(year, month),
            days: context.days(dated),
            earlier: earlier.map(|dated| context.month_link(dated.day)),
            later: later.map(|dated| context.month_link(dated.day)),
            history: context.href(&Route::History),
        })
    }
}

#[derive(Template)]
#[template(path = "undated.html")]
pub(crate) struct UndatedPage {
    page: PageView,
    entries: Vec<EntryView>,
    history: String,
}

impl UndatedPage {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let undated = context.model.history().undated.iter();
        let title = context.m.past.undated;
        Self {
            page: context.page(title, Tab::History, context.model.present().status),
            entries: undated.filter_map(|record| context.entry(*record, NO_DAY)).collect(),
            history: context.href(&Route::History),
        }
    }
}

impl Context<'_> {
    pub(crate) fn search_form(&self, words: &str) -> SearchForm {
        let is_own = self.language == self.model.page().language;
        SearchForm {
            action: format!("{}history/search", self.base),
            language: (!is_own).then_some(self.language.tag()),
            words: words.to_owned(),
        }
    }

    fn month_link(&self, day: Date) -> Html {
        let (year, month) = (day.year(), day.month());
        let label = self.locale.month_year(year, month);
        Html::link(&self.href(&Route::Month { year, month }), &label)
    }

    fn month_row(&self, sum: &MonthSum) -> MonthRow {
        let count = |number: usize| match number {
            0 => NONE.to_owned(),
            some => self.locale.count(u64::try_from(some).unwrap_or(u64::MAX)),
        };
        let day = Date::new(sum.year, sum.month, 1).unwrap_or(self.locale.today);
        MonthRow {
            month: self.month_link(day),
            incidents: count(sum.incidents),
            maintenance: count(sum.maintenance),
            announcements: count(sum.announcements),
            downtime: if sum.down_seconds == 0 {
                NONE.to_owned()
            } else {
                self.locale.length(sum.down_seconds)
            },
        }
    }

    /// Downtime of the components of a month, longest first.
    fn downtime(&self, year: i16, month: i8) -> Vec<DownRow> {
        let Some((from, until)) = self.model.month_bounds(year, month) else {
            return Vec::new();
        };
        let lines = self.model.lines.iter().enumerate();
        let mut rows: Vec<(i64, usize, Html)> = lines
            .filter(|(_, line)| !line.is_group)
            .map(|(index, line)| (self.model.down_seconds(index, from, until), index, line))
            .filter(|(seconds, _, _)| *seconds > 0)
            .map(|(seconds, index, line)| (seconds, index, self.component_link(line)))
            .collect();
        rows.sort_by_key(|(seconds, index, _)| (std::cmp::Reverse(*seconds), *index));
        rows.into_iter()
            .map(|(seconds, _, name)| DownRow { name, length: self.locale.length(seconds) })
            .collect()
    }

    fn days(&self, dated: &[Dated]) -> Vec<DayView> {
        let mut days: Vec<(Date, DayView)> = Vec::new();
        for dated in dated {
            if days.last().is_none_or(|(day, _)| *day != dated.day) {
                let view =
                    DayView { label: self.locale.weekday_date(dated.day), entries: Vec::new() };
                days.push((dated.day, view));
            }
            if let Some((day, view)) = days.last_mut() {
                view.entries.extend(self.entry(dated.record, *day));
            }
        }
        days.into_iter().map(|(_, view)| view).collect()
    }

    /// The first days of the last twelve months, latest first.
    pub(crate) fn last_months(&self) -> Vec<Date> {
        let first = self.locale.today.first_of_month();
        (0..12).filter_map(|back| first.checked_sub(back.months()).ok()).collect()
    }
}
