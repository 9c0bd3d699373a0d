//! What people write is text, in a real browser: in every field of every noun stands what would run
//! if any page let it, every page is opened, and every form is sent with it. Nothing runs, and no
//! element comes of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use allclear_domain::Role;
use serde_json::Value;

use super::walker::{IS_NEW, Walker, Way};
use crate::bad_values::{FULL, batches, places, write};
use crate::console::{Office, PASSWORD, sign_in};
use crate::pages::assert_none;
use crate::pages::browser::{Browser, View};
use crate::support::Engine;

/// More pages than there are.
const PAGES_MAX: usize = 1000;

/// What breaks out of a text and of an attribute, as short as a name.
const TINY: &str = "\"'></title></textarea><x-xss><img src=x onerror=ran=1><script>ran=1</script>";

/// What breaks out of a text, of an attribute in either quotes, of elements that hold raw text, and
/// of Markdown; all of it on one line, as short as a title.
const SHORT: &str = "\"'></title></textarea></template></noscript><x-xss>\
     <img src=x onerror=ran=1><script>ran=1</script>[x](javascript:ran=1)";

/// More of that, where there is room.
const LONG: &str = "\n<svg/onload=ran=1>\n' onfocus=ran=1 autofocus x='\n\
     \" onfocus=\"ran=1\" autofocus x=\"\n![x](x\" onerror=\"ran=1)\n<javascript:ran=1>\n\
     [x]: javascript:ran=1\n[x]\n[x](data:text/html,<script>ran=1</script>)\n\
     [x](https://example.com/\"onclick=\"ran=1)\n<https://example.com/\"onclick=\"ran=1>\n\
     &lt;script&gt;ran=1&lt;/script&gt;\n<iframe srcdoc=\"<script>parent.ran=1</script>\">\n\
     <base href=//example.com><meta http-equiv=refresh content=0;url=//example.com>\n\
     <form action=javascript:ran=1><button formaction=javascript:ran=1>\n\
     | a | b |\n|---|---|\n| <x-xss> | `<x-xss>` |\n\n```\n</code></pre><x-xss>\n```\n\
     {{ 7*7 }} {% x %} ]]> --> <!--";

/// What no page shows.
const SHOWN_NOWHERE: [&str; 2] =
    ["/pages/1/incidents/0/source/format", "/pages/1/incidents/0/source/key"];

/// What came of it on the open page; empty is good.
const CAME_OF_IT: &str = "(() => {
    const roots = [document];
    for (const root of roots)
        for (const el of root.querySelectorAll('*')) if (el.shadowRoot) roots.push(el.shadowRoot);
    const isOurs = el => el.matches('script[src^=\"/assets/\"]');
    const bad = [...'x-xss,img[src=x],iframe,object,embed,base,style,script'.split(',')].join();
    const runs = /^\\s*(javascript|data|vbscript):/i;
    return [
        ...(globalThis.ran ? ['it ran'] : []),
        ...roots.flatMap(root => [...root.querySelectorAll('*')]).filter(el =>
            el.matches(bad) && !isOurs(el)
            || [...el.attributes].some(one => one.name.startsWith('on')
                || /^(href|src|action|formaction|xlink:href)$/.test(one.name)
                    && runs.test(one.value))
        ).map(el => el.outerHTML.slice(0, 160)),
    ];
})()";

/// The pages that the open one leads to, of ours.
const LEADS_TO: &str = "[...document.querySelectorAll('a[href]')]
    .filter(link => link.origin === location.origin)
    .map(link => link.pathname + link.search)
    .filter(path => !/^\\/(assets|api)\\//.test(path))";

/// Everything that can be read on the open page, also in fields and in what is folded.
const READS: &str = "document.documentElement.textContent
    + [...document.querySelectorAll('input, textarea')].map(field => field.value).join(' ')
    + [...document.querySelectorAll('[title], [alt], [aria-label], [content]')].map(el =>
        el.title + el.alt + el.ariaLabel + el.content).join(' ')";

/// The ways to send the forms of the open page: form and button, with what they are, without ids.
/// Those that end the own session are left alone.
const FORMS: &str = "[...document.forms].flatMap((form, at) =>
    [...form.querySelectorAll('button:not([type=button])')].map((button, with_) => [
        `${form.method} ${form.getAttribute('action').replace(/\\?.*/, '')
            .replace(/[a-z]{3}_[0-9a-f]{32}|(?<=\\/)[a-z0-9]{12}(?=\\/|$)/g, '*')} ${button.value}`,
        at, with_])).filter(([what]) => !/sign-out|disable/.test(what))";

