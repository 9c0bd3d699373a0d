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
    /// Every id that is taken, with the public id, the page and the source where there are any.
    LIST_TAKEN = "select 'incident' as noun, id, public_id, page_id, source_key from incidents
        union all
        select 'maintenance' as noun, id, public_id, page_id, source_key from maintenance_windows
        union all
        select 'announcement' as noun, id, public_id, page_id, source_key from announcements
        union all
        select 'series' as noun, id, null as public_id, page_id, null as source_key from maintenance_series
        union all
        select 'setting' as noun, id, null as public_id, null as page_id, null as source_key from status_settings
        union all
        select 'note' as noun, id, null as public_id, null as page_id, null as source_key from internal_notes
        union all
        select 'template' as noun, id, null as public_id, page_id, null as source_key from templates";
}
