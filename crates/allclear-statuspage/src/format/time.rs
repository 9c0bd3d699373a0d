//! Times and lengths by language, with the precision that the record has.

use allclear_domain::check::Checked;
use allclear_domain::times::{Bound, Moment};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{Html, Locale};

/// An instant as machines read it, to the second, in UTC.
fn utc_text(at: Timestamp) -> String {
    let utc = at.to_zoned(TimeZone::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        utc.year(),
        utc.month(),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second()
    )
}

fn clock(hour: i8, minute: i8) -> String {
    format!("{hour:02}:{minute:02}")
}

impl Locale {
    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.zone.clone())
    }

    /// The day of an instant in the page's zone.
    pub(crate) fn day_of(&self, at: Timestamp) -> Date {
        self.zoned(at).date()
    }

    /// `24 Nov`, with the year where it is not the present one.
    pub(crate) fn date(&self, date: Date) -> String {
        let month = self.month_short(date.month());
        let day_month = format!("{}{} {month}", date.day(), self.messages.day_dot);
        if date.year() == self.today.year() {
            day_month
        } else {
            format!("{day_month} {}", date.year())
        }
    }

    /// `Tue 24 Nov`.
    pub(crate) fn weekday_date(&self, date: Date) -> String {
        let index = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        let weekday = self.messages.weekdays_short.get(index).unwrap_or(&"");
        format!("{weekday}{}{}", self.messages.weekday_gap, self.date(date))
    }

    /// `14 – 17 Nov`.
    pub(crate) fn date_range(&self, first: Date, last: Date) -> String {
        if first == last {
            return self.weekday_date(first);
        }
        if (first.year(), first.month()) == (last.year(), last.month()) {
            return format!("{}{} – {}", first.day(), self.messages.day_dot, self.date(last));
        }
        format!("{} – {}", self.date(first), self.date(last))
    }

    /// `Nov`.
    pub(crate) fn month_short(&self, month: i8) -> &'static str {
        let index = usize::try_from(month - 1).unwrap_or(0);
        self.messages.months_short.get(index).copied().unwrap_or("")
    }

    /// `November 2026`.
    pub(crate) fn month_year(&self, year: i16, month: i8) -> String {
        let index = usize::try_from(month - 1).unwrap_or(0);
        let name = self.messages.months.get(index).copied().unwrap_or("");
        format!("{name} {year}")
    }

    /// `13:05`, with the date where it is not `day`.
    fn text(&self, at: Timestamp, day: Date) -> String {
        let zoned = self.zoned(at);
        let clock = clock(zoned.hour(), zoned.minute());
        if zoned.date() == day { clock } else { format!("{}, {clock}", self.date(zoned.date())) }
    }

    /// `12:05 UTC`, with a date in front where it is not the one that stands beside it.
    fn utc(&self, at: Timestamp) -> String {
        let utc = at.to_zoned(TimeZone::UTC);
        let clock = clock(utc.hour(), utc.minute());
        if utc.date() == self.day_of(at) {
            format!("{clock} UTC")
        } else {
            format!("{}, {clock} UTC", self.date(utc.date()))
        }
    }

    fn time_element(&self, at: Timestamp, day: Date) -> String {
        format!("<time datetime=\"{}\">{}</time>", utc_text(at), self.text(at, day))
    }

    /// An instant in the page's zone and in UTC; the date stands where it is not `day`.
    pub(crate) fn instant(&self, at: Timestamp, day: Date) -> Html {
        let element = self.time_element(at, day);
        if self.is_utc {
            return Html(format!("{element}\u{a0}UTC"));
        }
        Html(format!("{element} <span class=\"utc\">({})</span>", self.utc(at)))
    }

    fn day_element(&self, day: Date) -> String {
        format!("<time datetime=\"{day}\">{}</time>", self.date(day))
    }

    /// A day, as an element.
    pub(crate) fn day(&self, day: Date) -> Html {
        Html(self.day_element(day))
    }

    /// A bound, no more exact than it is known.
    pub(crate) fn bound(&self, bound: Bound, day: Date) -> Html {
        match bound {
            Bound::At { at, .. } if bound.is_approximate() => {
                Html(format!("{} {}", self.messages.about, self.instant(at, day)))
            }
            Bound::At { at, .. } => self.instant(at, day),
            Bound::On { on } if on == day => Html(self.messages.time_not_known.to_owned()),
            Bound::On { on } => Html(format!("{} {}", self.messages.on_day, self.day_element(on))),
            Bound::Unknown => Html(self.messages.time_not_known.to_owned()),
        }
    }

    fn local(&self, local: Time) -> String {
        format!(
            "{} <span class=\"utc\">({})</span>",
            clock(local.hour(), local.minute()),
            self.messages.local_time
        )
    }

    /// A moment, no more exact than it is known.
    pub(crate) fn moment(&self, moment: Moment, day: Date) -> Html {
        match moment {
            Moment::At { at } => self.instant(at, day),
            Moment::On { on, local: None } => self.bound(Bound::On { on }, day),
            Moment::On { on, local: Some(local) } => {
                Html(format!("{}, {}", self.day_element(on), self.local(local)))
            }
            Moment::Local { local } => Html(self.local(local)),
            Moment::Unknown => Html(self.messages.time_not_known.to_owned()),
        }
    }

    /// From one bound to another: `13:05–14:17 12:05–13:17 UTC`. A missing end is left open.
    pub(crate) fn range(&self, from: Bound, until: Option<Bound>, day: Date) -> Html {
        let (Some(start), Some(Some(end))) = (from.instant(), until.map(Bound::instant)) else {
            return match until {
                None | Some(Bound::Unknown) => self.bound(from, day),
                Some(until) if until == from => self.bound(from, day),
                Some(until) => Html(format!(
                    "{} – {}",
                    self.bound(from, day),
                    self.bound(until, from.day(&self.zone).unwrap_or(day))
                )),
            };
        };
        let about = |bound: Bound| {
            if bound.is_approximate() { format!("{} ", self.messages.about) } else { String::new() }
        };
        let local = format!(
            "{}{}{}{}{}",
            about(from),
            self.time_element(start, day),
            self.dash(start, end),
            until.map(about).unwrap_or_default(),
            self.time_element(end, self.day_of(start)),
        );
        if self.is_utc {
            return Html(format!("{local}\u{a0}UTC"));
        }
        let (start_utc, end_utc) = (start.to_zoned(TimeZone::UTC), end.to_zoned(TimeZone::UTC));
        let utc = |utc: &Zoned, beside: Date| {
            let clock = clock(utc.hour(), utc.minute());
            if utc.date() == beside { clock } else { format!("{}, {clock}", self.date(utc.date())) }
        };
        // Two dates are too long for a narrow screen: the line may break between them.
        let gap = if end_utc.date() == start_utc.date() {
            " – "
        } else {
            " –</span> <span class=\"utc\">"
        };
        Html(format!(
            "{local} <span class=\"utc\">({}{gap}{} UTC)</span>",
            utc(&start_utc, self.day_of(start)),
            utc(&end_utc, start_utc.date()),
        ))
    }

    /// Between two instants; the line may break there only where each has its date.
    fn dash(&self, from: Timestamp, until: Timestamp) -> &'static str {
        if self.day_of(from) == self.day_of(until) { "\u{a0}–\u{a0}" } else { "\u{a0}– " }
    }

    /// From one instant to another in the page's zone only, for places where UTC stands once.
    pub(crate) fn stretch(&self, from: Timestamp, until: Timestamp, day: Date) -> Html {
        Html(format!(
            "{}{}{}",
            self.time_element(from, day),
            self.dash(from, until),
            self.time_element(until, self.day_of(from))
        ))
    }

    /// One instant in the page's zone only.
    pub(crate) fn instant_local(&self, at: Timestamp, day: Date) -> Html {
        Html(self.time_element(at, day))
    }

    /// A length: `8 min`, `1 h 12 min`, `2 d 3 h`.
    pub(crate) fn length(&self, seconds: i64) -> String {
        let [_, min, h, d] = self.messages.units;
        let minutes = seconds / 60;
        let (days, hours, rest) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        match (days, hours, rest) {
            (0, 0, 0) => self.messages.under_a_minute.to_owned(),
            (0, 0, rest) => format!("{rest}\u{a0}{min}"),
            (0, hours, 0) => format!("{hours}\u{a0}{h}"),
            (0, hours, rest) => format!("{hours}\u{a0}{h} {rest}\u{a0}{min}"),
            (days, 0, _) => format!("{days}\u{a0}{d}"),
            (days, hours, _) => format!("{days}\u{a0}{d} {hours}\u{a0}{h}"),
        }
    }

    /// The length between two bounds, with its precision; `None` where it is not known.
    pub(crate) fn length_between(&self, from: Bound, until: Bound) -> Option<String> {
        let seconds = until.instant()?.duration_since(from.instant()?).as_secs();
        let length = self.length(seconds.max(0));
        if from.is_approximate() || until.is_approximate() {
            return Some(format!("{} {length}", self.messages.about));
        }
        Some(length)
    }

    /// How long something goes on already; the browser keeps it current.
    pub(crate) fn elapsed(&self, since: Bound) -> Option<Html> {
        let at = since.instant()?;
        let length = self.length(self.now.duration_since(at).as_secs().max(0));
        let span = format!("<span data-since=\"{}\">{length}</span>", at.as_second());
        let text = (self.messages.so_far)(&span);
        if since.is_approximate() {
            return Some(Html(format!("{} {text}", self.messages.about)));
        }
        Some(Html(text))
    }

    /// Since when everything was checked that checks watch, as a sentence.
    pub(crate) fn checked(&self, checked: Checked) -> Html {
        let time = self.instant(checked.since, self.today);
        let m = &self.messages.now;
        let told = if checked.is_late { m.unchecked_since } else { m.checked_since };
        Html(told(time.as_str()))
    }

    /// The instant of this rendering; the browser turns it into an age.
    pub(crate) fn freshness(&self) -> Html {
        let zoned = self.zoned(self.now);
        let utc = if self.is_utc {
            " UTC".to_owned()
        } else {
            format!(" <span class=\"utc\">({})</span>", self.utc(self.now))
        };
        Html(format!(
            "<span data-fresh><time datetime=\"{}\">{}</time>{utc}</span>",
            utc_text(self.now),
            clock(zoned.hour(), zoned.minute())
        ))
    }
}
