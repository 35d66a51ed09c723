// The timeline: a bar per step, attempt, turn and item.

import { h, put, s, span } from "./dom.js";
import { nodeOf, placeText } from "./board.js";

const ROWS = 400; // nodes with a row of their own; a longer list helps nobody
const LANES = 24; // bars above each other in one row
const SLIM = 6; // lanes: more than that are drawn thin
const SHARE = 0.76; // of the width is for the bars
const WORD = 64; // pixels for one word on the axis
const AFTER = { waiting: "retried", suspended: "ran", pending: "ran" }; // what a try that did not end was
const DONE = new Set(["success", "failed", "tripwire", "canceled", "pending", "skipped"]);

/** Bars by node from the first `count` marks: {from, to, state, path}; `to` is null while it goes on. */
export function barsOf(marks, count) {
  const rows = new Map();
  const open = new Map();
  const containers = new Set();
  for (let at = 0; at < count; at += 1) {
    const [, path, state, ms, , more] = marks[at];
    if (more?.k) containers.add(path);
    if (path === "" || containers.has(path)) continue;
    const bar = open.get(path);
    if (bar && bar.state === state) continue;
    if (bar) {
      bar.to = ms;
      if (bar.state === "running") bar.state = AFTER[state] ?? state;
      open.delete(path);
    }
    if (DONE.has(state)) continue;
    const fresh = { path, state, from: ms, to: null };
    const node = nodeOf(path);
    if (!rows.has(node)) rows.set(node, []);
    rows.get(node).push(fresh);
    open.set(path, fresh);
  }
  return rows;
}

export class Timeline {
  constructor({ select }) {
    this.select = select;
    this.element = h("div", { class: "ph-timeline" });
    this.element.addEventListener("click", (event) => {
      const row = event.target.closest("[data-path]");
      if (row) this.select(event.target.dataset.bar ?? row.dataset.path);
    });
  }

  /** Paint the first `count` marks until `now`, on an axis that goes to `whole`; all in milliseconds. */
  paint(store, count, now, whole) {
    const rows = [...barsOf(store.marks, count)].slice(0, ROWS);
    const end = Math.max(1, whole);
    if (!rows.length) {
      put(this.element, h("p", { class: "ph-hint ph-empty" }, "Nothing has run yet."));
      return;
    }
    const marks = axis(end, this.element.clientWidth * SHARE);
    put(this.element,
      h("div", { class: "ph-here", "aria-hidden": "true" }, h("div", {},
        marks.map(([at]) => h("i", { style: `left:${(100 * at) / end}%` })),
        now < end ? h("i", { class: "ph-now", style: `left:${(100 * now) / end}%` }) : null)),
      h("div", { class: "ph-axis", "aria-hidden": "true" }, h("span"), h("div", {}, marks.map(([at, text]) =>
        h("span", { style: `left:${(100 * at) / end}%` }, text)))),
      rows.map(([node, bars]) => rowView(node, bars, now, end)));
  }
}

/** Round moments and their words, as many as the width in pixels has room for. */
function axis(end, width) {
  const rough = end / Math.min(10, Math.max(2, width / WORD));
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * scale).find((size) => size >= rough) ?? rough;
  const marks = Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => [at * step, at ? span(at * step) : "0"]);
  return marks.filter(([at]) => at < 0.95 * end); // a word at the very end would stick out
}

/** Put each bar on the first free lane; how many lanes it took. */
function stack(bars, now) {
  const lanes = [];
  bars.forEach((bar, at) => {
    let lane = lanes.findIndex((until) => until <= bar.from);
    if (lane < 0) lane = lanes.length < LANES ? lanes.length : at % LANES;
    lanes[lane] = bar.to ?? now;
    bar.lane = lane;
  });
  return lanes.length;
}

function rowView(node, bars, now, end) {
  const lanes = stack(bars, now);
  const pitch = lanes === 1 ? 14 : lanes > SLIM ? 4 : 7;
  const gap = lanes === 1 ? 4 : lanes > SLIM ? 1 : 2;
  const high = lanes * pitch + 2;
  const drawn = s("svg", { height: high, width: "100%", preserveAspectRatio: "none", viewBox: `0 0 1000 ${high}`, "aria-hidden": "true" },
    ...bars.map((bar) => s("rect", {
      x: (1000 * bar.from) / end, width: Math.max(3, (1000 * ((bar.to ?? now) - bar.from)) / end),
      y: bar.lane * pitch + 1 + gap / 2, height: pitch - gap, class: `ph-bar ph-bar-${bar.state}`, "data-bar": bar.path,
    }, titled(`${placeText(bar.path)}: ${bar.state}, ${span((bar.to ?? now) - bar.from)}`))));
  const total = Math.max(...bars.map((bar) => bar.to ?? now)) - bars[0].from;
  const name = node.split("/");
  return h("div", { class: "ph-lane", "data-path": node },
    h("button", { type: "button", class: "ph-lane-name", title: placeText(node), "aria-label": `${placeText(node)}: ${span(total)}` },
      h("span", { class: "ph-lane-took" }, span(total)), name.length > 1 ? h("span", { class: "ph-quiet-text" }, `${name.slice(0, -1).join(" / ")} / `) : null, name.at(-1)), drawn);
}

function titled(text) {
  const title = s("title");
  title.textContent = text;
  return title;
}
