//! The first view: present, future, past.

use allclear_domain::ComponentStatus;
use askama::Template;
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::cards::{IncidentCard, MaintenanceCard, PromiseView};
use super::entries::{DayView, EntryView};
use super::tree::NodeView;
use super::upcoming::PlannedView;
use super::{Context, PageView, Tab};
use crate::format::{Html, StateMark, prose};
use crate::model::{Dated, Hero, RecordRef};
use crate::route::Route;

/// Promises that stand open; more are folded.
const PROMISES_SHOWN: usize = 3;
/// Records that stand where seven days are quiet.
const RECENT_SHOWN: usize = 5;
/// Components above which there is a filter.
const FILTER_ABOVE: usize = 20;

#[derive(Template)]
#[template(path = "now.html")]
pub(crate) struct NowPage {
    page: PageView,
    hero: HeroView,
    fresh: Html,
    checked: Option<CheckedView>,
    notices: Vec<NoticeView>,
    incidents: Vec<IncidentCard>,
    windows: Vec<MaintenanceCard>,
    has_filter: bool,
    nodes: Vec<NodeView>,
    formula: String,
    first_day: String,
    words: String,
    soon: Vec<PlannedView>,
    later: Vec<PlannedView>,
    promises: Vec<PromiseView>,
    more_promises: Vec<PromiseView>,
    more_promises_label: String,
    days: Vec<DayView>,
    recent: Vec<EntryView>,
}

/// The sentence at the top.
struct HeroView {
    mark: StateMark,
    text: String,
    since: Option<Html>,
}

/// Since when everything was checked that checks watch.
struct CheckedView {
    text: Html,
    is_late: bool,
}

/// An announcement that is present.
struct NoticeView {
    href: String,
    title: String,
    time: Html,
    body: Html,
}

impl NowPage {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        let model = context.model;
        let present = model.present();
        let hero = context.hero();
        let title = format!("{} {}", hero.mark.icon, hero.text);
        let (soon, later) = context.planned_soon_and_later();
        let mut promises = context.promises();
        let more_promises = promises.split_off(promises.len().min(PROMISES_SHOWN));
        let days = context.past_days();
        let is_quiet = days.iter().all(|day| day.entries.is_empty());
        let incidents = present.open_incidents.iter();
        let windows = present.under_way.iter();
        Self {
            page: context.page(&title, Tab::Now, present.status),
            hero,
            fresh: context.locale.freshness(),
            checked: context.checked(),
            notices: context.notices(),
            incidents: incidents
                .filter_map(|place| Some(context.incident_card(model.incident_at(*place)?)))
                .collect(),
            windows: windows
                .filter_map(|place| Some(context.maintenance_card(model.window_at(*place)?)))
                .collect(),
            has_filter: model.lines.len() > FILTER_ABOVE,
            nodes: context.tree(),
            formula: (context.m.now.formula)(model.page().uptime),
            first_day: model.first_day.to_string(),
            words: context.words(),
            soon,
            later,
            promises,
            more_promises_label: (context.m.now.more)(more_promises.len()),
            more_promises,
            recent: if is_quiet { context.most_recent(RECENT_SHOWN) } else { Vec::new() },
            days,
        }
    }
}

