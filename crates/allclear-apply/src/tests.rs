//! What applying promises, on the embedded database: nothing twice, all or nothing, nothing lost.

use allclear_domain::audit::Actor;
use allclear_domain::person::PersonState;
use allclear_domain::{Access, Change, EmailAddress, Entropy, Person, Role, Scope, StatusPage};
use allclear_incidents::writing;
use allclear_store::{AuditFilter, Location, Store};
use jiff::Timestamp;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;

struct Desk {
    _folder: TempDir,
    store: Store,
    entropy: Entropy,
    by: Access,
    now: Timestamp,
}

impl Desk {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let location = Location::Folder(folder.path().join("data"));
        Self {
            _folder: folder,
            store: Store::open(&location).await.unwrap(),
            entropy: Entropy::from_seed(1),
            by: Access::of_command("cli"),
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
        }
    }

    async fn apply(&self, files: &[(&str, &str)], wish: Wish) -> Result<Plan, ApplyError> {
        self.apply_from(files, wish, true).await
    }

    async fn apply_from(
        &self,
        files: &[(&str, &str)],
        wish: Wish,
        is_folder: bool,
    ) -> Result<Plan, ApplyError> {
        let file = |(name, text): &(&str, &str)| SourceFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
        };
        let sources = Sources::of(files.iter().map(file).collect(), is_folder)?;
        apply(&self.store, &sources, wish, &self.by, (&self.entropy, self.now)).await
    }

    async fn person(&self, email: &str, role: Role) -> Person {
        let person = Person {
            id: self.entropy.id(self.now),
            email: EmailAddress::new(email).unwrap(),
            name: "Ada".to_owned(),
            role,
            state: PersonState::Active,
            created_at: self.now,
        };
        let mut transaction = self.store.begin().await.unwrap();
        transaction.insert_person(&person).await.unwrap();
        transaction.commit().await.unwrap();
        person
    }

    async fn refused(&self, text: &str) -> String {
        let before = self.store.revision().await.unwrap();
        let error = self.apply(&[("a.toml", text)], Wish::default()).await.unwrap_err();
        assert_eq!(self.store.revision().await.unwrap(), before, "nothing was written");
        error.to_string()
    }
}

const SHOP: &str = r#"
[[status_page]]
key = "shop"
title = "Shop"
default = true

[[component]]
key = "web"
name = "Web"

[[component]]
key = "checkout"
name = "Checkout"
parent = "web"
start_date = 2024-02-29

[[incident_template]]
key = "payments"
title = "Payments fail"
text = "We look into it."
impact = "critical"
affected = [{ component = "checkout" }]

[[maintenance_template]]
key = "disks"
title = "New disks"
affected = [{ all = true }]
"#;

fn plan_only() -> Wish {
    Wish { is_plan: true, ..Wish::default() }
}

fn prune() -> Wish {
    Wish { prune: true, ..Wish::default() }
}

fn keys(plan: &Plan) -> Vec<String> {
    plan.steps.iter().map(|step| format!("{} {}", step.action.as_str(), step.key)).collect()
}

#[tokio::test]
async fn what_is_declared_is_there_and_applying_again_changes_nothing() {
    let desk = Desk::new().await;
    let files = [("shop.toml", SHOP)];
    let plan = desk.apply(&files, plan_only()).await.unwrap();
    assert_eq!(desk.store.list_status_pages().await.unwrap(), [], "a plan writes nothing");
    let done = desk.apply(&files, Wish::default()).await.unwrap();
    assert!(done.is_applied && !plan.is_applied);
    assert_eq!(keys(&done), keys(&plan));
    assert_eq!(
        keys(&done),
        ["create shop", "create web", "create checkout", "create payments", "create disks"]
    );
    let revision = desk.store.revision().await.unwrap();
    let again = desk.apply(&files, Wish::default()).await.unwrap();
    assert_eq!((again.steps.len(), again.unchanged, again.is_applied), (0, 5, false));
    assert_eq!(desk.store.revision().await.unwrap(), revision);

    let page = desk.store.find_status_page("shop").await.unwrap().unwrap().value;
    let checkout = desk.store.find_component(page.id, "checkout").await.unwrap().unwrap();
    let web = desk.store.find_component(page.id, "web").await.unwrap().unwrap();
    assert_eq!(checkout.parent_id, Some(web.id));
    assert_eq!(checkout.start_date, Some(jiff::civil::date(2024, 2, 29)));
    assert_eq!(desk.store.list_origins().await.unwrap().len(), 5);
    let entries = desk.store.list_audit_entries(&AuditFilter::default(), 100).await.unwrap();
    let file = Actor::Command("apply shop.toml".to_owned());
    assert!(entries.iter().all(|entry| entry.actor == file), "{entries:?}");
}

