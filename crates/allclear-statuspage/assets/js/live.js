// An open page follows what happens: told by the server, and asking by itself once a minute.
"use strict";
(() => {
const doc = document, main = doc.querySelector("main");
const one = (q, el = doc) => el.querySelector(q), all = (q, el = doc) => [...el.querySelectorAll(q)];

// The page as it came, before any other script adds to it: what differs from it is brought in, and
// the rest stays as the reader left it.
let was = main.cloneNode(true);
const key = el => {
  const k = el.id ? el : one("[id],a,time", el);
  return el.localName + (k ? k.id || k.getAttribute("href") || k.dateTime : "");
};
const mixed = el => !el.children[0] || [...el.childNodes].some(n => n.nodeType == 3 && n.data.trim());
const turn = (live, old, next) => {
  if (old.isEqualNode(next)) return;
  for (const { name } of [...old.attributes, ...next.attributes]) {
    const value = next.getAttribute(name);
    if (value == null) live.removeAttribute(name);
    else if (value != old.getAttribute(name)) live.setAttribute(name, value);
  }
  if (mixed(old) || mixed(next)) return live.replaceChildren(...next.cloneNode(true).childNodes);
  const there = [...next.children].map(key), here = [...live.children];
  let rest = [...old.children].map((o, i) => [key(o), o, here[i]]);
  rest = rest.filter(([k, , l]) => there.includes(k) || l.remove());
  let at = live.firstElementChild;
  for (const n of next.children) {
    const [, o, l] = rest.splice(rest.findIndex(r => r[0] == key(n)) >>> 0, 1)[0] || [];
    if (!l) live.insertBefore(n.cloneNode(true), at);
    else {
      if (l == at) at = at.nextElementSibling;
      else live.insertBefore(l, at);
      turn(l, o, n);
    }
  }
  for (const r of rest) r[2].remove();
};

// Only news is read out.
const told = doc.createElement("p");
told.className = "away";
told.role = "status";
doc.body.append(told);
const news = el => all("h1,.update", el).map(u => u.textContent);
const load = async () => {
  const answer = await fetch(location, { cache: "no-cache" }).catch(() => 0);
  // Readers need a password now, or another one.
  if (answer.status == 403) location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), next = one("main", page);
  const focus = doc.activeElement, old = was;
  turn(main, old, was = next);
  doc.dispatchEvent(new Event("dress"));
  if (!focus.isConnected) all("main a").find(a => a.href == focus.href)?.focus({ preventScroll: true });
  doc.title = page.title;
  one("[rel=icon]").href = one("[rel=icon]", page).href;
  told.textContent = news(next).filter(u => !news(old).includes(u)).join(" ") || told.textContent;
};
setInterval(load, 5e4 + Math.random() * 2e4);

// Who does not look needs no connection: browsers allow only a few.
let events;
const follow = () => {
  events?.close();
  events = 0;
  if (doc.hidden) return;
  let first = 1;
  events = new EventSource(doc.documentElement.dataset.events);
  events.onmessage = e => {
    if (!first || Date.parse(JSON.parse(e.data).at) > Date.parse(one("[data-fresh] time")?.dateTime)) setTimeout(load, Math.random() * 900);
    first = 0;
  };
};
follow();
doc.onvisibilitychange = () => {
  follow();
  doc.hidden || load();
};
})();
