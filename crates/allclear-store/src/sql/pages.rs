//! Statements about status pages.

use super::Insert;

/// New pages.
pub(crate) const INSERT: Insert = Insert {
    table: "status_pages",
    columns: &["id", "slug", "is_default", "document", "version", "revision"],
};

super::statements! {
    /// One page.
    FIND = "select id, document, version, revision from status_pages where id = $1";
    /// The page with a slug.
    FIND_BY_SLUG = "select id, document, version, revision from status_pages where slug = $1";
    /// All pages, oldest first.
    LIST = "select id, document, version, revision from status_pages order by id";
    /// Pages added after one, oldest first.
    LIST_AFTER = "select id, document, version, revision from status_pages where id > $1
        order by id limit $2";
    /// The page that `/` shows.
    FIND_DEFAULT = "select id, document, version, revision from status_pages where is_default";
    /// Pages that changed after a revision.
    LIST_CHANGED = "select id, document, version, revision from status_pages where revision > $1 order by id";
    /// The version of one page.
    FIND_VERSION = "select version from status_pages where id = $1";
    /// Changes a page that is still at a version.
    UPDATE = "update status_pages
        set slug = $3, is_default = $4, document = $5, version = version + 1, revision = $6
        where id = $1 and version = $2";
    /// Removes a page that is still at a version.
    REMOVE = "delete from status_pages where id = $1 and version = $2";
    /// How much belongs to a page.
    COUNT_HELD = "select
        (select count(*) from components c where c.page_id = $1)
        + (select count(*) from incidents i where i.page_id = $1)
        + (select count(*) from maintenance_windows m where m.page_id = $1)
        + (select count(*) from announcements a where a.page_id = $1)
        + (select count(*) from templates t where t.page_id = $1)
        + (select count(*) from maintenance_series s where s.page_id = $1)
        + (select count(*) from internal_notes n where n.subject_id = $1) as held";
}