#[tokio::test]
async fn a_rename_is_a_change_and_another_file_is_told() {
    let desk = Desk::new().await;
    desk.apply(&[("shop.toml", SHOP)], Wish::default()).await.unwrap();
    let renamed = SHOP.replace("name = \"Checkout\"", "name = \"Till\"");
    let plan = desk.apply(&[("all.toml", &renamed)], plan_only()).await.unwrap();
    let step = plan.steps.iter().find(|step| step.key == "checkout").unwrap();
    assert_eq!(step.action, Action::Change);
    let names: Vec<&str> = step.fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["name", "file"]);
    assert!(plan.lines().contains(&"    name: “Checkout” becomes “Till”".to_owned()));
    desk.apply(&[("all.toml", &renamed)], Wish::default()).await.unwrap();
    let all = desk.store.list_components().await.unwrap();
    assert_eq!(all.len(), 2);
    assert!(all.iter().any(|component| component.name == "Till"));
}

#[tokio::test]
async fn what_leaves_the_files_is_removed_on_demand_alone_and_much_of_it_by_force_alone() {
    let desk = Desk::new().await;
    let four = "[[status_page]]\nkey = \"p\"\ntitle = \"P\"\n".to_owned();
    let component = |n: usize| format!("[[component]]\nkey = \"c{n}\"\nname = \"C{n}\"\n");
    let with =
        |numbers: &[usize]| numbers.iter().fold(four.clone(), |text, n| text + &component(*n));
    let all = with(&[1, 2, 3, 4, 5]);
    desk.apply(&[("a.toml", &all)], Wish::default()).await.unwrap();
    let by_hand = writing::NewComponent {
        page_id: desk.store.find_status_page("p").await.unwrap().unwrap().id,
        name: "By hand".to_owned(),
        key: None,
        description: None,
        parent_id: None,
        start_date: None,
    };
    let change = Change { actor: &desk.by.actor, entropy: &desk.entropy, now: desk.now };
    writing::add_component(&desk.store, by_hand, change).await.unwrap();

    let fewer = with(&[1, 2, 3, 4]);
    let kept = desk.apply(&[("a.toml", &fewer)], Wish::default()).await.unwrap();
    assert_eq!(keys(&kept), [] as [&str; 0], "nothing is removed unasked");
    let done = desk.apply(&[("a.toml", &fewer)], prune()).await.unwrap();
    assert_eq!(keys(&done), ["remove c5"]);
    let names: Vec<String> =
        desk.store.list_components().await.unwrap().into_iter().map(|one| one.name).collect();
    assert!(names.contains(&"By hand".to_owned()) && names.len() == 5, "{names:?}");

    let few = with(&[1, 2]);
    let revision = desk.store.revision().await.unwrap();
    let plan = desk.apply(&[("a.toml", &few)], Wish { is_plan: true, ..prune() }).await.unwrap();
    assert!(plan.refused.as_ref().unwrap().contains("2 of 4"), "{plan:?}");
    let refused = desk.apply(&[("a.toml", &few)], prune()).await.unwrap_err();
    assert!(matches!(refused, ApplyError::Guard(_)), "{refused}");
    assert_eq!(desk.store.revision().await.unwrap(), revision);
    // Of a single file, only what came from it is removed.
    let other = desk.apply_from(&[("b.toml", &few)], prune(), false).await.unwrap();
    assert_eq!(other.count(Action::Remove), 0);
    let forced = Wish { force: true, ..prune() };
    let done = desk.apply(&[("b.toml", &few)], forced).await.unwrap();
    assert_eq!(done.count(Action::Remove), 2);
}

