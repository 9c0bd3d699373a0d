//! Statements about what people sign in with.

super::statements! {
    /// Those of one person.
    FIND = "select person_id as id, password_hash, totp_secret, totp_step, changed_at
        from credentials where person_id = $1";
    /// Writes those of one person over the former ones.
    SET = "insert into credentials
            (person_id, password_hash, totp_secret, totp_step, changed_at, revision)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (person_id) do update
        set password_hash = excluded.password_hash, totp_secret = excluded.totp_secret,
            totp_step = excluded.totp_step, changed_at = excluded.changed_at,
            revision = excluded.revision";
    /// Remembers that the code of a time step was used, where none of it or a later one was.
    USE_TOTP_STEP = "update credentials set totp_step = $2, revision = $3
        where person_id = $1 and totp_step < $2";
    /// Adds a recovery code.
    ADD_RECOVERY_CODE = "insert into recovery_codes (person_id, digest, revision) values ($1, $2, $3)";
    /// Uses one up: of several that try, one finds it.
    USE_RECOVERY_CODE = "delete from recovery_codes where person_id = $1 and digest = $2";
    /// Takes all of one person away.
    REMOVE_RECOVERY_CODES = "delete from recovery_codes where person_id = $1";
    /// How many of one person are left.
    COUNT_RECOVERY_CODES = "select count(*) as codes from recovery_codes where person_id = $1";
}