impl Context<'_> {
    fn checked(&self) -> Option<CheckedView> {
        let checked = self.model.checked()?;
        Some(CheckedView { text: self.locale.checked(checked), is_late: checked.is_late })
    }

    fn hero(&self) -> HeroView {
        let m = &self.m.now;
        let present = self.model.present();
        let line = |index: usize| self.model.lines.get(index);
        let name = |index: usize| line(index).map_or("", |line| self.name(line));
        let count = |number: usize| self.locale.count(u64::try_from(number).unwrap_or(u64::MAX));
        let text = match present.hero {
            Hero::Good => m.all_operational.to_owned(),
            Hero::Quiet => m.no_open_incident.to_owned(),
            Hero::One(index) => {
                let status = line(index).map_or(present.status, |line| line.status);
                (m.hero_one)(name(index), self.mark(status).inline)
            }
            Hero::Some { affected, total } => (m.hero_some)(&count(affected), &count(total)),
            Hero::All(status) => (m.hero_all)(self.mark(status).inline),
            Hero::Incidents(count) => (m.hero_incidents)(count),
            Hero::Shutdown => m.hero_shutdown.to_owned(),
            Hero::MaintenanceOne(index) => (m.hero_maintenance_one)(name(index)),
            Hero::Maintenance => m.hero_maintenance.to_owned(),
        };
        let status = match present.hero {
            Hero::Maintenance | Hero::MaintenanceOne(_) => ComponentStatus::UnderMaintenance,
            Hero::Shutdown if present.status <= ComponentStatus::UnderMaintenance => {
                ComponentStatus::MajorOutage
            }
            _ => present.status,
        };
        let mut mark = self.mark(status);
        let is_bad = !matches!(present.hero, Hero::Good | Hero::Quiet);
        if is_bad && status == ComponentStatus::Operational {
            mark.icon = "○";
            mark.class = "quiet";
        }
        HeroView {
            mark,
            text,
            since: present.since.map(|at| self.locale.instant(at, self.locale.today)),
        }
    }

    fn notices(&self) -> Vec<NoticeView> {
        let notices = self.model.present().announcements.iter();
        notices
            .filter_map(|place| self.model.snapshot.announcements.get(*place))
            .map(|notice| NoticeView {
                href: self.href(&Route::Announcement(notice.public_id)),
                title: notice.title.clone(),
                time: self.locale.moment(notice.shown_at, self.locale.today),
                body: prose(&notice.body),
            })
            .collect()
    }

    fn promises(&self) -> Vec<PromiseView> {
        let promises = self.model.present().promises.iter();
        promises
            .filter_map(|promise| {
                let action = self.model.action_of(*promise)?;
                Some(self.promise(action, Some(self.record_link(promise.record))))
            })
            .collect()
    }

    /// The words of the bars: by status, then for no data, then for an unknown length.
    pub(crate) fn words(&self) -> String {
        let mut words: Vec<&str> = self.m.statuses.to_vec();
        words.push(self.m.no_data);
        words.push(self.m.length_not_known);
        words.join("|")
    }

    /// The past seven days, latest first; quiet ones in one line.
    fn past_days(&self) -> Vec<DayView> {
        let today = self.locale.today;
        let first = today.checked_sub(6.days()).unwrap_or(today);
        let dated = self.model.recent(first, today);
        let long = self.long_incidents(first);
        let mut days: Vec<DayView> = Vec::new();
        let mut quiet: Option<(Date, Date)> = None;
        let mut day = today;
        while day >= first {
            let mut entries = self.entries_of(&dated, day);
            entries.extend(self.continued_entries(&long, day));
            if entries.is_empty() {
                let last = quiet.map_or(day, |(_, last)| last);
                quiet = Some((day, last));
            } else {
                days.extend(self.quiet_days(quiet.take()));
                days.push(DayView { label: self.locale.weekday_date(day), entries });
            }
            let Ok(before) = day.yesterday() else { break };
            day = before;
        }
        days.extend(self.quiet_days(quiet));
        days
    }

    fn quiet_days(&self, days: Option<(Date, Date)>) -> Option<DayView> {
        let (first, last) = days?;
        Some(DayView { label: self.locale.date_range(first, last), entries: Vec::new() })
    }

    pub(crate) fn entries_of(&self, dated: &[Dated], day: Date) -> Vec<EntryView> {
        dated
            .iter()
            .filter(|dated| dated.day == day)
            .filter_map(|dated| self.entry(dated.record, day))
            .collect()
    }

    /// Incidents that went on for more than one day and reach to `first` or beyond: place, first
    /// day, last day.
    fn long_incidents(&self, first: Date) -> Vec<(usize, Date, Date)> {
        let locale = &self.locale;
        let from = self.model.start_of(first);
        let incidents = self.model.snapshot.incidents.iter().enumerate();
        incidents
            .filter_map(|(place, incident)| {
                let ended = match incident.ended() {
                    None => locale.now,
                    Some(ended) => ended.instant()?,
                };
                let began = incident.started.instant()?;
                if Some(ended) < from {
                    return None;
                }
                Some((place, locale.day_of(began), locale.day_of(ended)))
            })
            .filter(|(_, began, ended)| began < ended)
            .collect()
    }

    /// Incidents that began on an earlier day and went on through this one: no day is called quiet
    /// on which something was down.
    fn continued_entries(&self, long: &[(usize, Date, Date)], day: Date) -> Vec<EntryView> {
        long.iter()
            .filter(|(_, began, ended)| *began < day && day <= *ended)
            .filter_map(|(place, _, _)| {
                let mut entry = self.entry(RecordRef::Incident(*place), day)?;
                entry.facts.insert(0, Html::text(self.m.past.continued));
                Some(entry)
            })
            .collect()
    }

    fn most_recent(&self, count: usize) -> Vec<EntryView> {
        let latest = self.model.latest(count);
        latest.iter().filter_map(|dated| self.entry(dated.record, super::NO_DAY)).collect()
    }
}