#[tokio::test]
async fn a_page_with_history_stays_and_nothing_else_is_lost_with_it() {
    let desk = Desk::new().await;
    let other = "[[status_page]]\nkey = \"other\"\ntitle = \"Other\"\n";
    desk.apply(&[("a.toml", SHOP), ("b.toml", other)], Wish::default()).await.unwrap();
    let page = desk.store.find_status_page("other").await.unwrap().unwrap().value;
    let new = writing::NewAnnouncement {
        page_id: page.id,
        title: "New prices".to_owned(),
        body: allclear_domain::text::Prose::plain("From May."),
        until: None,
        is_draft: false,
    };
    let change = Change { actor: &desk.by.actor, entropy: &desk.entropy, now: desk.now };
    writing::announce(&desk.store, new, change).await.unwrap();
    let renamed = SHOP.replace("\"Web\"", "\"Site\"");
    let wish = Wish { force: true, ..prune() };
    let refused = desk.apply(&[("a.toml", &renamed)], wish).await.unwrap_err();
    assert!(matches!(&refused, ApplyError::Guard(_)), "{refused}");
    assert!(refused.to_string().contains("no history is removed"), "{refused}");
    let names = desk.store.list_components().await.unwrap();
    assert!(names.iter().all(|one| one.name != "Site"), "all or nothing");
}

#[tokio::test]
async fn roles_are_of_people_who_are_there_and_never_leave_nobody_in_charge() {
    let desk = Desk::new().await;
    let owner = desk.person("ada@example.com", Role::Owner).await;
    let editor = desk.person("bob@example.com", Role::Editor).await;
    let role =
        |email: &str, role: &str| format!("[[person]]\nemail = \"{email}\"\nrole = \"{role}\"\n");
    let text = role("Bob@example.com", "viewer") + &role("cleo@example.com", "owner");
    let plan = desk.apply(&[("people.toml", &text)], Wish::default()).await.unwrap();
    assert_eq!(keys(&plan), ["change bob@example.com"]);
    assert!(plan.notes[0].starts_with("people.toml:4: nobody signs in with cleo@"), "{plan:?}");
    let role_of = async |id| desk.store.find_person(id).await.unwrap().unwrap().role;
    assert_eq!(role_of(editor.id).await, Role::Viewer);
    let demoted = role("ada@example.com", "viewer");
    let refused = desk.apply(&[("people.toml", &demoted)], Wish::default()).await.unwrap_err();
    assert!(matches!(refused, ApplyError::Guard(_)), "{refused}");
    assert!(refused.to_string().contains("the only owner"), "{refused}");
    // Handing over in one step works, in whatever order the files have it.
    let swapped = demoted + &role("bob@example.com", "owner");
    desk.apply(&[("people.toml", &swapped)], Wish::default()).await.unwrap();
    assert_eq!((role_of(owner.id).await, role_of(editor.id).await), (Role::Viewer, Role::Owner));
    let gone = desk.apply(&[("people.toml", "")], Wish { force: true, ..prune() }).await.unwrap();
    assert_eq!(gone.count(Action::Remove), 2);
    assert_eq!(role_of(editor.id).await, Role::Owner, "nobody is removed");
    assert_eq!(desk.store.list_origins().await.unwrap(), []);
}

#[tokio::test]
async fn whoever_applies_needs_what_the_files_do() {
    let mut desk = Desk::new().await;
    desk.by.scopes = [Scope::Read, Scope::StatusPages].into();
    let refused = desk.refused(SHOP).await;
    assert!(refused.contains("a component needs the scope `components`"), "{refused}");
}

