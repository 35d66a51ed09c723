// The timeline: a bar per step, attempt, turn and item.

import { h, put, s, span } from "./dom.js";
import { nodeOf } from "./board.js";

const ROWS = 400; // nodes with a row of their own; a longer list helps nobody
const LANES = 6; // bars above each other in one row
const LANE = 7;
const AFTER = { waiting: "retried", suspended: "ran", pending: "ran" }; // what a try that did not end was
const DONE = new Set(["success", "failed", "tripwire", "canceled", "pending", "skipped"]);

/** Bars by node from the first `count` marks: {from, to, state, path}; `to` is null while it goes on. */
export function barsOf(marks, count) {
  const rows = new Map();
  const open = new Map();
  const containers = new Set();
  for (let at = 0; at < count; at += 1) {
    const [, path, state, ms, more] = marks[at];
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
    this.element = h("div", { class: "ph-timeline", role: "tabpanel", "aria-label": "Timeline" });
    this.element.addEventListener("click", (event) => {
      const row = event.target.closest("[data-path]");
      if (row) this.select(row.dataset.path);
    });
  }

  paint(store, count, now) {
    const rows = [...barsOf(store.marks, count)].slice(0, ROWS);
    const end = Math.max(1, now);
    if (!rows.length) {
      put(this.element, h("p", { class: "ph-hint" }, "Nothing has run yet."));
      return;
    }
    put(this.element, h("div", { class: "ph-axis" }, h("span"), h("div", {}, axis(end).map(([at, text]) =>
      h("span", { style: `left:${(100 * at) / end}%` }, text)))), rows.map(([node, bars]) => rowView(node, bars, end)));
  }
}

function axis(end) {
  const rough = end / 5;
  const scale = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * scale).find((size) => size >= rough) ?? rough;
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => [at * step, at ? span(at * step) : "0"]);
}

function rowView(node, bars, end) {
  const lanes = [];
  for (const bar of bars) {
    let lane = lanes.findIndex((until) => until <= bar.from);
    if (lane < 0) lane = lanes.length < LANES ? lanes.length : bars.indexOf(bar) % LANES;
    lanes[lane] = bar.to ?? end;
    bar.lane = lane;
  }
  const high = lanes.length > 1 ? lanes.length * LANE + 2 : 14;
  const drawn = s("svg", { height: high, width: "100%", preserveAspectRatio: "none", viewBox: `0 0 1000 ${high}` },
    ...bars.map((bar) => s("rect", {
      x: (1000 * bar.from) / end, width: Math.max(2, (1000 * ((bar.to ?? end) - bar.from)) / end),
      y: lanes.length > 1 ? bar.lane * LANE + 1 : 2, height: lanes.length > 1 ? LANE - 2 : 10, rx: 2,
      class: `ph-bar ph-bar-${bar.state}`,
    }, s("title"))));
  bars.forEach((bar, at) => {
    drawn.children[at].firstChild.textContent = `${bar.path}: ${bar.state}, ${span((bar.to ?? end) - bar.from)}`;
  });
  return h("div", { class: "ph-lane", "data-path": node }, h("button", { type: "button", class: "ph-lane-name", title: node }, node), drawn);
}
