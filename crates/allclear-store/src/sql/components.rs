//! Statements about components.

use super::Insert;

/// New components.
pub(crate) const INSERT: Insert = Insert {
    table: "components",
    columns: &[
        "id",
        "public_id",
        "page_id",
        "key",
        "name",
        "description",
        "parent_id",
        "position",
        "start_date",
        "created_at",
        "retired_at",
        "version",
        "revision",
    ],
};

super::statements! {
    /// One component.
    FIND = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where id = $1";
    /// The component with a key on a page.
    FIND_BY_KEY = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where page_id = $1 and key = $2";
    /// All components, oldest first.
    LIST = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components order by id";
    /// The components of a page, oldest first.
    LIST_OF_PAGE = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where page_id = $1 order by id";
    /// Components added after one, oldest first; of a page where one is named.
    LIST_AFTER = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where id > $1 and (page_id = $2 or $2 is null)
        order by id limit $3";
    /// The component with an id in addresses.
    FIND_BY_PUBLIC_ID = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where public_id = $1";
    /// Components that changed after a revision.
    LIST_CHANGED = "select id, public_id, page_id, key, name, description, parent_id, position, start_date, created_at, retired_at, version, revision
        from components where revision > $1 order by id";
    /// The version of one component.
    FIND_VERSION = "select version from components where id = $1";
    /// Changes a component that is still at a version.
    UPDATE = "update components
        set public_id = $3, page_id = $4, key = $5, name = $6, description = $7, parent_id = $8,
            position = $9, start_date = $10, created_at = $11, retired_at = $12,
            version = version + 1, revision = $13
        where id = $1 and version = $2";
    /// Removes a component that is still at a version.
    REMOVE = "delete from components where id = $1 and version = $2";
    /// How often a component is named; `$2` is its id as documents spell it, between percent signs.
    COUNT_NAMED = "select
        (select count(*) from status_settings s where s.component_id = $1)
        + (select count(*) from components c where c.parent_id = $1)
        + (select count(*) from internal_notes n where n.subject_id = $1)
        + (select count(*) from incidents i where cast(i.document as text) like $2)
        + (select count(*) from maintenance_windows m where cast(m.document as text) like $2)
        + (select count(*) from templates t where cast(t.document as text) like $2)
        + (select count(*) from checks k where cast(k.document as text) like $2)
        + (select count(*) from outages o where cast(o.document as text) like $2)
        + (select count(*) from maintenance_series r where cast(r.document as text) like $2)
        + (select count(*) from status_pages p where cast(p.document as text) like $2) as named";
}
