//! Statements about whom a provider says people are, and about trips there.

super::statements! {
    /// The one of a subject.
    FIND = "select person_id as id, issuer, subject, bound_at
        from identities where issuer = $1 and subject = $2";
    /// The one of a person at an issuer.
    FIND_OF_PERSON = "select person_id as id, issuer, subject, bound_at
        from identities where person_id = $1 and issuer = $2";
    /// Those of a person.
    LIST_OF_PERSON = "select person_id as id, issuer, subject, bound_at
        from identities where person_id = $1 order by bound_at, issuer";
    /// Binds one, where neither the subject nor the person is bound there already.
    INSERT = "insert into identities (issuer, subject, person_id, bound_at, revision)
        values ($1, $2, $3, $4, $5)
        on conflict do nothing";
    /// Takes all of a person away.
    REMOVE_OF_PERSON = "delete from identities where person_id = $1";
    /// Keeps one with the link that waits for a code.
    INSERT_PENDING = "insert into pending_identities
        (link_digest, issuer, subject, provider, revision)
        values ($1, $2, $3, $4, $5)";
    /// The one that a link waits for a code with.
    FIND_PENDING = "select issuer, subject, provider
        from pending_identities where link_digest = $1";
    /// Takes the links away that wait for a code of a person whom a provider vouched for.
    REMOVE_PENDING_OF_PERSON = "delete from one_time_links where person_id = $1
        and digest in (select link_digest from pending_identities)";
    /// Uses a trip up: of several that try, one does.
    USE_TRIP = "insert into used_trips (digest, expires_at, revision)
        values ($1, $2, $3)
        on conflict do nothing";
    /// Forgets trips that would be over anyway.
    REMOVE_TRIPS_OVER = "delete from used_trips where expires_at <= $1";
}
