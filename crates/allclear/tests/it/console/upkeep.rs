//! What is over goes by itself, while an instance runs.

use allclear_domain::ids::IncidentId;
use allclear_domain::session::{LinkPurpose, OneTimeLink, SecretDigest};
use allclear_domain::{Entropy, TurnedClock};
use allclear_store::KeptAnswer;
use jiff::SignedDuration;

use super::NOON;
use crate::support::{Engine, Fresh};

#[tokio::test]
async fn an_instance_takes_away_what_is_over() {
    for engine in Engine::ALL {
        let fresh = Fresh::on(engine);
        let now = NOON.parse().unwrap();
        let digest = SecretDigest("over".to_owned());
        let link = OneTimeLink {
            id: Entropy::from_seed(1).id(now),
            purpose: LinkPurpose::SetUp,
            person_id: None,
            digest: digest.clone(),
            created_at: now - SignedDuration::from_hours(2),
            expires_at: now - SignedDuration::from_hours(1),
        };
        let store = fresh.store().await;
        let mut transaction = store.begin().await.unwrap();
        transaction.insert_link(&link).await.unwrap();
        let kept = KeptAnswer {
            id: Entropy::from_seed(2).id::<IncidentId>(now).uuid(),
            actor: "token".to_owned(),
            request_digest: "x".to_owned(),
            answer: None,
            expires_at: now - SignedDuration::from_hours(1),
        };
        transaction.insert_kept_answer(&kept).await.unwrap();
        transaction.commit().await.unwrap();
        store.close().await;
        let instance = fresh.instance(&TurnedClock::at(now)).await;
        while instance.store().find_link(&digest).await.unwrap().is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        assert_eq!(instance.store().find_kept_answer(kept.id).await.unwrap(), None);
        instance.stop().await;
    }
}
