// The load profile: mean power over time in the site's zone, zoomed by dragging; the table and the file have the numbers.
// What it says comes with its box, in the reader's language.
"use strict";
(() => {
  const draw = async (box) => {
    const answer = await fetch(box.dataset.load, { headers: { Accept: "application/json" } });
    if (!answer.ok) { box.textContent = box.dataset.failed; return; }
    const load = await answer.json();
    if (!load.at.length) { box.textContent = box.dataset.empty; box.classList.remove("load"); return; }
    const words = (options) => new Intl.DateTimeFormat(document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang, { timeZone: load.zone, ...options });
    const [day, hour] = [words({ day: "numeric", month: "short" }), words({ hour: "2-digit", minute: "2-digit", hour12: false })];
    const times = (at, step) => { const time = hour.format(at * 1000); return step >= 86400 || time === "00:00" ? day.format(at * 1000) : time; };
    let plot;
    const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const build = () => {
      plot?.destroy();
      const axis = { stroke: colour("--ink-2"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line") }, font: "11px Inter, sans-serif" };
      const estimated = load.power.map((value, n) => (load.estimated[n] ? value : null));
      plot = new uPlot({
        width: box.clientWidth, height: 300, tzDate: (at) => uPlot.tzDate(new Date(at * 1000), load.zone),
        cursor: { drag: { x: true, y: false } },
        axes: [{ ...axis, values: (_, at, __, ___, step) => at.map((one) => times(one, step)) }, { ...axis, label: load.unit, size: 56, labelSize: 20, labelFont: "11px Inter, sans-serif" }],
        series: [
          { label: load.zone, value: "{YYYY}-{MM}-{DD} {HH}:{mm}" },
          { label: box.dataset.power, stroke: colour("--series-0"), fill: colour("--series-0") + "22", width: 1.4, spanGaps: false, value: (_, v) => (v === null ? "–" : `${v.toFixed(3)} ${load.unit}`), points: { show: false } },
          { label: box.dataset.estimated, stroke: colour("--series-3"), width: 2.4, spanGaps: false, value: (_, v) => (v === null ? "–" : `${v.toFixed(3)} ${load.unit}`), points: { show: false } },
        ],
      }, [load.at, load.power, estimated], box);
    };
    build();
    document.addEventListener("theme", build);
    new ResizeObserver(() => { if (plot && Math.abs(plot.width - box.clientWidth) > 4) plot.setSize({ width: box.clientWidth, height: 300 }); }).observe(box);
  };
  document.querySelectorAll("[data-load]").forEach(draw);
})();