/// Fills a form with `TEXT`, and sends it. Where `IS_ALL`, also what people cannot type into.
const SEND: &str = "(() => {
    const form = document.forms[FORM], isAll = IS_ALL;
    form.noValidate = true;
    for (const field of form.elements) {
        if (/^(form_token|once|version)$/.test(field.name)) continue;
        if (field.localName === 'textarea') field.value = `TEXT`;
        if (field.localName === 'select' && isAll) field.add(new Option('x', `TEXT`, true, true));
        if (field.localName !== 'input' || /^(checkbox|radio|file)$/.test(field.type)) continue;
        if (field.type === 'hidden' && !isAll) continue;
        if (/^(date|time|email|number|url|color)/.test(field.type)) {
            if (!isAll) continue;
            field.type = 'text';
        }
        field.maxLength = 10000;
        field.value = `TEXT`.replaceAll('\\n', ' ');
    }
    globalThis.isOld = true;
    form.requestSubmit(form.querySelectorAll('button:not([type=button])')[BUTTON]);
})()";

/// The file with every field of every noun, each of which holds what it lets through of it, and
/// what marks each of them.
fn poisoned() -> (Value, BTreeMap<String, String>) {
    let mut file: Value = serde_json::from_str(FULL).unwrap();
    let (mut found, mut marks) = (Vec::new(), BTreeMap::new());
    places(&file["pages"], "/pages", &mut found);
    for (number, at) in found.into_iter().enumerate() {
        if !file.pointer(&at).unwrap().is_string() {
            continue;
        }
        let mark = format!("x{number}x");
        let url = format!("https://example.com/{mark}\"'><x-xss>");
        let texts = [format!("{mark}{SHORT}{LONG}"), format!("{mark}{SHORT}"), url];
        for text in texts {
            let mut changed = file.clone();
            *changed.pointer_mut(&at).unwrap() = text.into();
            if batches(&changed, false).is_some() {
                (file, _) = (changed, marks.insert(mark, at));
                break;
            }
        }
    }
    (file, marks)
}

/// An office in which everybody and everything is called so.
async fn poisoned_office(file: &Value) -> Office {
    let mut office = Office::open(Engine::Sqlite).await;
    let (_, mut grace) = office.colleague("grace@example.com", Role::Owner).await;
    for browser in [&mut office.owner, &mut grace] {
        let page = browser.fill("/console/account", "/console/account/name", &[("name", TINY)]);
        assert_eq!(page.await.status, 200);
    }
    let form = "/console/tokens/create";
    let token = [("name", TINY), ("scope", "read"), ("lasts", "")];
    assert_eq!(office.owner.fill(form, form, &token).await.status, 200);
    let mut odd = office.browser();
    odd.headers = vec![("user-agent", SHORT.to_owned())];
    sign_in(&mut odd, "owner@example.com", PASSWORD).await;
    let batches = batches(file, false).unwrap();
    write(office.instance.store(), &batches).await.unwrap();
    office.publish().await;
    office
}

/// Opens pages, and keeps what is wrong with them.
struct Reading {
    walker: Walker,
    /// Path and query, with where the link to it was.
    pages: BTreeMap<String, String>,
    read: String,
    /// Ways to send forms, by what they are.
    forms: BTreeMap<String, (String, u64, u64)>,
    findings: Vec<String>,
}

impl Reading {
    /// Looks whether anything came of what stands on the open page.
    async fn look(&mut self, place: &str) {
        let came = self.walker.browser.value(CAME_OF_IT).await;
        for what in came.as_array().unwrap() {
            self.findings.push(format!("{place}: {what}"));
        }
        // A form that is refused has such a status; a server that fails has another. What is no time
        // is not shown by a field for one.
        let is_meant = |line: &String| {
            line.contains("responded with a status of 4")
                || line.contains("does not conform to the required format")
                || line.contains("cannot be parsed, or is out of range")
        };
        let complaints = self.walker.browser.complaints().await.into_iter();
        let complaints = complaints.filter(|line| !is_meant(line));
        self.findings.extend(complaints.map(|line| format!("{place}: {line}")));
    }

