"use strict";
(() => {
const doc = document, root = doc.documentElement, data = root.dataset;
const lang = root.lang == "en" ? "en-GB" : root.lang;
const one = (q, el = doc) => el.querySelector(q), all = (q, el = doc) => [...el.querySelectorAll(q)];
const [S, M, H, D] = data.units.split("|").map(u => "\u00a0" + u);
const span = s => {
  const m = s / 60 | 0, d = m / 1440 | 0, h = (m / 60 | 0) % 24, r = m % 60;
  if (s < 60) return s + S;
  if (d) return d + D + (h ? ` ${h}${H}` : "");
  return [h && h + H, (r || !h) && r + M].filter(Boolean).join(" ");
};

const tick = () => {
  const now = Date.now() / 1000, at = one("[data-fresh]");
  for (const el of all("[data-since]")) el.textContent = span(Math.max(60, now - el.dataset.since | 0));
  if (!at) return;
  const old = Math.max(0, now - Date.parse(at.firstChild.dateTime) / 1000 | 0);
  if (!at.age) at.after(", ", at.age = doc.createElement("span"));
  at.age.textContent = data.ago.replace("{}", span(old));
  at.closest("p").classList.toggle("stale", old > 180);
};
setInterval(tick, 1000);

// Bars: arrows move.
const tip = doc.createElement("div"), hide = () => { tip.hidden = 1; tip.ariaHidden = null; };
tip.className = "tip";
hide();
doc.body.append(tip);
const show = (svg, i) => {
  const tree = svg.closest("[data-words]").dataset, words = tree.words.split("|");
  svg.day = i = Math.min(89, Math.max(0, i));
  const day = (svg.dataset.d || "").split(";").find(d => d.startsWith(i + ":"));
  const facts = day ? day.split(":")[1].split(",").map(f => {
    const [w, m] = f.split(" ");
    return `${words[w]}: ${m > 0 ? span(m * 60) : words[6]}`;
  }) : [words[i * 4 < (svg.dataset.x || 0) ? 5 : 0]];
  const date = new Date(Date.parse(tree.first) + i * 864e5);
  const lines = [date.toLocaleDateString(lang, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" }), ...facts];
  svg.setAttribute("aria-valuenow", i);
  svg.setAttribute("aria-valuetext", lines.join(", "));
  tip.textContent = lines.join("\n");
  tip.hidden = 0;
  tip.ariaHidden = "true";
  const box = svg.getBoundingClientRect(), wide = tip.offsetWidth;
  const x = box.left + (i + .5) * box.width / 90 - wide / 2;
  tip.style.left = Math.max(8, Math.min(root.clientWidth - wide - 8, x)) + "px";
  tip.style.top = box.top + scrollY - tip.offsetHeight - 6 + "px";
};
const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -99, End: 99 };

const sift = () => {
  const filter = one(".filter");
  if (!filter) return;
  filter.hidden = 0;
  filter.oninput = sift;
  const want = one("input", filter).value.trim().toLowerCase();
  const has = el => el.textContent.toLowerCase().includes(want);
  for (const li of all(".components li")) {
    const names = all(".line a, .name", li), hit = has(names[0]), details = one("details", li);
    li.hidden = !names.some(has) && !li.parentElement.closest(".hit");
    li.classList.toggle("hit", hit && !!want);
    if (details && want) details.open = 1;
  }
};

const dress = () => {
  tick();
  sift();
  // The reader's own time.
  for (const el of all("time[datetime*=T]")) {
    const at = new Date(el.dateTime), clock = at.toTimeString().slice(0, 5);
    if (!el.textContent.endsWith(clock)) el.title = `${at.toLocaleString(lang, { dateStyle: "medium", timeStyle: "short" })} (${data.local})`;
  }
  for (const svg of all("[data-words] .bars > svg:not([tabindex])")) {
    const set = { role: "slider", tabindex: 0, "aria-valuemin": 0, "aria-valuemax": 89, "aria-valuenow": svg.day = 89 };
    for (const k in set) svg.setAttribute(k, set[k]);
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
};

dress();
doc.addEventListener("dress", dress);
})();
