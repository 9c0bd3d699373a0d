//! The installation's own row: the revision that every write takes.

super::statements! {
    /// The newest revision.
    FIND_REVISION = "select revision from installation where id = 1";
    /// Takes the next revision. On PostgreSQL this also makes writers wait for each other, so that
    /// revisions become visible in their order.
    TAKE_REVISION = "update installation set revision = revision + 1 where id = 1 returning revision";
    /// The newest step of the schema.
    FIND_SCHEMA = "select coalesce(max(version), 0) as schema from _sqlx_migrations";
    /// How many rows there are of each noun.
    COUNT = "select
        (select count(*) from status_pages) as status_pages,
        (select count(*) from components) as components,
        (select count(*) from status_settings) as status_settings,
        (select count(*) from incidents) as incidents,
        (select count(*) from maintenance_windows) as maintenance_windows,
        (select count(*) from announcements) as announcements,
        (select count(*) from internal_notes) as internal_notes,
        (select count(*) from audit_entries) as audit_entries";
}