    /// Every page that links lead to.
    async fn everything(&mut self) {
        let starts = ["/", "/?lang=de", "/p/other/", "/console", "/history/search?q=x"];
        let mut next: VecDeque<String> = starts.map(str::to_owned).into();
        self.pages.extend(starts.map(|path| (path.to_owned(), String::new())));
        while let Some(path) = next.pop_front() {
            self.walker.visit(&path).await;
            self.look(&path).await;
            self.read.push_str(&self.walker.browser.text(READS).await);
            let forms = self.walker.browser.value(FORMS).await;
            for way in forms.as_array().unwrap() {
                let place = (path.clone(), way[1].as_u64().unwrap(), way[2].as_u64().unwrap());
                self.forms.entry(way[0].as_str().unwrap().to_owned()).or_insert(place);
            }
            let links = self.walker.browser.value(LEADS_TO).await;
            for link in links.as_array().unwrap().iter().filter_map(Value::as_str) {
                if self.pages.insert(link.to_owned(), path.clone()).is_none() {
                    next.push_back(link.to_owned());
                }
            }
            assert!(self.pages.len() < PAGES_MAX, "{:?}", self.pages);
        }
    }

    /// Sends every form of the console, in every way.
    async fn every_form(&mut self) {
        let forms = std::mem::take(&mut self.forms);
        for is_all in [true, false] {
            for (what, (path, form, button)) in &forms {
                self.walker.visit(path).await;
                let has_form = format!("!!document.forms[{form}]");
                if self.walker.browser.value(&has_form).await != true {
                    continue;
                }
                let send = SEND
                    .replace("FORM", &form.to_string())
                    .replace("IS_ALL", &is_all.to_string())
                    .replace("BUTTON", &button.to_string())
                    .replace("TEXT", &SHORT.replace('`', ""));
                self.walker.browser.value(&send).await;
                self.walker.browser.until(what, IS_NEW).await;
                self.look(&format!("{what}, sent from {path}")).await;
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_is_written_anywhere_runs_or_becomes_an_element() {
    let (file, marks) = poisoned();
    let office = poisoned_office(&file).await;
    let base = format!("http://{}", office.instance.address());
    let walker = Walker::before(base, Way::on(Engine::Sqlite, View::DESK)).await;
    let mut reading = Reading {
        walker,
        pages: BTreeMap::new(),
        read: String::new(),
        forms: BTreeMap::new(),
        findings: Vec::new(),
    };
    reading.walker.open("/console/sign-in").await;
    reading.walker.type_into("Address for mail", "owner@example.com").await;
    reading.walker.type_into("Password", PASSWORD).await;
    reading.walker.go("Sign in").await;
    reading.everything().await;
    assert!(marks.len() >= 70, "{marks:?}");
    let unread = marks.iter().filter(|(mark, _)| !reading.read.contains(*mark));
    let unread: BTreeSet<&str> = unread.map(|(_, at)| at.as_str()).collect();
    // Where a record came from is for machines.
    assert_eq!(unread, BTreeSet::from(SHOWN_NOWHERE));
    assert!(reading.forms.len() >= 60, "{:?}", reading.forms);
    reading.every_form().await;
    office.publish().await;
    let before = std::mem::take(&mut reading.pages).len();
    reading.everything().await;
    // Nobody was signed out meanwhile, and more is there.
    assert!(reading.pages.len() > before, "{before}: {:?}", reading.pages.keys());
    assert_none(&reading.findings);
    reading.walker.rest().await;
    office.instance.stop().await;
}

/// Without this, looking at the wrong thing would make the other story pass.
#[tokio::test]
async fn where_nothing_is_escaped_it_is_seen() {
    let browser = Browser::start().await;
    let html = format!("<!doctype html><title>{SHORT}{LONG}");
    let html: String = html.bytes().map(|byte| format!("%{byte:02x}")).collect();
    browser.open(&format!("data:text/html,{html}")).await;
    let came = browser.value(CAME_OF_IT).await.to_string();
    for what in ["it ran", "x-xss", "<img", "<script>", "<svg", "<base", "formaction"] {
        assert!(came.contains(what), "{what}: {came}");
    }
    browser.quit().await;
}