#[tokio::test]
async fn problems_name_the_file_and_the_line() {
    let desk = Desk::new().await;
    let page = "[[status_page]]\nkey = \"p\"\ntitle = \"P\"\n";
    for (text, told) in [
        ("x = ", "a.toml:1: "),
        (
            "\n[[component]]\nkey = \"a\"\nname = \"A\"\ncolour = \"red\"\n",
            "a.toml:5: unknown field `colour`",
        ),
        ("[[component]]\nname = \"A\"\n", "missing field `key`"),
        ("[[component]]\nkey = \"A b\"\nname = \"A\"\n", "a.toml:2: "),
        ("[[component]]\nkey = \"a\"\nname = \"A\"\n", "a.toml:1: there is no status page"),
        (
            &format!("{page}[[component]]\nkey = \"a\"\nname = \"\"\n"),
            "a.toml:6: component `a`: name: is empty",
        ),
        (
            &format!("{page}[[component]]\nkey = \"a\"\nname = \"A\"\nparent = \"b\"\n"),
            "a.toml:7: there is no component `b`",
        ),
        (
            &format!("{page}[[component]]\nkey = \"a\"\nname = \"A\"\nparent = \"a\"\n"),
            "is its own ancestor",
        ),
        (
            &format!(
                "{page}[[component]]\nkey = \"a\"\nname = \"A\"\nstart_date = 2024-01-01T00:00:00Z\n"
            ),
            "a.toml:7: start_date: is no day",
        ),
        (&format!("{page}{page}"), "a.toml:5: the status page `p` stands in a.toml:1 as well"),
        (&format!("{page}host_names = [\"a b\"]\n"), "a.toml:4: status page `p`: host_names"),
        ("[[person]]\nemail = \"ada\"\nrole = \"owner\"\n", "a.toml:2: "),
        ("[[person]]\nemail = \"a@example.com\"\nrole = \"king\"\n", "a.toml:3: "),
    ] {
        let refused = desk.refused(text).await;
        assert!(refused.contains(told), "{text}\n{refused}\n{told}");
    }
    let refused = desk.apply(&[], Wish::default()).await.unwrap_err();
    assert!(refused.to_string().contains("ends in .toml"), "{refused}");
}

#[tokio::test]
async fn which_page_is_meant_never_depends_on_the_default() {
    let desk = Desk::new().await;
    let page = |key: &str| format!("[[status_page]]\nkey = \"{key}\"\ntitle = \"P\"\n");
    let component = "[[component]]\nkey = \"a\"\nname = \"A\"\n";
    let refused = desk.refused(&format!("{}{}{component}", page("p"), page("q"))).await;
    assert!(refused.contains("a.toml:7: there are several status pages"), "{refused}");
    let (one, two) = (format!("{}{component}", page("p")), page("q"));
    desk.apply(&[("one.toml", &one), ("two.toml", &two)], Wish::default()).await.unwrap();
    let all = desk.store.list_components().await.unwrap();
    let page = desk.store.find_status_page("p").await.unwrap().unwrap();
    assert_eq!(all.iter().map(|one| one.page_id).collect::<Vec<_>>(), [page.id]);
    let refused = desk.refused(component).await;
    assert!(refused.contains("name one with status_page"), "{refused}");
}

#[tokio::test]
async fn pages_share_components_and_the_default_moves() {
    let desk = Desk::new().await;
    let second = "[[status_page]]\nkey = \"all\"\ntitle = \"All\"\ncomponents = [\"shop/web\", \"own\"]\n\
        host_names = [\"status.example.com\"]\n\
        [[component]]\nstatus_page = \"all\"\nkey = \"own\"\nname = \"Own\"\n";
    let files = [("a.toml", SHOP), ("b.toml", second)];
    desk.apply(&files, Wish::default()).await.unwrap();
    assert!(desk.apply(&files, plan_only()).await.unwrap().steps.is_empty());
    let (first, second) =
        (SHOP.replace("default = true", ""), second.replace("title", "default = true\ntitle"));
    let files = [("a.toml", first.as_str()), ("b.toml", second.as_str())];
    let moved = desk.apply(&files, Wish::default()).await.unwrap();
    assert_eq!(keys(&moved), ["change shop", "change all"]);
    let pages = desk.store.list_status_pages().await.unwrap();
    let default: Vec<&StatusPage> = pages.iter().filter(|page| page.is_default).collect();
    assert_eq!(default.iter().map(|page| page.slug.as_str()).collect::<Vec<_>>(), ["all"]);
    assert!(desk.apply(&files, plan_only()).await.unwrap().steps.is_empty());
}

