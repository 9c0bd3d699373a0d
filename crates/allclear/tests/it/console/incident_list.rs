//! The list of incidents, where there are many: a page at a time, whatever else is there.

use allclear_domain::audit::Actor;
use allclear_domain::incident::IncidentKind;
use allclear_domain::times::Bound;
use allclear_domain::{Change, Clock, Entropy, Incident};
use allclear_incidents::writing::NewIncident;
use jiff::SignedDuration;

use super::Office;
use crate::support::Engine;
use crate::support::browser::Page;

/// Whatever else were read could not be, and would be told.
#[tokio::test]
async fn a_list_of_thousands_reads_what_it_shows() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Example Shop").await;
        fill(&office).await;
        let owner = &mut office.owner;
        let found = owner.get("/console/incidents?q=incident+3000.").await;
        assert!(found.text.contains("1000 incidents were looked through"), "{}", found.text);
        let mut pages = vec![found];
        while let Some(older) = older(pages.last().unwrap()) {
            pages.push(owner.get(&older).await);
        }
        assert_eq!(pages.iter().filter(|page| page.text.contains("Incident 3000.")).count(), 1);
        assert!(pages.len() < 7, "{}", pages.len());

        let first = owner.get("/console/incidents").await;
        let second = owner.get(&older(&first).unwrap()).await;
        for (page, first, beyond) in [(&first, 0, 50), (&second, 50, 100)] {
            for shown in [first, beyond - 1] {
                assert!(page.text.contains(&format!(">Incident {shown}.<")), "{}", page.text);
            }
            assert!(!page.text.contains(&format!(">Incident {beyond}.<")), "{}", page.text);
        }
        assert!(second.text.contains("The latest ones"), "{}", second.text);
        for place in ["?is=open", "?page=example-shop", "?is=open&page=example-shop"] {
            let some = owner.get(&format!("/console/incidents{place}")).await;
            assert!(some.text.contains(">Incident 49.<"), "{place}: {}", some.text);
        }
        for place in ["?is=resolved", "?is=draft", "?q=nothing+like+it&is=draft"] {
            let none = owner.get(&format!("/console/incidents{place}")).await;
            assert!(none.text.contains("No incident is like that"), "{place}: {}", none.text);
        }
        assert_eq!(owner.get("/console/incidents?after=x").await.status, 422);

        office.instance.stop().await;
    }
}

/// 5,000 incidents, each a minute older than the one before it.
async fn fill(office: &Office) -> Vec<Incident> {
    let page_id = office.instance.store().list_status_pages().await.unwrap()[0].id;
    let (entropy, actor) = (Entropy::from_seed(5), Actor::Command("test".to_owned()));
    let now = office.clock.now();
    let mut all = Vec::new();
    for number in 0..5_000 {
        let began = now - SignedDuration::from_mins(number);
        let new = NewIncident {
            page_id,
            title: format!("Incident {number}."),
            kind: IncidentKind::Disruption,
            impact_override: None,
            affected: Vec::new(),
            started: Bound::exactly(began),
            ended: None,
            update: None,
            is_draft: false,
        };
        let change = Change { actor: &actor, entropy: &entropy, now };
        all.push(new.reported(change).unwrap());
    }
    let mut transaction = office.instance.store().begin().await.unwrap();
    transaction.insert_incidents(&all).await.unwrap();
    transaction.commit().await.unwrap();
    all
}

#[tokio::test]
async fn damaged_incidents_are_left_out_and_told() {
    for engine in Engine::ALL {
        let mut office = Office::open(engine).await;
        office.page("Example Shop").await;
        let all = fill(&office).await;
        // All but the 151 latest.
        let damage = include_str!("../../rigs/databases/damage_older_incidents.sql");
        office._fresh.change(damage);
        let owner = &mut office.owner;
        let mut page = owner.get("/console/incidents").await;
        for _ in 0..2 {
            assert_eq!(page.status, 200, "{}", page.text);
            page = owner.get(&older(&page).unwrap()).await;
        }
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains("cannot be read"), "{}", page.text);
        let page = owner.get(&older(&page).unwrap()).await;
        assert!(page.text.contains(">Incident 150.<"), "{}", page.text);
        assert!(
            page.text.contains("incidents that would stand here or a little later cannot be read"),
            "{}",
            page.text
        );
        assert!(!page.text.contains("looked through"), "{}", page.text);
        let mut pages = 0;
        let mut further = older(&page);
        while let Some(path) = further {
            let page = owner.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.text);
            (pages, further) = (pages + 1, older(&page));
        }
        assert!((3..9).contains(&pages), "{pages}");
        let details = format!("/console/incidents/{}/details", all[0].public_id);
        assert_eq!(owner.get(&details).await.status, 200, "earlier ones of the same cause");
        office.instance.stop().await;
    }
}

/// Where the list goes on.
fn older(page: &Page) -> Option<String> {
    let (before, _) = page.text.split_once("\">Earlier ones</a>")?;
    before.rsplit("href=\"").next().map(|path| path.replace("&#38;", "&"))
}
