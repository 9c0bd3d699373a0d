//! Every limit of a probe, with what happens at it.

use std::time::Duration;

/// Bytes of an answer that are read; a longer one fails the probe.
pub const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of the head of an answer; a longer one fails the probe.
pub const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Header fields of an answer; more fail the probe.
pub const HEAD_FIELDS_MAX: usize = 200;
/// Bytes of an answer's body that are kept to be shown; what follows is left out, and it says so.
pub const KEPT_BODY_BYTES_MAX: usize = 16 * 1024;
/// The same of a request before the one that is judged.
pub const KEPT_STEP_BODY_BYTES_MAX: usize = 2 * 1024;
/// Bytes of one value that is taken from an answer; a longer one fails the probe.
pub const CAPTURED_BYTES_MAX: usize = 4 * 1024;
/// Letters that are compared during one probe to find secrets in what is kept of it; beyond, whatever may hold one is
/// left out. Only a server that makes work on purpose leads there.
pub const HIDING_WORK_MAX: usize = 10_000_000;
/// The part of that which is there for the reason in any case.
pub const TOLD_WORK_MIN: usize = 1_000_000;
/// Control characters in a value that is taken from an answer; one with more fails the probe.
pub const CAPTURED_CONTROLS_MAX: usize = 8;
/// Bytes that a check of the kind `tcp` reads; where its expectation is not in them, it fails.
pub const TCP_BYTES_MAX: usize = 64 * 1024;
/// Bytes that a server may say at once in a conversation; more fail the probe.
pub const TALK_BYTES_MAX: usize = 8 * 1024;
/// Packets that are no answer to a question for the time; after as many the server is given up.
pub const NTP_STRAYS_MAX: usize = 100;
/// Bytes of an answer over gRPC; a longer one fails the probe.
pub const GRPC_BYTES_MAX: usize = 8 * 1024;
/// Lines of one reply in a conversation; more fail the probe.
pub const TALK_LINES_MAX: usize = 100;
/// Bytes of what a service says that are judged; what follows is left out.
pub const HEARD_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a reason; what follows is left out, and it says so.
pub const REASON_BYTES_MAX: usize = 2 * 1024;
/// Characters of a value that a reason repeats; the rest is left out.
pub const TOLD_CHARS_MAX: usize = 120;
/// Names of one check that are asked at the same time; further ones wait for their turn.
pub const NAMES_BESIDE_MAX: usize = 32;
/// Bytes of the answer of one of many names that are read; what follows is left alone.
pub const NAME_ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a list of names that is read from an address; a longer one is not taken.
pub const NAME_LIST_BYTES_MAX: usize = 5 * 1024 * 1024;
/// How long reading such a list may take; a slower one is not taken.
pub const NAME_LIST_TIME_MAX: Duration = Duration::from_secs(30);
/// Names of a round that are noted one by one, with what is wrong with them; the rest is left out.
pub const NAMES_NOTED_MAX: usize = 100;
/// Programs that run at the same time; further ones wait for their turn.
pub const COMMANDS_MAX: usize = 32;
/// Bytes that are kept of what a program says, and of what it complains of; what follows is read and left out.
pub const COMMAND_BYTES_MAX: usize = 64 * 1024;
/// Characters of what a program says that a reason repeats; the rest is left out.
pub const COMMAND_SAID_CHARS_MAX: usize = 400;
/// Figures of a program that are told one by one; the rest is counted.
pub const COMMAND_FIGURES_MAX: usize = 20;
/// Lines of what a program complains of that are kept; the rest is left out.
pub const STDERR_LINES_MAX: usize = 50;
/// Ways that are looked along at the same time; a further one is not, until the check fails again.
pub const TRACES_MAX: usize = 4;
/// How long it is until the way to the same address is looked along again; whoever fails there meanwhile
/// shares what was found.
pub const TRACES_APART: Duration = Duration::from_secs(300);
/// Certificates of a chain that are told; what follows is left out.
pub const TOLD_CERTIFICATES_MAX: usize = 8;
/// Bytes that one regular expression may take once it is read; a larger one is refused.
pub const REGEX_BYTES_MAX: usize = 256 * 1024;
/// Parts of one path into JSON; a longer one is refused.
pub const PATH_PARTS_MAX: usize = 32;
/// Filters in one path into JSON; one with more is refused.
pub const PATH_FILTERS_MAX: usize = 2;
/// Terms in the filters of one path; one with more is refused.
pub const FILTER_TERMS_MAX: usize = 8;
/// Parentheses in each other in a filter; one with more is refused.
pub const FILTER_DEPTH_MAX: usize = 4;
/// How often a path may find the same thing of an answer; one that could more often is refused.
pub const PATH_TIMES_MAX: usize = 16;
/// Addresses of name servers that one probe asks; further ones are left out.
pub const DNS_SEATS_MAX: usize = 32;
/// Names that one name may lead to, one after another; what follows is not looked at.
pub const DNS_ALIASES_MAX: usize = 16;
/// Records that a reason repeats; the rest is counted.
pub const TOLD_RECORDS_MAX: usize = 10;
/// Entries of a provider's feed that are read; what follows is not looked at, as the newest stand first.
pub const FEED_ENTRIES_MAX: usize = 500;
/// Elements within each other in a provider's feed; one with more is not read.
pub const FEED_DEPTH_MAX: usize = 64;
/// Bytes of one text of a provider's feed that are read; the rest is left out.
pub const FEED_TEXT_BYTES_MAX: usize = 64 * 1024;
/// Labels of a sample that a reason repeats; the rest is left out.
pub const TOLD_LABELS_MAX: usize = 8;
/// Bytes of one YAML file of another monitor; a longer one is refused.
pub const IMPORTED_YAML_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Parts of one YAML file once its aliases are followed; more are refused.
pub const IMPORTED_YAML_EVENTS_MAX: usize = 500_000;
/// Depth of one YAML file; a deeper one is refused.
pub const IMPORTED_YAML_DEPTH_MAX: usize = 64;
/// Entries of one configuration of another monitor; more are refused.
pub const IMPORTED_ENTRIES_MAX: usize = 20_000;
/// Checks that are written in one go; more are refused.
pub const CHECKS_AT_ONCE_MAX: usize = 500;
/// Files of one configuration of another monitor; more are refused.
pub const IMPORTED_FILES_MAX: usize = 500;
/// Entries of folders that are looked at to find them; more are refused.
pub const IMPORTED_FILES_LOOKED_AT_MAX: usize = 20_000;
/// Rules by which labels of one target are changed, and labels that it may have; more are refused.
pub const RELABELINGS_MAX: usize = 200;
/// Bytes of one label; the rest is cut off.
pub const LABEL_BYTES_MAX: usize = 4 * 1024;
/// Milliseconds for trying what somebody may want to watch; what takes longer is said to.
pub const LOOK_DEADLINE_MS: u32 = 5_000;
/// People for whom addresses are looked at at the same time; further ones are asked to come again.
pub const LOOKS_MAX: usize = 4;
/// Looks over the API at the same time; whoever comes then is asked to come again.
pub const LOOKS_OF_PROGRAMS_MAX: usize = 2;
/// Characters of what was seen there that are told; the rest is left out.
pub const SEEN_CHARS_MAX: usize = 200;
/// Domains that registries are asked for in one go; the rest waits for the next one.
pub const DOMAINS_AT_ONCE_MAX: u32 = 20;
/// Ends that are warned of in one go; the rest waits for the next one.
pub const WARNINGS_AT_ONCE_MAX: u32 = 1_000;
/// How long after the last failure it is kept what was said in it, though what is slow or unknown follows.
pub const FAILURE_KEPT_FOR: Duration = Duration::from_secs(3_600);
