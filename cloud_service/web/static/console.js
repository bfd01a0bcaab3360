// What a page can do with scripts; everything works without them too.
"use strict";

// The clock of the site: the server's time, not the browser's, in the site's zone.
const clocks = document.querySelectorAll("[data-clock]");
const loaded = performance.now();
const tick = () => {
  for (const clock of clocks) {
    const now = new Date(Number(clock.dataset.clock) + performance.now() - loaded);
    clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, {
      timeZone: clock.dataset.zone, day: "numeric", month: "short", year: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false,
    }).format(now);
    clock.dateTime = now.toISOString();
  }
};
if (clocks.length) { tick(); setInterval(tick, 1000); }

// Light and dark without a reload.
document.querySelector("[data-theme-toggle]")?.addEventListener("click", (event) => {
  event.preventDefault();
  const page = document.documentElement;
  const theme = page.dataset.bsTheme === "dark" ? "light" : "dark";
  page.dataset.theme = page.dataset.bsTheme = theme;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  document.dispatchEvent(new Event("theme"));
});

// Keys: / and Ctrl+K search, g then a letter goes to a page, ? lists them.
const palette = document.getElementById("palette");
const keys = document.getElementById("keys");
const field = document.getElementById("palette-q");
const open = () => { if (field && !palette.open) { palette.showModal(); field.select(); } };
const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
const places = { d: "/dashboard", b: "/bills", c: "/clients", g: "/gateways", p: "/payments", m: "/meters" };
let went = 0;
document.addEventListener("keydown", (event) => {
  if (event.key === "k" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); open(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "/") { event.preventDefault(); open(); }
  else if (event.key === "?" && keys) { keys.showModal(); }
  else if (event.key === "g" && Date.now() - went > 1000) { went = Date.now(); }
  else if (Date.now() - went < 1000 && places[event.key] && field) { location.href = places[event.key]; }
});
// One Esc closes, also when text stands in the search field; arrows walk the hits, Enter opens the first one.
// Enter before the hits of the newest letters are there asks the server instead.
let stale = false;
field?.addEventListener("input", () => { stale = true; });
document.addEventListener("htmx:after:swap", () => { stale = false; });
palette?.addEventListener("keydown", (event) => {
  const hits = [...palette.querySelectorAll("#palette-found a")];
  const at = hits.indexOf(document.activeElement);
  if (event.key === "Escape") { event.preventDefault(); palette.close(); }
  else if (event.key === "ArrowDown" && hits.length) { event.preventDefault(); hits[Math.min(at + 1, hits.length - 1)].focus(); }
  else if (event.key === "ArrowUp") { event.preventDefault(); at > 0 ? hits[at - 1].focus() : field.focus(); }
  else if (event.key === "Enter" && document.activeElement === field && hits.length && !stale) { event.preventDefault(); location.href = hits[0].href; }
});
palette?.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
document.getElementById("top-search")?.addEventListener("focus", (event) => { event.target.blur(); open(); });

// Buttons that copy a text, and forms whose destruction asks once.
document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  await navigator.clipboard.writeText(copy.dataset.copy);
  copy.dataset.copied = "yes";
});
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (words && !confirm(words)) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
});

// Rows that are ticked for one action: all of the page by the box in the head, and how many they are.
const countTicks = () => {
  for (const said of document.querySelectorAll("[data-ticked]")) {
    const all = said.form.elements.namedItem("all")?.checked;
    const ticked = document.querySelectorAll('input[name="row"]:checked').length;
    said.textContent = !all && ticked ? `${ticked} ${said.dataset.words}` : "";
  }
};
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-page]")) {
    for (const box of document.querySelectorAll('input[name="row"]')) box.checked = event.target.checked;
  }
  if (event.target.matches('[data-tick-page], [data-tick-all], input[name="row"]')) countTicks();
});
