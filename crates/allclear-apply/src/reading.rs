//! From texts to declarations: each file strictly, then what holds between them.

use std::collections::HashMap;
use std::ops::Range;

use allclear_domain::limits;
use serde::de::DeserializeOwned;
use toml::Spanned;

use crate::declared::{Declarations, Declared, FileToml, TemplateToml};
use crate::error::{ApplyError, Problem};
use crate::source::{SourceFile, Sources};

/// Reads all files; problems of several are told together.
pub(crate) fn read(sources: &Sources) -> Result<Declarations, ApplyError> {
    let mut all = Declarations::default();
    let mut problems = Vec::new();
    for file in &sources.files {
        match parse::<FileToml>(file) {
            Ok(toml) => take_in(&mut all, file, toml),
            Err(problem) => problems.push(problem),
        }
    }
    problems.extend(doubles(&all));
    problems.truncate(limits::PROBLEMS_MAX);
    if problems.is_empty() { Ok(all) } else { Err(ApplyError::Files(problems)) }
}

fn parse<T: DeserializeOwned>(file: &SourceFile) -> Result<T, Problem> {
    toml::from_str(&file.text).map_err(|error| Problem {
        file: file.name.clone(),
        line: error.span().map(|span| line_of(&file.text, span.start)),
        text: error.message().replace('\n', " ").trim().to_owned(),
    })
}

/// The line of a place in a text, from 1.
fn line_of(text: &str, place: usize) -> usize {
    text.bytes().take(place).filter(|byte| *byte == b'\n').count() + 1
}

fn take_in(all: &mut Declarations, file: &SourceFile, toml: FileToml) {
    all.pages.extend(toml.status_page.into_iter().map(|one| placed(file, one)));
    all.components.extend(toml.component.into_iter().map(|one| placed(file, one)));
    let mut templates: Vec<Declared<TemplateToml>> = Vec::new();
    templates.extend(
        (toml.incident_template.into_iter())
            .map(|one| placed(file, one).map(TemplateToml::Incident)),
    );
    templates.extend(
        (toml.maintenance_template.into_iter())
            .map(|one| placed(file, one).map(TemplateToml::Maintenance)),
    );
    all.templates.extend(templates);
    all.people.extend(toml.person.into_iter().map(|one| placed(file, one)));
}

impl<T> Declared<T> {
    fn map<U>(self, into: impl FnOnce(T) -> U) -> Declared<U> {
        let Self { file, line, lines, value } = self;
        Declared { file, line, lines, value: into(value) }
    }
}

fn placed<T>(file: &SourceFile, spanned: Spanned<T>) -> Declared<T> {
    let Range { start, .. } = spanned.span();
    let line = line_of(&file.text, start);
    Declared {
        file: file.name.clone(),
        line,
        lines: field_lines(&file.text, line),
        value: spanned.into_inner(),
    }
}

/// The fields that begin a line below the head of a table, up to the next head.
fn field_lines(text: &str, head: usize) -> Vec<(String, usize)> {
    let below = text.lines().enumerate().skip(head);
    let own = below.take_while(|(_, line)| !line.starts_with("[["));
    own.filter_map(|(place, line)| {
        let (name, _) = line.split_once('=')?;
        let name = name.trim();
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        (!name.is_empty() && name.chars().all(is_name)).then(|| (name.to_owned(), place + 1))
    })
    .collect()
}

/// What is declared twice.
fn doubles(all: &Declarations) -> Vec<Problem> {
    let mut problems = Vec::new();
    find_doubles(&all.pages, |one| format!("the status page `{}`", one.key), &mut problems);
    let of = |page: Option<&allclear_domain::text::Key>| match page {
        Some(page) => format!(" of the status page `{page}`"),
        None => String::new(),
    };
    let component = |one: &crate::declared::ComponentToml| {
        format!("the component `{}`{}", one.key, of(one.status_page.as_ref()))
    };
    find_doubles(&all.components, component, &mut problems);
    let template =
        |one: &TemplateToml| format!("the template `{}`{}", one.key(), of(one.status_page()));
    find_doubles(&all.templates, template, &mut problems);
    find_doubles(&all.people, |one| one.email.to_string(), &mut problems);
    let defaults: Vec<_> = all.pages.iter().filter(|page| page.value.default).collect();
    if let [first, second, ..] = defaults.as_slice() {
        let text = format!(
            "`default` stands at `{}` in {}:{} as well: one page is the default",
            first.value.key, first.file, first.line
        );
        problems.push(second.problem_of("default", text));
    }
    problems
}

fn find_doubles<T>(all: &[Declared<T>], name: impl Fn(&T) -> String, problems: &mut Vec<Problem>) {
    let mut known: HashMap<String, &Declared<T>> = HashMap::new();
    for one in all {
        let name = name(&one.value);
        match known.get(&name) {
            Some(first) => {
                let text = format!(
                    "{name} stands in {}:{} as well: declare it once",
                    first.file, first.line
                );
                problems.push(one.problem_of("key", text));
            }
            None => {
                known.insert(name, one);
            }
        }
    }
}
