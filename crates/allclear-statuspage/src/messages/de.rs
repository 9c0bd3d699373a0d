//! German.

use allclear_domain::status_page::{MaintenancePolicy, UptimePolicy};

use super::{
    AbsenceTexts, Chrome, ClosedTexts, ComponentTexts, IncidentTexts, MaintenanceTexts, Messages,
    Now, Past, RecordTexts, percent,
};

pub(super) static MESSAGES: Messages = Messages {
    tag: "de",
    read_in: "Diese Seite auf Deutsch",
    months: [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
    months_short: [
        "Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sep.", "Okt.", "Nov.",
        "Dez.",
    ],
    weekdays_short: ["Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"],
    day_dot: ".",
    weekday_gap: ", ",
    units: ["s", "min", "h", "Tg."],
    under_a_minute: "unter 1 min",
    decimal: ",",
    thousands: ".",
    about: "etwa",
    on_day: "am",
    time_not_known: "Zeit nicht bekannt",
    date_not_known: "Datum nicht bekannt",
    length_not_known: "Dauer nicht bekannt",
    since: "seit",
    ago: "vor {}",
    so_far: |length| format!("bisher {length}"),
    local_time: "Ortszeit",
    your_time: "Ihre Zeit",
    times_in: |zone| format!("Zeiten in {zone} und UTC"),
    times_in_utc: "Zeiten in UTC",
    statuses: ["In Betrieb", "In Wartung", "Beeinträchtigt", "Teilausfall", "Ausfall"],
    statuses_inline: ["in Betrieb", "in Wartung", "beeinträchtigt", "Teilausfall", "Ausfall"],
    no_data: "Keine Daten",
    incident_statuses: ["Wird untersucht", "Ursache bekannt", "Wird beobachtet", "Behoben"],
    maintenance_statuses: ["Geplant", "Läuft", "Wird geprüft", "Abgeschlossen", "Abgesagt"],
    chrome: Chrome {
        skip: "Zum Inhalt",
        pages: "Seiten",
        now: "Jetzt",
        upcoming: "Geplant",
        history: "Verlauf",
        uptime: "Verfügbarkeit nach Monaten",
        served_by: "Bereitgestellt von Allclear",
        not_found: "Unter dieser Adresse steht nichts",
        not_found_text: "Vielleicht ist die Adresse vertippt, oder was hier stand, wurde zurückgezogen. \
                         Was jetzt bekannt ist und was früher geschah, steht hier:",
        to_now: "Status jetzt",
    },
    absence: ABSENCE,
    closed: CLOSED,
    now: NOW,
    past: PAST,
    incident: INCIDENT,
    record: RECORD,
    maintenance: MAINTENANCE,
    component: COMPONENT,
};

const ABSENCE: AbsenceTexts = AbsenceTexts {
    nothing_yet: "Hier gibt es noch keine Statusseite",
    nothing_yet_text: "Wenn Sie wissen möchten, wie es um einen Dienst steht: Wer ihn betreibt, hat \
                       unter dieser Adresse noch nichts veröffentlicht. Bitte fragen Sie dort \
                       nach, oder kommen Sie später wieder.",
    cannot_be_shown: "Diese Statusseite kann gerade nicht gezeigt werden",
    cannot_be_shown_text: "Mit der Seite selbst stimmt etwas nicht. Das sagt nichts darüber, wie es \
                           um den Dienst steht. Bitte versuchen Sie es später noch einmal.",
    operator: "Wenn Sie diesen Server betreiben",
    to_begin: "Allclear läuft, und noch ist keine Statusseite eingetragen. Tun Sie eines davon:",
    to_write: "Legen Sie in der Konsole eine an:",
    to_set_up: "Beim ersten Mal öffnen Sie den Link, den der Server beim Start ausgegeben hat. \
                Solange ihn niemand benutzt hat, gibt jeder Start einen neuen aus.",
    to_import: "Bringen Sie Ihre Ausfälle als Textdatei mit. Halten Sie zuerst den Server an, und \
                geben Sie beiden Befehlen seine Einstellungen mit, etwa --data.",
    to_look: "Sehen Sie sich ein gefülltes Beispiel an, wenn dieser Server angehalten ist. Es liegt \
              in einem Ordner auf Zeit und wird am Ende entfernt.",
    to_examine: "Welche Statusseite fehlt und warum, steht im Protokoll des Servers. Was mit der \
                 Datenbank nicht stimmt, zeigt dieser Befehl:",
};

const CLOSED: ClosedTexts = ClosedTexts {
    brand: "Statusseite",
    title: "Diese Seite braucht ein Passwort",
    text: "Wer sie lesen soll, hat das Passwort von denen bekommen, die sie veröffentlichen. In diesem \
           Browser geben Sie es einmal im Monat ein.",
    password: "Passwort",
    open: "Seite öffnen",
    wrong_password: "Das Passwort ist falsch. Vielleicht wurde es geändert: Bitte fragen Sie dort nach, \
                     woher Sie es haben.",
    too_many_attempts: "Das waren zu viele Versuche. Bitte warten Sie eine Minute, dann versuchen Sie \
                        es noch einmal.",
    not_now: "Das Passwort kann gerade nicht geprüft werden. Bitte versuchen Sie es später noch einmal.",
};

const NOW: Now = Now {
    all_operational: "Alle Systeme in Betrieb",
    no_open_incident: "Keine Störung offen",
    hero_one: |name, status| format!("{name}: {status}"),
    hero_some: |affected, total| format!("{affected} von {total} Komponenten sind betroffen"),
    hero_all: |status| format!("Alle Komponenten: {status}"),
    hero_incidents: |count| match count {
        1 => "Eine Störung ist offen".to_owned(),
        _ => format!("{count} Störungen sind offen"),
    },
    hero_shutdown: "Absichtlich abgeschaltet",
    hero_maintenance_one: |name| format!("Wartung läuft: {name}"),
    hero_maintenance: "Wartung läuft",
    as_of: "Stand",
    checked_since: |time| format!("Was hier überwacht wird, wurde um {time} oder später geprüft."),
    unchecked_since: |time| {
        format!(
            "Nicht alles, was hier überwacht wird, wurde nach {time} geprüft. Was davon zu sehen ist, \
             kann veraltet sein."
        )
    },
    announcements: "Hinweise",
    active_incidents: "Laufende Störungen",
    maintenance_in_progress: "Laufende Wartung",
    components: "Komponenten",
    filter: "Komponenten filtern",
    affected_of: |affected, total| format!("{affected} von {total} betroffen"),
    parts: |count| match count {
        1 => "1 Teil".to_owned(),
        _ => format!("{count} Teile"),
    },
    about_group: |name| format!("Alles zu {name}"),
    days_ago_90: "vor 90 Tagen",
    days_ago_30: "vor 30 Tagen",
    today: "heute",
    uptime_of: |share| format!("{share} verfügbar"),
    formula,
    bars_all_good: |name| format!("{name}, letzte 90 Tage: keine Störungen"),
    bars_problems: |name, days| match days {
        1 => format!("{name}, letzte 90 Tage: Störungen an 1 Tag"),
        _ => format!("{name}, letzte 90 Tage: Störungen an {days} Tagen"),
    },
    bars_no_data: |days| match days {
        1 => "1 Tag ohne Daten".to_owned(),
        _ => format!("{days} Tage ohne Daten"),
    },
    next_14_days: "Nächste 14 Tage",
    later: "Später",
    nothing_planned: "Es ist keine Wartung geplant.",
    nothing_in_14_days: "Für die nächsten 14 Tage ist keine Wartung geplant.",
    not_begun: "noch nicht begonnen",
    past_7_days: "Letzte 7 Tage",
    most_recent: "Zuletzt",
    all_history: "Gesamter Verlauf",
    promised: "Zugesagt",
    due_by: |day| format!("bis {day}"),
    overdue_since: |day| format!("überfällig, zugesagt bis {day}"),
    no_due_date: "ohne Datum",
    more: |count| format!("{count} weitere"),
};

const PAST: Past = Past {
    no_incidents: "Keine Störungen",
    continued: "fortgesetzt",
    ongoing: "dauert an",
    announcement: "Hinweis",
    history_text: "Alle Störungen, Wartungen und Hinweise nach dem Monat, in dem sie begannen.",
    month: "Monat",
    incidents: "Störungen",
    maintenance: "Wartungen",
    announcements: "Hinweise",
    downtime: "Ausfallzeit",
    downtime_note: "Ausfallzeit ist die Zeit mit einem Ausfall oder Teilausfall mindestens einer Komponente.",
    downtime_by_component: "Ausfallzeit nach Komponenten",
    no_downtime: "keine",
    no_records: "Es ist noch nichts verzeichnet.",
    nothing_in_month: "In diesem Monat ist nichts geschehen.",
    undated: "Ohne Datum",
    undated_text: "Zu diesen Einträgen nannte der Herausgeber kein Datum. Sie zählen in keiner Summe und stehen in keiner anderen Liste.",
    undated_count: |count| match count {
        1 => "1 Eintrag ohne Datum".to_owned(),
        _ => format!("{count} Einträge ohne Datum"),
    },
    search: "Suchen",
    search_label: "Im Verlauf suchen",
    search_for: |words| format!("Suche nach „{words}“"),
    found: |count| match count {
        0 => "Es wurde nichts gefunden.".to_owned(),
        1 => "1 Eintrag wurde gefunden.".to_owned(),
        _ => format!("{count} Einträge wurden gefunden."),
    },
    found_more: |total, shown| {
        format!("{total} Einträge wurden gefunden; die letzten {shown} sind zu sehen.")
    },
    no_words: "Geben Sie ein oder mehrere Wörter ein. Gefunden wird ein Eintrag, in dessen Titel, \
               Meldungen, Angaben oder Quelle alle vorkommen.",
    earlier: "Früher",
    later: "Später",
    months: "Monate",
    month_text: "Ausfallzeit ist die Zeit mit einem Ausfall oder Teilausfall.",
    uptime_text: "Ausfallzeit ist die Zeit mit einem Ausfall oder Teilausfall; sie steht unter dem Anteil.",
    last_12_months: "Die letzten 12 Monate jeder Komponente; auf ihrer eigenen Seite stehen alle Einträge.",
    day: "Tag",
    component: "Komponente",
};

const INCIDENT: IncidentTexts = IncidentTexts {
    incident: "Störung",
    started: "Beginn",
    all_components: "Alle Komponenten",
    not_affected: "Nicht betroffen:",
    you_should: "Was Sie tun sollten:",
    next_due: "Nächste Meldung bis",
    next_was_due: "Eine Meldung war angekündigt bis",
    earlier_updates: |count| match count {
        1 => "1 frühere Meldung".to_owned(),
        _ => format!("{count} frühere Meldungen"),
    },
    deliberate: "Absichtlich abgeschaltet",
    deliberate_text: "Der Betreiber hat dies absichtlich abgeschaltet.",
    intermittent: "mit Unterbrechungen",
    reported_length: |length| format!("veröffentlicht als „{length}“"),
    entered_afterwards: "nachträglich eingetragen",
    impact: "Auswirkung",
    otherwise: |status| format!("sonst {status}"),
    updates: "Meldungen",
    no_updates: "Es wurden keine Meldungen veröffentlicht.",
    update: "Meldung",
    link_to_update: "Adresse dieser Meldung",
    edited: "geändert",
    earlier_versions: |count| match count {
        1 => "Frühere Fassung".to_owned(),
        _ => format!("{count} frühere Fassungen"),
    },
    until_edit: "bis",
    time_shown: "angezeigte Zeit",
    backfilled: "nachträglich eingetragen",
    reopened: "Wieder geöffnet",
    had_ended: "das Ende war angegeben mit",
    postmortem: "Aufarbeitung",
    timeline: "Ablauf",
    factors: "Was dazu beitrug",
    discussion: "Öffentliche Diskussion",
    same_cause: "Gleiche Ursache wie",
    later_same_cause: "Später mit gleicher Ursache",
    converted_from: "Begann als Wartung",
    source_text: "So damals veröffentlicht",
    earlier: "Früher",
    later: "Später",
    neighbours: "Frühere und spätere Einträge",
};

const RECORD: RecordTexts = RecordTexts {
    record: "Angaben",
    affected: "Betroffen",
    except: "außer",
    at_worst: |status| format!("schlimmster Stand: {status}"),
    began: "Beginn",
    ended: "Ende",
    length: "Dauer",
    reported: "Veröffentlichte Dauer",
    service: "Bezeichnung des Herausgebers",
    level: "Ausmaß",
    levels: [
        "nichts ging",
        "ein Teil ging",
        "es ging schlecht",
        "es ging verspätet",
        "nur der Webteil fehlte",
        "geplante Arbeiten",
    ],
    fault_pages: "Mitteilung des Anbieters",
    losses: "Verluste",
    loss_of: "Wovon",
    loss_what: "Was",
    loss_outcome: "Ergebnis",
    loss_detail: "Einzelheiten",
    loss_kinds: ["Transaktionen", "Daten", "Einstellungen", "E-Mails"],
    loss_any: "alles",
    loss_outcomes: [
        "nichts verloren",
        "wiederhergestellt",
        "größtenteils wiederhergestellt",
        "verspätet, nicht verloren",
        "sehr wenig verloren",
        "teilweise verloren",
        "verloren",
        "nicht angegeben",
    ],
    loss_share: |share| format!("{share} verloren"),
    accepted: |count| format!("{count} angenommen"),
    delivered: |count| format!("{count} zugestellt"),
    late: |count| format!("{count} verspätet"),
    lost: |count| format!("{count} verloren"),
    settled: "Ausgeglichen",
    corrections: "Berichtigungen",
    causes: ["Ursache", "Vermutete Ursache", "Ausgeschlossen"],
    corrected: "Berichtigt",
    detected_by: "Bemerkt durch",
    detected_at: "Bemerkt um",
    security: "Sicherheit",
    customers_should: "Was Sie tun sollten",
    contradictions: "Die Quelle widerspricht sich",
    contradiction: |field, printed, against| {
        format!("{field}: gedruckt ist „{printed}“, dagegen steht „{against}“")
    },
    steps: "Schritte",
    step_promised: "zugesagt",
    step_done: "erledigt",
    step_dropped: "aufgegeben",
    overdue: "überfällig",
};

const MAINTENANCE: MaintenanceTexts = MaintenanceTexts {
    maintenance: "Wartung",
    ends_in: |length| format!("endet in {length}"),
    overrun_by: |length| format!("{length} über der angekündigten Zeit"),
    past_abort: "nicht fertig, als es zurückgenommen werden sollte",
    progress: |done, whole| format!("{done} von {whole}"),
    recovery_plan: "Falls es misslingt",
    abort_at: "Wird zurückgenommen, wenn nicht fertig bis",
    expected_effect: "Was Sie bemerken werden",
    window: "Zeitraum",
    former_window: "Zuvor angekündigt",
    changed: "geändert",
    steps: "Fortschritt",
    cancelled_at: "Abgesagt",
    became: "Wurde zur Störung",
    work_began: "Beginn der Arbeiten",
    date_to_come: "das Datum wird noch bekannt gegeben",
};

const COMPONENT: ComponentTexts = ComponentTexts {
    part_of: "Teil von",
    parts: "Teile",
    last_90_days: "Letzte 90 Tage",
    all_time: |day| format!("Seit {day}"),
    uptime: "Verfügbarkeit",
    mean_of_parts: "Die Verfügbarkeit einer Gruppe ist der Mittelwert ihrer Teile; ihre Balken zeigen das schlechteste davon.",
    days: "Tag für Tag",
    days_caption: "Tage der letzten 90, die nicht durchgehend in Betrieb waren, neueste zuerst",
    worst: "Schlechtester Zustand",
    how_long: "Wie lange",
    records: "Einträge",
    no_days: "An jedem der letzten 90 Tage mit Daten in Betrieb.",
    no_records: "Kein Eintrag nennt sie.",
    no_data_before: |day| format!("Vor dem {day} gibt es keine Daten."),
    retired_on: |day| {
        format!("Seit dem {day} nicht mehr in Betrieb. Was davon berichtet wird, ist vergangen.")
    },
    older_records: |count| match count {
        1 => "1 älterer Eintrag".to_owned(),
        _ => format!("{count} ältere Einträge"),
    },
    times: "Antwortzeiten",
    took: ["die Hälfte", "95 von 100"],
    of_those: "Von den Prüfungen, die in den letzten 90 Tagen gelangen, brauchten",
    at_most: |who, time| format!("{who} höchstens {time}"),
    as_table: "Dasselbe als Tabelle",
    times_note: "Wie die Prüfungen des Herausgebers sie gemessen haben, nach Tagen in UTC. Eine Lücke ist ein \
                 Tag ohne eine Prüfung, die gelang.",
};

fn formula(policy: UptimePolicy) -> String {
    let weight = |permille: u16| match permille {
        0 => "nicht".to_owned(),
        1000.. => "voll".to_owned(),
        some => format!("zu {}", percent(some, ",")),
    };
    let maintenance = match policy.maintenance {
        MaintenancePolicy::LeftOut => "Wartung bleibt außer Betracht",
        MaintenancePolicy::CountsAsUp => "Wartung zählt als verfügbar",
        MaintenancePolicy::CountsAsDown => "Wartung zählt als Ausfall",
    };
    format!(
        "Als Ausfall zählen Ausfälle voll, Teilausfälle {}, Beeinträchtigungen {}; {maintenance}.",
        weight(policy.partial_permille),
        weight(policy.degraded_permille),
    )
}