#[tokio::test]
async fn a_component_that_history_names_is_retired_and_comes_back_when_it_is_declared_again() {
    let desk = Desk::new().await;
    desk.apply(&[("a.toml", SHOP)], Wish::default()).await.unwrap();
    let page = desk.store.find_status_page("shop").await.unwrap().unwrap().value;
    let checkout = desk.store.find_component(page.id, "checkout").await.unwrap().unwrap();
    let change = Change { actor: &desk.by.actor, entropy: &desk.entropy, now: desk.now };
    let status = allclear_domain::ComponentStatus::MajorOutage;
    let new = writing::NewSetting { status, for_seconds: None, overrules: None };
    writing::set_component_status(&desk.store, checkout.id, new, change).await.unwrap();
    let without = SHOP.split("[[component]]\nkey = \"checkout\"").next().unwrap();
    let wish = Wish { force: true, ..prune() };
    desk.apply(&[("a.toml", without)], wish).await.unwrap();
    let found = desk.store.find_component_by_id(checkout.id).await.unwrap().unwrap();
    assert_eq!(found.retired_at, Some(desk.now));
    let back = desk.apply(&[("a.toml", SHOP)], Wish::default()).await.unwrap();
    assert!(keys(&back).contains(&"change checkout".to_owned()), "{back:?}");
    let found = desk.store.find_component_by_id(checkout.id).await.unwrap().unwrap();
    assert_eq!(found.retired_at, None);
}

/// A component: its page, what it is a part of (by place), and its name.
type Random = (usize, Option<usize>, String);

/// Files with pages, components and templates, some of them in a second file.
fn files(pages: usize, components: &[Random], split: usize) -> Vec<(String, String)> {
    let mut texts = [String::new(), String::new()];
    for page in 0..pages {
        let default = page == pages - 1;
        texts[0] +=
            &format!("[[status_page]]\nkey = \"p{page}\"\ntitle = \"P\"\ndefault = {default}\n");
    }
    for (place, (page, parent, name)) in components.iter().enumerate() {
        let page = page % pages;
        let text = &mut texts[usize::from(place >= split)];
        let name = toml::Value::String(name.clone());
        *text += &format!(
            "[[component]]\nstatus_page = \"p{page}\"\nkey = \"c{place}\"\nname = {name}\n"
        );
        let parent = parent.filter(|parent| *parent < place);
        if let Some(parent) = parent.filter(|parent| components[*parent].0 % pages == page) {
            *text += &format!("parent = \"c{parent}\"\n");
        }
        if place % 3 == 0 {
            *text += &format!(
                "[[incident_template]]\nstatus_page = \"p{page}\"\nkey = \"t{place}\"\n\
                 title = {name}\naffected = [{{ component = \"c{place}\" }}]\n"
            );
        }
    }
    let [one, two] = texts;
    vec![("one.toml".to_owned(), one), ("two.toml".to_owned(), two)]
}

fn random() -> impl Strategy<Value = (usize, Vec<Random>, usize)> {
    let component = (0_usize..3, prop::option::of(0_usize..12), "[a-zA-Z\"'\\\\ äß]{1,12}[a-z]");
    (1_usize..4, prop::collection::vec(component, 0..12), 0_usize..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Twice is once, a plan of what is applied is empty, from one set to any other, and an error
    /// loses nothing.
    #[test]
    fn twice_is_once((pages, first, split) in random(), (_, second, other) in random()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let desk = Desk::new().await;
            for (components, split) in [(&first, split), (&second, other)] {
                let files = files(pages, components, split);
                let files: Vec<(&str, &str)> =
                    files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
                let wish = Wish { force: true, ..prune() };
                desk.apply(&files, wish).await.unwrap();
                let revision = desk.store.revision().await.unwrap();
                let again = desk.apply(&files, wish).await.unwrap();
                assert!(again.steps.is_empty(), "{again:#?}");
                assert_eq!(desk.store.revision().await.unwrap(), revision);
                let plan = desk.apply(&files, Wish { is_plan: true, ..wish }).await.unwrap();
                assert!(plan.steps.is_empty() && plan.refused.is_none(), "{plan:#?}");
                let all = desk.store.list_components().await.unwrap();
                assert_eq!(all.len(), components.len());
                let mut broken = files.clone();
                let bad = format!("{}[[component]]\nkey = \"c0\"\nname = \"\"\n", files[1].1);
                broken[1].1 = &bad;
                desk.apply(&broken, wish).await.unwrap_err();
                assert_eq!(desk.store.list_components().await.unwrap(), all);
            }
        });
    }
}
