//! One operation of the API: what it takes and what it gives.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::access::{Needs, Rule};

type Shape = (String, fn(&mut SchemaGenerator) -> Schema);

/// One operation.
pub(crate) struct Operation {
    method: &'static str,
    path: &'static str,
    summary: &'static str,
    query: Vec<Value>,
    takes: Option<Shape>,
    gives: Option<(u16, Shape)>,
    has_version: bool,
}

fn shape<T: JsonSchema>() -> Shape {
    (T::schema_name().into_owned(), SchemaGenerator::subschema_for::<T>)
}

impl Operation {
    const fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        let (takes, gives) = (None, None);
        Self { method, path, summary, query: Vec::new(), takes, gives, has_version: true }
    }

    /// Something to look at.
    pub(crate) const fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new("GET", path, summary)
    }

    /// Something to do.
    pub(crate) const fn post(path: &'static str, summary: &'static str) -> Self {
        Self::new("POST", path, summary)
    }

    /// Something to put in the place of what is there.
    pub(crate) const fn put(path: &'static str, summary: &'static str) -> Self {
        Self::new("PUT", path, summary)
    }

    /// Something to change in parts.
    pub(crate) const fn patch(path: &'static str, summary: &'static str) -> Self {
        Self::new("PATCH", path, summary)
    }

    /// Something to remove. It gives nothing back.
    pub(crate) const fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new("DELETE", path, summary)
    }

    /// It takes a parameter in the query.
    pub(crate) fn query(mut self, name: &str, description: &str) -> Self {
        self.query.push(json!({
            "name": name, "in": "query", "description": description, "schema": {"type": "string"},
        }));
        self
    }

    /// It takes a body.
    pub(crate) fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(shape::<T>()), ..self }
    }

    /// It gives a body, with a status.
    pub(crate) fn gives<T: JsonSchema>(self, status: u16) -> Self {
        Self { gives: Some((status, shape::<T>())), ..self }
    }

    /// What it gives has no version.
    pub(crate) fn without_version(self) -> Self {
        Self { has_version: false, ..self }
    }

    /// It gives some of many, and no more than are asked for.
    pub(crate) fn limited(mut self) -> Self {
        self.query.push(json!({
            "name": "limit", "in": "query",
            "description": "How many at most.",
            "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        }));
        self.without_version()
    }

    /// It gives a list, a slice at a time.
    pub(crate) fn pages(self) -> Self {
        self.limited().query("cursor", "`next_cursor` of the slice before.")
    }

    /// It gives a list of what status pages tell, with one of these statuses where there are any.
    pub(crate) fn lists(self, statuses: &[&str]) -> Self {
        let mut listing = self.pages();
        listing.query.push(json!({
            "name": "status_page", "in": "query",
            "description": "Of this status page alone: its id or its slug.",
            "schema": {"type": "string"},
        }));
        if !statuses.is_empty() {
            listing.query.push(json!({
                "name": "status", "in": "query",
                "description": "With this status alone; `open` for everything that is not over.",
                "schema": {"type": "string", "enum": statuses},
            }));
        }
        listing
    }

    /// Whether it is what a rule is for.
    pub(crate) fn is_at(&self, rule: &Rule) -> bool {
        self.method == rule.method && self.path == rule.path
    }

    /// Method and path.
    #[cfg(test)]
    pub(crate) const fn at(&self) -> (&'static str, &'static str) {
        (self.method, self.path)
    }

    /// What it does.
    pub(crate) const fn summary(&self) -> &'static str {
        self.summary
    }

    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.path.trim_start_matches("/api/v1/").split('/')
    }

    /// The noun that it belongs to.
    pub(crate) fn tag(&self) -> &'static str {
        self.words().next().unwrap_or_default()
    }

    /// A name of its own.
    pub(crate) fn id(&self) -> String {
        let words = self.words().map(|word| word.trim_matches(['{', '}']).replace('-', "_"));
        let words: Vec<String> = std::iter::once(self.method.to_lowercase()).chain(words).collect();
        words.join("_")
    }

    /// What it takes and gives, by name.
    pub(crate) fn shapes(&self) -> (String, String) {
        let name = |shape: &Shape| format!("`{}`", shape.0);
        let gives = self.gives.as_ref().map(|(status, shape)| format!("{status} {}", name(shape)));
        (self.takes.as_ref().map(name).unwrap_or_default(), gives.unwrap_or_default())
    }

    /// What varies beside the body.
    pub(crate) fn parameters(&self) -> Vec<Value> {
        let names = self.words().filter_map(|word| word.strip_prefix('{')?.strip_suffix('}'));
        let mut all: Vec<Value> = names
            .map(|name| {
                let about = match name {
                    "id" if self.tag() == "checks" => "Its id, or its key.",
                    "id" => "Its id, or its public id.",
                    _ => "Its id.",
                };
                json!({
                    "name": name, "in": "path", "required": true, "description": about,
                    "schema": {"type": "string"},
                })
            })
            .collect();
        all.extend(self.query.iter().cloned());
        let is_change = self.method == "PATCH";
        let may_name_one =
            matches!(self.method, "POST" | "PUT" | "DELETE") && self.path.contains('{');
        if self.has_version && (is_change || may_name_one) {
            all.push(json!({
                "name": "If-Match", "in": "header", "required": is_change,
                "description": "The `ETag` of what the change was made to.",
                "schema": {"type": "string", "examples": ["\"v1\""]},
            }));
        }
        if self.method == "POST" {
            all.push(json!({
                "name": "Idempotency-Key", "in": "header",
                "description": "1 to 255 visible characters of your own choice, in quotes or without: \
                                sent again, nothing is done again.",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }));
        }
        all
    }

    /// What comes back.
    pub(crate) fn responses(&self, rule: &Rule, generator: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        if let Some((status, (_, schema))) = &self.gives {
            let mut answer = json!({
                "description": "Done.",
                "content": {"application/json": {"schema": schema(generator)}},
            });
            let version = json!({"description": "Its version.", "schema": {"type": "string"}});
            let place = json!({"description": "Where it is.", "schema": {"type": "string"}});
            if self.has_version && !self.is_conversion() {
                answer["headers"]["ETag"] = version;
            }
            if *status == 201 && (!self.path.contains('{') || self.is_conversion()) {
                answer["headers"]["Location"] = place;
            }
            let links = self.links();
            if !links.is_empty() {
                answer["links"] = links.into();
            }
            responses.insert(status.to_string(), answer);
        } else {
            responses.insert("204".to_owned(), json!({"description": "Done."}));
        }
        for status in self.problems(rule) {
            responses.insert(status.to_string(), json!({"$ref": "#/components/responses/Problem"}));
        }
        responses.into()
    }

    /// What can be done with something new.
    fn links(&self) -> Map<String, Value> {
        let mut links = Map::new();
        if self.method == "POST" && !self.path.contains('{') {
            let below = format!("{}/{{id}}", self.path);
            for other in crate::api::operations() {
                let rest = other.path.strip_prefix(&below);
                if rest.is_some_and(|rest| !rest.contains('{')) {
                    let link = json!({
                        "operationId": other.id(),
                        "parameters": {"id": "$response.body#/id"},
                    });
                    links.insert(other.id(), link);
                }
            }
        }
        links
    }

    fn is_conversion(&self) -> bool {
        self.path.ends_with("/convert")
    }

    fn problems(&self, rule: &Rule) -> Vec<u16> {
        let mut all = vec![400, 401, 413, 415, 422, 500, 503];
        if matches!(rule.needs, Needs::Scope(_)) {
            all.push(403);
        }
        if self.path.contains('{') {
            all.push(404);
        }
        if self.method != "GET" {
            all.extend([409, 412]);
            all.push(428);
        }
        if self.method == "POST" {
            all.push(429);
        }
        all.sort_unstable();
        all
    }

    /// The body that it takes.
    pub(crate) fn body(&self, generator: &mut SchemaGenerator) -> Option<Schema> {
        self.takes.as_ref().map(|(_, schema)| schema(generator))
    }
}
