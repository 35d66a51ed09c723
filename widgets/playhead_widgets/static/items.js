// Items: the turns and items of one node, to choose from: a map of them all, and a list for the keyboard.

import { h, put, s } from "./dom.js";
import { nodeOf, numberOf, placeText } from "./board.js";

const CELL = 10; // pixels from one item to the next on the map
const LISTED = 2000; // a longer list would be slow to open
const LOUD = ["failed", "tripwire", "suspended", "running", "waiting", "canceled"];
/** States differ in shape as well as in colour. */
const SHAPES = {
  success: (x, y) => `M${x + 1} ${y + 1}h7v7h-7Z`,
  failed: (x, y) => `M${x + 1.5} ${y + 1.5}l6 6m0-6l-6 6`,
  tripwire: (x, y) => `M${x + 1.5} ${y + 1.5}l6 6m0-6l-6 6`,
  suspended: (x, y) => `M${x + 4.5} ${y + 0.5}l4 4l-4 4l-4-4Z`,
  running: (x, y) => `M${x + 1.5} ${y + 1}l6.5 3.5l-6.5 3.5Z`,
  waiting: (x, y) => `M${x + 1.5} ${y + 1.5}h6v6h-6Z`,
  canceled: (x, y) => `M${x + 1.5} ${y + 4.5}h6`,
  pending: (x, y) => `M${x + 4.5} ${y + 4.4}v.2`,
};

export class Items {
  /** `choose(path)` looks at one; with the node's own path, at all of it. */
  constructor(choose) {
    this.choose = choose;
    this.list = h("select", { class: "ph-input ph-which", "aria-label": "Which turn or item", on: { change: () => this.choose(this.list.value) } });
    this.list.addEventListener("keydown", (event) => event.stopPropagation());
    this.map = h("div", { class: "ph-items-map", "aria-hidden": "true" });
    this.map.addEventListener("click", (event) => this.clicked(event));
    this.map.addEventListener("mousemove", (event) => { this.map.title = this.under(event)?.text ?? ""; });
  }

  /** Show the node's turns and items at the board's moment, with `path` chosen. */
  show(board, node, path) {
    const found = this.found(board, node);
    this.list.hidden = !found.length;
    const total = board.total(node);
    this.container = board.container(node);
    this.map.hidden = total < 2;
    const whole = board.states.has(node) ? node : null;
    const key = `${node} ${found.length} ${found.at(-1)} ${LOUD.map((state) => board.items(node).get(state) ?? 0)}`;
    if (key !== this.key && document.activeElement !== this.list) {
      this.key = key;
      this.fill(board, whole, found);
    }
    this.list.value = path;
    if (!this.map.hidden) this.draw(board, total, path);
  }

  /** The places to choose from; kept while only states change, for a run may have thousands. */
  found(board, node) {
    if (node === "") return [];
    if (this.board !== board || this.node !== node || this.size !== board.states.size) {
      this.paths = [...board.states.keys()].filter((path) => path !== node && nodeOf(path) === node).sort(byNumber);
      Object.assign(this, { board, node, size: board.states.size });
    }
    return this.paths;
  }

  fill(board, whole, found) {
    const loud = found.filter((path) => LOUD.includes(board.states.get(path)));
    const option = (path) => h("option", { value: path }, `${nameOf(path, this.node)}${whole || found.length > 1 ? ` — ${board.states.get(path)}` : ""}`);
    put(this.list,
      whole ? h("option", { value: whole }, "all of it") : null,
      loud.length && loud.length < found.length ? h("optgroup", { label: "look at these" }, loud.slice(0, LISTED).map(option)) : null,
      h("optgroup", { label: "all" }, found.slice(0, LISTED).map(option)));
  }

  draw(board, total, path) {
    const columns = Math.max(10, Math.min(total, Math.floor((this.map.clientWidth || 600) / CELL)));
    this.columns = columns;
    this.total = total;
    const lines = {};
    for (let at = 0; at < total; at += 1) {
      const state = board.states.get(`${this.container}#${at}`) ?? "pending";
      const shape = SHAPES[state] ?? SHAPES.pending;
      lines[state] = (lines[state] ?? "") + shape((at % columns) * CELL, Math.floor(at / columns) * CELL);
    }
    const chosen = nodeOf(path) === this.node && path.startsWith(`${this.container}#`) ? numberOf(path) : null;
    const high = Math.ceil(total / columns) * CELL;
    put(this.map, s("svg", { width: columns * CELL, height: high, viewBox: `0 0 ${columns * CELL} ${high}` },
      ...Object.entries(lines).map(([state, d]) => s("path", { d, class: `ph-cell ph-cell-${state}` })),
      ...(chosen === null ? [] : [s("rect", {
        x: (chosen % columns) * CELL - 0.5, y: Math.floor(chosen / columns) * CELL - 0.5, width: CELL, height: CELL, rx: 2, class: "ph-cell-chosen",
      })])));
    this.states = board.states;
  }

  /** The item under the pointer. */
  under(event) {
    const box = this.map.firstElementChild?.getBoundingClientRect();
    if (!box) return null;
    const column = Math.floor((event.clientX - box.left) / CELL);
    const at = Math.floor((event.clientY - box.top) / CELL) * this.columns + column;
    if (column < 0 || column >= this.columns || at < 0 || at >= this.total) return null;
    const path = `${this.container}#${at}`;
    return { path, text: `${placeText(path)}: ${this.states.get(path) ?? "pending"}` };
  }

  clicked(event) {
    const item = this.under(event);
    if (item) this.choose(item.path);
  }
}

function nameOf(path, node) {
  if (path === node) return "all of it";
  return path.split("/").filter((piece) => piece.includes("#")).map((piece) => piece.replace("#", " #")).join(" / ");
}

function byNumber(one, other) {
  return (numberOf(one) ?? 0) - (numberOf(other) ?? 0) || (one < other ? -1 : 1);
}
