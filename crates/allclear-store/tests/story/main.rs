//! The story of the store, told once and run on both engines.
//!
//! Each story is an async function over a [`harness::Home`]: a database of its own, empty at the
//! start. `stories!` makes two tests of it, in the modules `sqlite` and `postgres`. What only a file
//! can do is in [`file`], what only a server can do in [`server`].

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a story that goes wrong ends there, and tells what it measured"
)]

mod audit;
mod bad_rows;
mod batch;
mod begun;
mod check;
mod checks;
mod expiries;
mod file;
mod harness;
mod heartbeats;
mod identities;
mod leases;
mod names;
mod passkeys;
mod people;
mod read_back;
mod recurrence;
mod refusals;
mod removals;
mod revisions;
mod sampled;
mod samples;
mod schema;
mod secrets;
mod server;
mod sights;
mod templates;
mod writers;

macro_rules! stories {
    ($($module:ident::$story:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    let home = crate::harness::Home::sqlite().await;
                    crate::harness::tell(home, crate::$module::$story).await;
                    crate::harness::enter("sqlite", stringify!($story));
                }
            )*
        }

        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $story() {
                    let home = crate::harness::Home::postgres().await;
                    crate::harness::tell(home, crate::$module::$story).await;
                    crate::harness::enter("postgres", stringify!($story));
                }
            )*
        }
    };
}

stories! {
    audit::audit_newest_first_and_read_on,
    audit::nothing_comes_after_an_entry_that_is_not_there,
    bad_rows::a_missing_installation_is_named,
    bad_rows::bad_columns_are_named,
    bad_rows::bad_documents_are_named,
    bad_rows::changes_leave_out_bad_rows_and_name_them,
    bad_rows::a_bad_row_that_is_put_right_is_read_again,
    batch::ten_thousand_incidents_with_notes_and_audit,
    batch::every_size_around_a_chunk,
    begun::incidents_in_the_order_in_which_they_began,
    begun::nothing_is_read_beyond_a_slice,
    check::a_healthy_database,
    check::a_bad_row_is_a_problem_and_not_the_end,
    check::many_bad_rows_are_counted,
    check::every_statement_is_read_by_the_engine,
    sampled::samples_read_back,
    sampled::old_samples_go_and_the_rest_is_counted,
    checks::checks_read_back,
    checks::the_newest_probe_counts,
    checks::an_outage_begins_once_and_ends,
    expiries::what_ends_reads_back_in_its_order,
    expiries::what_is_due_is_found_by_its_time,
    expiries::what_checks_see_is_read_from_their_last_probes,
    expiries::a_calendar_is_found_by_its_secret_until_it_is_revoked,
    heartbeats::a_secret_leads_to_one_check,
    heartbeats::what_came_reads_back,
    identities::a_subject_belongs_to_one_person,
    identities::a_person_has_one_subject_at_an_issuer,
    identities::what_is_pending_goes_with_its_link,
    identities::a_trip_is_used_once,
    passkeys::passkeys_read_back,
    passkeys::a_passkey_belongs_to_one_person,
    passkeys::a_use_is_remembered_once,
    passkeys::passkeys_go_with_their_person,
    people::people_read_back,
    people::credentials_are_set_over_each_other,
    people::sessions_begin_and_end,
    people::a_session_of_nobody_is_refused,
    people::tokens_read_back,
    people::a_link_is_found_once,
    people::a_recovery_code_is_used_once,
    people::when_somebody_was_last_there,
    people::what_readers_are_let_in_by,
    read_back::every_noun_reads_back_equal,
    read_back::every_noun_reads_back_equal_after_reopening,
    read_back::minimal_nouns_read_back_equal,
    read_back::times_at_the_edges,
    read_back::texts_of_all_kinds,
    read_back::components_of_a_page,
    read_back::notes_of_a_page,
    read_back::sources_by_key,
    read_back::ids_that_are_taken,
    read_back::maintenance_that_is_due,
    read_back::what_is_not_settled,
    recurrence::a_series_and_its_windows,
    recurrence::a_series_is_due,
    recurrence::a_reminder_comes_due_once,
    refusals::what_is_unique,
    refusals::one_default_page,
    refusals::one_key_in_two_nouns,
    refusals::a_change_to_an_old_version,
    refusals::a_change_to_nothing,
    refusals::a_page_that_is_not_there,
    refusals::a_parent_that_is_not_there,
    refusals::parents_after_their_parts,
    refusals::a_text_with_nul,
    refusals::errors_keep_the_secret,
    removals::what_is_removed_is_told,
    removals::what_is_named_is_known,
    removals::what_is_held_stays,
    names::a_list_takes_the_place_of_another,
    names::many_names_go_at_once,
    names::names_are_found_by_state_and_turn,
    names::names_go_with_their_check,
    leases::one_does_it_until_it_falls_silent,
    leases::of_many_who_come_at_once_one_does_it,
    sights::what_is_seen_is_replaced_and_spells_are_kept,
    sights::the_oldest_spells_go_when_there_are_too_many,
    templates::templates_read_back,
    templates::templates_are_removed_at_their_version,
    templates::origins_are_set_over_each_other,
    revisions::changes_since_a_revision,
    revisions::one_state_while_others_write,
    revisions::dropping_takes_everything_back,
    revisions::rolling_back_takes_everything_back,
    revisions::audit_stands_and_falls_with_its_change,
    revisions::a_failed_transaction_cannot_be_committed,
    writers::many_writers_lose_nothing,
    writers::two_stores_on_one_database,
    writers::a_hanging_writer_is_waited_for,
    writers::a_cancelled_writer_leaves_nothing_behind,
    secrets::a_secret_is_sealed_and_read_back,
    secrets::a_secret_opens_in_its_own_row_alone,
    secrets::without_its_key_a_secret_stays_as_it_is,
    secrets::another_key_takes_the_place_of_one,
    schema::both_engines_have_the_same_tables,
    schema::a_newer_schema_is_refused,
    schema::an_older_schema_is_upgraded_by_open_alone,
    schema::a_foreign_database_is_refused,
    schema::nothing_there_is_missing,
}
