//! Statements about outages.

use super::Insert;

/// New outages.
pub(crate) const INSERT: Insert = Insert {
    table: "outages",
    columns: &[
        "id",
        "check_id",
        "threshold",
        "began_at",
        "ended_at",
        "incident_id",
        "document",
        "version",
        "revision",
    ],
};

super::statements! {
    /// One by id.
    FIND = "select id, document, version, revision from outages where id = $1";
    /// Those that go on.
    LIST_OPEN = "select id, document, version, revision from outages where ended_at is null order by id";
    /// Those of one check that go on.
    LIST_OPEN_OF_CHECK = "select id, document, version, revision from outages
        where check_id = $1 and ended_at is null order by id";
    /// Those that an incident tells of, oldest first.
    LIST_OF_INCIDENT = "select id, document, version, revision from outages where incident_id = $1 order by id";
    /// The latest ones of a check, newest first.
    LIST_LATEST_OF_CHECK = "select id, document, version, revision from outages
        where check_id = $1 order by began_at desc, id desc limit $2";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from outages where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from outages where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update outages
        set check_id = $3, threshold = $4, began_at = $5, ended_at = $6, incident_id = $7, document = $8,
            version = version + 1, revision = $9
        where id = $1 and version = $2";
}
