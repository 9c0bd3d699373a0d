"use strict";
(() => {
const doc = document, root = doc.documentElement, data = root.dataset;
const lang = root.lang == "en" ? "en-GB" : root.lang;
const all = (q, el = doc) => [...el.querySelectorAll(q)];
const [S, M, H, D] = data.units.split("|").map(u => "\u00a0" + u);
const span = s => {
  const m = s / 60 | 0, d = m / 1440 | 0, h = (m / 60 | 0) % 24, r = m % 60;
  if (s < 60) return s + S;
  if (d) return d + D + (h ? ` ${h}${H}` : "");
  return [h && h + H, (r || !h) && r + M].filter(Boolean).join(" ");
};

// Ages.
const fresh = doc.querySelector("[data-fresh]"), age = doc.createElement("span");
fresh?.after(", ", age);
const tick = () => {
  const now = Date.now() / 1000;
  for (const el of all("[data-since]")) el.textContent = span(Math.max(60, now - el.dataset.since | 0));
  if (!fresh) return;
  const old = Math.max(0, now - Date.parse(fresh.firstChild.dateTime) / 1000 | 0);
  age.textContent = data.ago.replace("{}", span(old));
  fresh.closest("p").classList.toggle("stale", old > 180);
};
tick();
setInterval(tick, fresh ? 1000 : 30000);

// The reader's own time.
for (const el of all("time[datetime*=T]")) {
  const at = new Date(el.dateTime), clock = at.toTimeString().slice(0, 5);
  if (!el.textContent.endsWith(clock)) el.title = `${at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" })} (${data.local})`;
}

// Bars: arrows move.
const tree = doc.querySelector("[data-words]");
if (!tree) return;
const words = tree.dataset.words.split("|"), first = Date.parse(tree.dataset.first);
const date = new Intl.DateTimeFormat(lang, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
const tip = doc.createElement("div"), hide = () => { tip.hidden = true; tip.removeAttribute("aria-hidden"); };
tip.className = "tip";
hide();
doc.body.append(tip);
const facts = (svg, i) => {
  const day = (svg.dataset.d || "").split(";").find(d => d.startsWith(i + ":"));
  if (!day) return [words[i * 4 < (svg.dataset.x || 0) ? 5 : 0]];
  return day.split(":")[1].split(",").map(f => {
    const [w, m] = f.split(" ");
    return `${words[w]}: ${m > 0 ? span(m * 60) : words[6]}`;
  });
};
const show = (svg, i) => {
  svg.day = i = Math.min(89, Math.max(0, i));
  const lines = [date.format(first + i * 864e5), ...facts(svg, i)];
  svg.setAttribute("aria-valuenow", i);
  svg.setAttribute("aria-valuetext", lines.join(", "));
  tip.textContent = lines.join("\n");
  tip.hidden = false;
  tip.setAttribute("aria-hidden", "true");
  const box = svg.getBoundingClientRect(), half = tip.offsetWidth / 2;
  const x = box.left + (i + .5) * box.width / 90;
  tip.style.left = Math.max(8, Math.min(root.clientWidth - 2 * half - 8, x - half)) + "px";
  tip.style.top = box.top + scrollY - tip.offsetHeight - 6 + "px";
};
const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -99, End: 99 };
for (const svg of all(".bars > svg", tree)) {
  const set = { role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 89, "aria-valuenow": 89 };
  for (const k in set) svg.setAttribute(k, set[k]);
  svg.day = 89;
  svg.onpointermove = svg.onpointerdown = e => {
    const box = svg.getBoundingClientRect();
    show(svg, (e.clientX - box.left) / box.width * 90 | 0);
  };
  svg.onpointerleave = svg.onblur = hide;
  svg.onfocus = () => svg.matches(":focus-visible") && show(svg, svg.day);
  svg.onkeydown = e => {
    if (e.key == "Escape") hide();
    if (!keys[e.key]) return;
    e.preventDefault();
    show(svg, svg.day + keys[e.key]);
  };
}

const filter = doc.querySelector(".filter");
if (!filter) return;
filter.hidden = false;
filter.oninput = e => {
  const want = e.target.value.trim().toLowerCase();
  const has = el => el.textContent.toLowerCase().includes(want);
  for (const li of all(".components li", tree)) {
    const names = all(".line a, .name", li), hit = has(names[0]);
    li.hidden = !names.some(has) && !li.parentElement.closest(".hit");
    li.classList.toggle("hit", hit && !!want);
    const details = li.querySelector("details");
    if (details && want) details.open = true;
  }
};
})();
