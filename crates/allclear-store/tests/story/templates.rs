//! Templates, and what comes from files.

use allclear_domain::audit::Subject;
use allclear_domain::{Origin, Template, TemplateKind};
use allclear_store::{Slice, StoreError};

use crate::harness::{Content, Home};
use crate::samples::Samples;

pub(crate) async fn templates_read_back(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let incident = samples.template(&component, "b");
    let maintenance = Template {
        begins: TemplateKind::Maintenance {
            expected_effect: Some("Slow".to_owned()),
            recovery_plan: None,
        },
        affected: Vec::new(),
        text: String::new(),
        ..samples.template(&component, "a")
    };
    let content = Content {
        pages: vec![page.clone()],
        components: vec![component.clone()],
        templates: vec![incident.clone(), maintenance.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let store = &home.store;
    let both = [maintenance.clone(), incident.clone()];
    assert_eq!(store.list_templates_of(page.id).await.unwrap(), both, "by key");
    let found = store.find_template(incident.id).await.unwrap().unwrap();
    assert_eq!((found.value, found.version), (incident.clone(), 1));
    let found = store.find_template_by_key(page.id, "a").await.unwrap().unwrap();
    assert_eq!(found.value, maintenance);
    assert_eq!(store.find_template_by_key(page.id, "c").await.unwrap(), None);
    let slice =
        Slice { from: Some(incident.id), page_id: Some(page.id), statuses: vec![], limit: 9 };
    let after: Vec<_> = store.slice_templates(&slice).await.unwrap();
    assert_eq!(after.into_iter().map(|one| one.value).collect::<Vec<_>>(), [maintenance]);

    let mut transaction = store.begin().await.unwrap();
    assert_eq!(transaction.list_templates().await.unwrap(), both);
    let same = samples.template(&component, "a");
    let error = transaction.insert_templates(&[same]).await.unwrap_err();
    assert!(error.to_string().contains("a template with this key on this page"), "{error}");
}

pub(crate) async fn templates_are_removed_at_their_version(home: Home) {
    let samples = Samples::new();
    let page = samples.page("p");
    let component = samples.component(page.id, "c");
    let template = samples.template(&component, "a");
    let content = Content {
        pages: vec![page],
        components: vec![component],
        templates: vec![template.clone()],
        ..Content::default()
    };
    content.write(&home.store).await.unwrap();
    let mut transaction = home.store.begin().await.unwrap();
    let changed = Template { title: "Another".to_owned(), ..template.clone() };
    assert_eq!(transaction.update_template(&changed, 1).await.unwrap(), 2);
    let error = transaction.remove_template(&template, 1).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { expected: 1, found: 2, .. }), "{error}");
    transaction.remove_template(&template, 2).await.unwrap();
    assert_eq!(transaction.find_template(template.id).await.unwrap(), None);
    let error = transaction.remove_template(&template, 2).await.unwrap_err();
    assert!(matches!(error, StoreError::NotFound { .. }), "{error}");
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_template(template.id).await.unwrap(), None);
}

pub(crate) async fn origins_are_set_over_each_other(home: Home) {
    let samples = Samples::new();
    let subject = Subject::StatusPage(samples.page("p").id);
    let other = Subject::Component(samples.component(samples.page("q").id, "c").id);
    let of = |subject, file: &str| Origin { subject, file: file.to_owned() };
    let mut transaction = home.store.begin().await.unwrap();
    transaction.set_origin(&of(subject, "a.toml")).await.unwrap();
    transaction.set_origin(&of(other, "a.toml")).await.unwrap();
    transaction.set_origin(&of(subject, "b.toml")).await.unwrap();
    let all = [of(other, "a.toml"), of(subject, "b.toml")];
    assert_eq!(transaction.list_origins().await.unwrap(), all);
    transaction.remove_origin(other).await.unwrap();
    transaction.remove_origin(other).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(home.store.find_origin(subject).await.unwrap(), Some(of(subject, "b.toml")));
    assert_eq!(home.store.find_origin(other).await.unwrap(), None);
    assert_eq!(home.store.list_origins().await.unwrap(), [of(subject, "b.toml")]);
}
