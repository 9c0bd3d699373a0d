//! Statements about what readers of protected status pages are let in by.

super::statements! {
    /// That of one page.
    FIND = "select page_id as id, password_hash, cookie_key from reader_passwords where page_id = $1";
    /// Those of all pages.
    LIST = "select page_id as id, password_hash, cookie_key from reader_passwords order by page_id";
    /// Writes that of one page over the former one.
    SET = "insert into reader_passwords (page_id, password_hash, cookie_key, revision)
        values ($1, $2, $3, $4)
        on conflict (page_id) do update
        set password_hash = excluded.password_hash, cookie_key = excluded.cookie_key,
            revision = excluded.revision";
    /// Takes that of one page away.
    REMOVE = "delete from reader_passwords where page_id = $1";
}
