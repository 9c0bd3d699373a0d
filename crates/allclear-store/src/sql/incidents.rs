//! Statements about incidents.

use super::Insert;

/// New incidents.
pub(crate) const INSERT: Insert = Insert {
    table: "incidents",
    columns: &[
        "id",
        "public_id",
        "page_id",
        "is_public",
        "is_settled",
        "status",
        "started_at",
        "ended_at",
        "source_key",
        "source_digest",
        "document",
        "version",
        "revision",
    ],
};

super::statements! {
    /// Those that are not over and tell of outages that were measured, oldest entry first.
    LIST_MEASURED = "select id, document, version, revision from incidents
        where status <> 'resolved' and id in (select incident_id from outages where incident_id is not null)
        order by id";
    /// One by id.
    FIND = "select id, document, version, revision from incidents where id = $1";
    /// One by the id in addresses.
    FIND_BY_PUBLIC_ID = "select id, document, version, revision from incidents where public_id = $1";
    /// Those of a page, oldest first.
    LIST_OF_PAGE = "select id, document, version, revision from incidents where page_id = $1 order by id";
    /// Those of a page with which the team is not done, oldest first.
    LIST_UNSETTLED = "select id, document, version, revision from incidents
        where page_id = $1 and not is_settled order by id";
    /// Those entered before one, newest first: of a page where one is named, and with one of the
    /// statuses between spaces where there are any.
    LIST_BEFORE = "select id, document, version, revision from incidents
        where id < $1 and (page_id = $2 or $2 is null)
            and ($3 like '% ' || status || ' %' or $3 is null)
        order by id desc limit $4";
    /// Those that began before one, the latest first, with one status alone where one is named.
    LIST_BEGUN_BEFORE = "select id, document, version, revision from incidents
        where (started_at, id) < ($1, $2) and (is_public and status = $3 or $3 is null)
        order by started_at desc, id desc limit $4";
    /// The same, of a page.
    LIST_OF_PAGE_BEGUN_BEFORE = "select id, document, version, revision from incidents
        where page_id = $5 and (started_at, id) < ($1, $2)
            and (is_public and status = $3 or $3 is null)
        order by started_at desc, id desc limit $4";
    /// Those among them that are drafts or not over, of a page where one is named.
    LIST_UNFINISHED_BEGUN_BEFORE = "select id, document, version, revision from incidents
        where (not is_public or status <> 'resolved') and is_public = $3
            and (started_at, id) < ($1, $2) and (page_id = $5 or $5 is null)
        order by started_at desc, id desc limit $4";
    /// When one began, as lists are ordered.
    FIND_STARTED = "select id, started_at from incidents where id = $1";
    /// Those that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from incidents where revision > $1 order by id";
    /// The version of one.
    FIND_VERSION = "select version from incidents where id = $1";
    /// Changes one that is still at a version.
    UPDATE = "update incidents
        set public_id = $3, page_id = $4, is_public = $5, is_settled = $6, status = $7, started_at = $8,
            ended_at = $9, source_key = $10, source_digest = $11, document = $12,
            version = version + 1, revision = $13
        where id = $1 and version = $2";
}
