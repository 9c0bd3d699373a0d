//! Statements about what was imported from where.

super::statements! {
    /// Everything on a page that has a source.
    LIST_OF_PAGE = "select 'incident' as subject_noun, id, source_key, source_digest
        from incidents where page_id = $1 and source_key is not null
        union all
        select 'maintenance' as subject_noun, id, source_key, source_digest
        from maintenance_windows where page_id = $1 and source_key is not null
        union all
        select 'announcement' as subject_noun, id, source_key, source_digest
        from announcements where page_id = $1 and source_key is not null";
}
