//! `allclear person`: who may sign in, from the machine itself. Whoever may read the database may do
//! this; it is how a forgotten password is got over where no owner is left.

use allclear_domain::session::LinkPurpose;
use allclear_domain::{Access, Change, Clock, EmailAddress, Entropy, Person, SystemClock};
use allclear_people::accounts::{self, Standing, Wanted};
use allclear_people::{Secret, links};
use allclear_store::Store;
use anyhow::{Result, anyhow};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::DONE;
use crate::cli::PersonCommand;
use crate::output::{remark, say, say_json};
use crate::settings::Settings;

/// Does it.
pub(super) async fn run(command: PersonCommand, settings: &Settings) -> Result<u8> {
    if let PersonCommand::List { json } = command {
        let store = Store::open_existing(&settings.location).await?;
        let people = store.list_people().await?;
        store.close().await;
        return list(&people, json);
    }
    let (store, _lock) = super::open_to_write(settings).await?;
    let done = change(command, &store, settings).await;
    store.close().await;
    done
}

fn list(people: &[Person], json: bool) -> Result<u8> {
    if json {
        say_json(&people)?;
        return Ok(DONE);
    }
    for person in people {
        let state = person.state.as_str();
        say(&format!("{}  {}  {state}  {}", person.email, person.role, person.name))?;
    }
    if people.is_empty() {
        remark("There is nobody yet: `allclear serve` prints a link to set Allclear up.");
    }
    Ok(DONE)
}

async fn change(command: PersonCommand, store: &Store, settings: &Settings) -> Result<u8> {
    let by = Access::of_command("person");
    let entropy = Entropy::from_system();
    let change = Change { actor: &by.actor, entropy: &entropy, now: SystemClock.now() };
    match command {
        PersonCommand::List { .. } => {}
        PersonCommand::Invite { email, name, role, json } => {
            let (person, secret) = links::invite(store, &email, &name, role, &by, change).await?;
            let link = Link::of(LinkPurpose::Invitation, &secret, settings);
            say_link(&person, &link, json, change.now)?;
        }
        PersonCommand::Link { email, json } => {
            let person = find(store, &email).await?;
            let (person, purpose, secret) = links::renew(store, person.id, &by, change).await?;
            say_link(&person, &Link::of(purpose, &secret, settings), json, change.now)?;
        }
        PersonCommand::Role { email, role } => {
            let person = find(store, &email).await?;
            let wanted = Wanted { role: Some(role), ..Wanted::default() };
            let person = accounts::change(store, person.id, wanted, &by, change).await?;
            say(&format!("{} is {} now", person.email, person.role))?;
        }
        PersonCommand::Disable { email } => {
            let person = find(store, &email).await?;
            let wanted = Wanted { standing: Some(Standing::Disabled), ..Wanted::default() };
            let person = accounts::change(store, person.id, wanted, &by, change).await?;
            say(&format!("{} cannot sign in any more", person.email))?;
        }
        PersonCommand::Enable { email } => {
            let person = find(store, &email).await?;
            let wanted = Wanted { standing: Some(Standing::Enabled), ..Wanted::default() };
            accounts::change(store, person.id, wanted, &by, change).await?;
            let (person, purpose, secret) = links::renew(store, person.id, &by, change).await?;
            say_link(&person, &Link::of(purpose, &secret, settings), false, change.now)?;
        }
        PersonCommand::RemoveAuthenticator { email } => {
            let person = find(store, &email).await?;
            let person = accounts::remove_authenticator(store, person.id, &by, change).await?;
            say(&format!("{} signs in with the password alone now", person.email))?;
        }
    }
    Ok(DONE)
}

async fn find(store: &Store, email: &str) -> Result<Person> {
    let email = EmailAddress::new(email)?;
    let found = store.find_person_by_email(&email).await?;
    let missing = || anyhow!("nobody signs in with {email}: `allclear person list` shows who does");
    Ok(found.ok_or_else(missing)?.value)
}

/// A link that works once.
struct Link {
    url: String,
    lasts: SignedDuration,
}

impl Link {
    fn of(purpose: LinkPurpose, secret: &Secret, settings: &Settings) -> Self {
        let (path, lasts) = match purpose {
            LinkPurpose::Invitation => ("invitation", links::INVITATION_LASTS),
            LinkPurpose::SetUp | LinkPurpose::PasswordReset | LinkPurpose::SecondFactor => {
                ("password", links::RESET_LASTS)
            }
        };
        let base = settings.entrance.public_url.clone();
        let base = base.unwrap_or_else(|| format!("http://{}", settings.listen));
        Self { url: format!("{base}/console/{path}?token={}", secret.reveal()), lasts }
    }
}

fn say_link(person: &Person, link: &Link, json: bool, now: Timestamp) -> Result<()> {
    if json {
        let mut told = serde_json::to_value(person)?;
        told["link"] = json!({"url": link.url, "expires_at": now + link.lasts});
        return say_json(&told);
    }
    let hours = link.lasts.as_hours();
    remark(&format!("For {}; it works once, for {hours} hours:", person.email));
    say(&link.url)
}
