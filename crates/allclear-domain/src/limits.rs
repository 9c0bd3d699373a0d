//! Every limit in one file, with what happens at the limit.

use jiff::SignedDuration;

/// Maintenance windows that begin or end by themselves and are read at once; further ones are read
/// after them, in the same run.
pub const DUE_AT_ONCE_MAX: usize = 100;
/// Characters of a rule by which maintenance repeats; a longer one is refused.
pub const RULE_CHARS_MAX: usize = 500;
/// Times of a rule that are looked at, from its first one on; later ones do not come. A rule begins in
/// 1970 at the earliest, so a daily one has days for more than a hundred years.
pub const RULE_TIMES_MAX: usize = 50_000;
/// Maintenance series of one page that have not ended; another is refused.
pub const SERIES_PER_PAGE_MAX: usize = 100;
/// Windows of one maintenance series that are announced ahead; later ones are when one has begun.
pub const SERIES_WINDOWS_AHEAD: usize = 8;
/// Days that windows of a series are announced ahead; later ones are when their time comes nearer.
pub const SERIES_DAYS_AHEAD: i32 = 92;
/// Minutes of one window of a series; a longer one is refused.
pub const SERIES_MINUTES_MAX: u32 = 7 * 24 * 60;
/// Days that one series leaves out; another is refused.
pub const SERIES_EXCEPT_MAX: usize = 366;
/// Status pages in one installation; another is refused.
pub const STATUS_PAGES_MAX: usize = 1_000;
/// Components of one status page; another is refused.
pub const COMPONENTS_PER_PAGE_MAX: usize = 5_000;
/// Templates of one status page; another is refused.
pub const TEMPLATES_PER_PAGE_MAX: usize = 200;
/// Files that are applied together; more are refused before anything is read.
pub const APPLIED_FILES_MAX: usize = 200;
/// Bytes of all files that are applied together; more are refused before anything is written.
pub const APPLIED_BYTES_MAX: usize = 1024 * 1024;
/// Depth of a component tree; a deeper one is refused.
pub const COMPONENT_DEPTH_MAX: usize = 16;
/// Characters of a name, a title or a label; a longer one is refused.
pub const TITLE_CHARS_MAX: usize = 300;
/// Characters of a key or a slug; a longer one is refused.
pub const KEY_CHARS_MAX: usize = 64;
/// Bytes of a text of some sentences (a cause, a remark, a plan); a longer one is refused.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;
/// Bytes of one prose text; a longer one is refused.
pub const PROSE_BYTES_MAX: usize = 256 * 1024;
/// How far the clock of somebody who writes may be ahead of this one. A time up to so far ahead counts
/// as the present; one further ahead lies in the future, and is refused where it cannot.
pub const CLOCK_DIFFERENCE_MAX: SignedDuration = SignedDuration::from_mins(5);
/// How far ahead the next update of an incident may be announced.
pub const NEXT_UPDATE_WITHIN: SignedDuration = SignedDuration::from_hours(31 * 24);
/// How long a status that was set by hand may hold in place of what checks measure.
pub const OVERRULED_FOR_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);
/// Bytes of the source's text of one record; a longer one is refused.
pub const SOURCE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of all texts of one record; a longer one is refused.
pub const RECORD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Bytes of the address of a web page; a longer one is refused.
pub const URL_BYTES_MAX: usize = 2_000;
/// Host names of one status page; another is refused.
pub const HOST_NAMES_MAX: usize = 100;
/// Characters of a host name, by RFC 1035; a longer one is refused.
pub const HOST_NAME_CHARS_MAX: usize = 253;
/// Problems of one source that are told at once; the rest are counted.
pub const PROBLEMS_MAX: usize = 20;
/// Updates of one incident or maintenance window; another is refused.
pub const UPDATES_MAX: usize = 1_000;
/// Entries of any list inside a record (losses, causes, actions, …); another is refused.
pub const LIST_ENTRIES_MAX: usize = 1_000;
/// Bytes of one file to import; a larger one is refused.
pub const IMPORT_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Records of one import; more are refused before anything is written.
pub const IMPORT_RECORDS_MAX: usize = 100_000;
/// Rows of one statement that writes many; more are written in several statements.
pub const ROWS_PER_STATEMENT_MAX: usize = 500;
/// Bytes of a page's logo; a larger one is refused.
pub const LOGO_BYTES_MAX: usize = 64 * 1024;
/// Width and height of a logo that somebody sends, in pixels; a larger one is refused.
pub const LOGO_PIXELS_MAX: u32 = 2_048;
/// Characters of a search; a longer one is cut.
pub const SEARCH_CHARS_MAX: usize = 200;
/// Results of a search; the page says that there are more.
pub const SEARCH_RESULTS_MAX: usize = 100;
/// Days that a record known only to the day marks, counted back from its end; earlier ones are not
/// marked.
pub const DAY_MARKS_MAX: i32 = 400;
/// Days that a status page draws for each component.
pub const BAR_DAYS: usize = 90;
/// Bytes of an address for mail (RFC 5321, section 4.5.3.1.3); a longer one is refused.
pub const EMAIL_BYTES_MAX: usize = 254;
/// Characters of the name of a person or a token; a longer one is refused.
pub const NAME_CHARS_MAX: usize = 100;
/// Characters of a password, at least; a shorter one is refused.
pub const PASSWORD_CHARS_MIN: usize = 12;
/// Bytes of a password; a longer one is refused, because each byte costs the server work.
pub const PASSWORD_BYTES_MAX: usize = 1_024;
/// People of one installation; another is refused.
pub const PEOPLE_MAX: usize = 1_000;
/// Sessions of one person; a further one ends the oldest.
pub const SESSIONS_PER_PERSON_MAX: usize = 20;
/// API tokens that are neither revoked nor over; another is refused.
pub const TOKENS_MAX: usize = 1_000;
/// Characters of an idempotency key; a longer one is refused.
pub const IDEMPOTENCY_KEY_CHARS_MAX: usize = 255;
/// How long the answer to a request with an idempotency key is kept, or where a form of the console
/// led; then the key, or the form, may be used anew.
pub const KEPT_ANSWER_LASTS: SignedDuration = SignedDuration::from_hours(24);
/// Answers that are kept for one token or person; another request with a new key is refused, and
/// further forms are done as often as they are sent.
pub const KEPT_ANSWERS_MAX: i64 = 10_000;
/// Bytes of an answer that is kept; of a longer one it is only known that it was given.
pub const KEPT_ANSWER_BYTES_MAX: usize = 256 * 1024;
/// Characters of a browser's name that are kept of it.
pub const CLIENT_CHARS_MAX: usize = 200;
/// Recovery codes that somebody with an authenticator gets; new ones replace the former.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of what a provider calls somebody (OpenID Connect Core 1.0, section 2); more are refused.
pub const SUBJECT_BYTES_MAX: usize = 255;
/// Passkeys of one person; another is refused.
pub const PASSKEYS_PER_PERSON_MAX: usize = 10;
/// Bytes of what is kept of a passkey; a longer one is refused.
pub const PASSKEY_BYTES_MAX: usize = 16 * 1024;
/// Challenges to passkeys that wait for their answer; a further one ends the oldest.
pub const PASSKEY_CHALLENGES_MAX: usize = 10_000;
/// Checks of one installation; another is refused.
pub const CHECKS_MAX: usize = 20_000;
/// Sentinels that are asked and remembered; further ones are as if they were not there.
pub const SENTINELS_MAX: usize = 32;
/// Blind spells of a vantage point that are kept; the oldest go first.
pub const BLIND_SPELLS_MAX: u32 = 1_000;
/// Seconds from one probe of a check to the next; a longer interval is refused.
pub const CHECK_INTERVAL_SECONDS_MAX: u32 = 7 * 86_400;
/// Milliseconds for one probe, at least; a shorter deadline is refused.
pub const CHECK_DEADLINE_MS_MIN: u32 = 10;
/// Milliseconds for one probe; a longer deadline is refused.
pub const CHECK_DEADLINE_MS_MAX: u32 = 120_000;
/// Samples in a row until one is believed; a larger number is refused.
pub const CHECK_SAMPLES_MAX: u32 = 100;
/// Seconds that a recovery has to last; a longer time is refused.
pub const CHECK_STABLE_SECONDS_MAX: u32 = 86_400;
/// Components that stand or fall with one check; another is refused.
pub const CHECK_COMPONENTS_MAX: usize = 100;
/// Tags of one check; another is refused.
pub const CHECK_TAGS_MAX: usize = 20;
/// Checks that one stands behind; more are refused.
pub const CHECK_PARENTS_MAX: usize = 8;
/// Checks that one stands behind over any number of others; more are refused.
pub const CHECK_ANCESTORS_MAX: usize = 100;
/// Members of one group of checks; another is refused.
pub const GROUP_MEMBERS_MAX: usize = 100;
/// Groups within groups of checks; deeper ones are refused.
pub const GROUP_LEVELS_MAX: usize = 8;
/// Checks that are below one group over any number of others; more are refused where members are named, not
/// where one of them gets another parent.
pub const GROUP_BELOW_MAX: usize = 1_000;
/// Vantage points that have a vote on one check; beyond, the one that was heard of longest ago has none.
pub const VANTAGE_POINTS_MAX: usize = 64;
/// Members that a sentence names; the rest is counted.
pub const MEMBERS_TOLD_MAX: usize = 5;
/// Arguments of one program; another is refused.
pub const COMMAND_ARGUMENTS_MAX: usize = 64;
/// Header fields that one check sends; another is refused.
pub const CHECK_HEADERS_MAX: usize = 50;
/// Header fields of one check whose values are secrets; another is refused.
pub const CHECK_SECRET_HEADERS_MAX: usize = 10;
/// Bytes that one secret has at least; a shorter one could not be taken out of what is shown, as it stands
/// in too many other words, and is refused.
pub const SECRET_BYTES_MIN: usize = 5;
/// Bytes of one secret; a longer one is refused.
pub const SECRET_BYTES_MAX: usize = 8 * 1024;
/// Redirects that one check follows; a larger number is refused.
pub const CHECK_REDIRECTS_MAX: u32 = 20;
/// Days of warning before a certificate ends; a larger number is refused.
pub const CHECK_WARN_DAYS_MAX: u32 = 365;
/// Name servers that one check asks; a list with more is refused.
pub const CHECK_SERVERS_MAX: usize = 16;
/// Records that one check names; a list with more is refused.
pub const CHECK_RECORDS_MAX: usize = 100;
/// Milliseconds that the clock of a server may be off; a larger number is refused.
pub const CHECK_OFFSET_MS_MAX: u32 = 86_400_000;
/// Pings of one probe; a larger number is refused.
pub const CHECK_PINGS_MAX: u32 = 20;
/// Components of a provider that one check names; a list with more is refused.
pub const CHECK_UPSTREAM_COMPONENTS_MAX: usize = 50;
/// Words by which entries of a provider's feed tell that they are over; a list with more is refused.
pub const CHECK_ENDED_WORDS_MAX: usize = 50;
/// Days for which an entry of a provider's feed is looked at; a larger number is refused.
pub const CHECK_ENTRY_DAYS_MAX: u32 = 365;
/// Bytes of a query of Prometheus; a longer one is refused.
pub const CHECK_QUERY_BYTES_MAX: usize = 4_000;
/// Entries of the expiry ledger that people make; another is refused. Those of certificates go with their checks.
pub const EXPIRIES_MAX: usize = 10_000;
/// Times to warn before one end; a list with more is refused.
pub const EXPIRY_WARNINGS_MAX: usize = 10;
/// Days of warning before an end; a larger number is refused.
pub const EXPIRY_WARN_DAYS_MAX: u16 = 730;
/// Addresses at which calendars read the expiry ledger; another is refused.
pub const EXPIRY_FEEDS_MAX: usize = 100;
/// Characters that are kept of each value of a certificate; the rest is left out.
pub const LEAF_CHARS_MAX: usize = 200;
/// Ranges of statuses of one check; another is refused.
pub const CHECK_STATUSES_MAX: usize = 20;
/// Assertions of one check; another is refused.
pub const CHECK_ASSERTIONS_MAX: usize = 50;
/// Spans of time that one look at the samples of a check lists; earlier ones are left out.
pub const SPANS_LISTED_MAX: i32 = 3_000;
/// Seconds from one signal of a heartbeat to the next; a longer period is refused.
pub const HEARTBEAT_SECONDS_MAX: u32 = 400 * 86_400;
/// Characters of a cron expression; a longer one is refused.
pub const CRON_BYTES_MAX: usize = 200;
/// Tokens of one heartbeat; another is refused.
pub const SIGNAL_TOKENS_MAX: usize = 10;
/// Characters of such a token, at least: as many as those of Uptime Kuma 1 have. A shorter one is refused.
pub const SIGNAL_TOKEN_CHARS_MIN: usize = 10;
/// Characters of such a token; a longer one is refused.
pub const SIGNAL_TOKEN_CHARS_MAX: usize = 200;
/// Absences of ours that one heartbeat remembers while it waits; the deadlines take in the oldest ones.
pub const ABSENCES_MAX: usize = 50;
/// Signals of a heartbeat that are kept; older ones go.
pub const SIGNALS_KEPT_MAX: usize = 20;
/// Bytes that are kept of what the newest signal brought; the rest is left out, and it says so.
pub const SIGNAL_BODY_BYTES_MAX: usize = 10_000;
/// Runs of a heartbeat that may go on at the same time; beyond, the oldest is forgotten.
pub const STARTED_RUNS_MAX: usize = 20;
/// Lines of an exchange that are kept; the rest is left out, and it says so.
pub const EXCHANGE_LINES_MAX: usize = 400;
/// Bytes of an exchange that are kept; the rest is left out, and it says so.
pub const EXCHANGE_BYTES_MAX: usize = 32 * 1024;
