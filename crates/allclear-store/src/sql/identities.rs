//! Statements about whom a provider says people are, and about trips there.

super::statements! {
    /// The one of a subject.
    FIND = "select person_id as id, issuer, subject, bound_at
        from identities where issuer = $1 and subject = $2";
    /// Those of a person.
    LIST_OF_PERSON = "select person_id as id, issuer, subject, bound_at
        from identities where person_id = $1 order by bound_at, issuer";
    /// Binds one, where neither the subject nor the person is bound there already.
    INSERT = "insert into identities (issuer, subject, person_id, bound_at, revision)
        values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    /// Takes all of a person away.
    REMOVE_OF_PERSON = "delete from identities where person_id = $1";
    /// Uses a trip up: of several that try, one does.
    USE_TRIP = "insert into used_trips (digest, expires_at, revision)
        values ($1, $2, $3)
        on conflict do nothing";
    /// Forgets trips that would be over anyway.
    REMOVE_TRIPS_OVER = "delete from used_trips where expires_at <= $1";
}
