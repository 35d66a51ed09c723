// The inspector: everything about one step, or about the run, at the playhead. Its values come from the kernel
// when they are looked at.

import { h, put, span } from "./dom.js";
import { treeView } from "./tree.js";
import { nodeOf, numberOf } from "./board.js";

const PATIENCE = 1500; // milliseconds before "loading" becomes "the kernel is busy"
const LISTED = 300; // items to choose from

export class Inspector {
  constructor(store) {
    this.store = store;
    this.known = new Map();
    this.body = h("div", { class: "ph-facts" });
    this.head = h("div", { class: "ph-inspected" });
    this.element = h("section", { class: "ph-inspector", "aria-label": "Inspector" }, this.head, this.body);
    this.node = "";
    this.path = "";
  }

  /** Look at a node of the picture (`""`: the run), or at one of its records. */
  look(path) {
    this.node = nodeOf(path ?? "");
    this.chosen = path && path !== this.node ? path : null;
    this.shown = null;
  }

  /** Show what there is at the board's moment. */
  refresh(board, store) {
    this.board = board;
    const path = this.chosen ?? this.natural(board);
    const last = store.lastChange(path, board.seq);
    const key = `${path}@${last}@${this.printed(path, board.seq)}`;
    this.heading(path, board);
    if (key === this.shown) return;
    this.shown = key;
    this.path = path;
    if (path !== "" && board.states.get(path) === undefined) {
      put(this.body, h("p", { class: "ph-hint" }, "Has not begun at this moment."));
      return;
    }
    const known = this.known.get(key);
    if (known) this.fill(known);
    else this.fetch(key, path, board.seq, last);
  }

  /** The record to show where a node has many: the container itself, or the turn that was last. */
  natural(board) {
    if (this.node === "") return "";
    return board.turn(this.node) && !board.total(this.node) ? board.latest.get(`${this.node}`) ?? this.node
      : board.states.has(this.node) ? this.node : board.latest.get(this.node) ?? this.node;
  }

  printed(path, seq) {
    return this.store.prints.filter((print) => print[1] === path && print[0] <= seq).length;
  }

  heading(path, board) {
    const state = path === "" ? board.state("") : board.states.get(path) ?? "pending";
    const spent = board.spans.get(path);
    const took = spent && spent.end !== null ? span(spent.end - spent.start) : "";
    put(this.head,
      h("h3", {}, this.node === "" ? "Run" : this.node.split("/").join(" / ")),
      h("span", { class: `ph-chip ph-chip-${state}` }, state),
      took ? h("span", { class: "ph-quiet-text" }, took) : null,
      this.chooser(path, board));
  }

  /** Which of a node's turns or items to look at. */
  chooser(path, board) {
    const all = [...board.states.keys()].filter((other) => nodeOf(other) === this.node && other !== this.node).sort(byNumber);
    if (this.node === "" || all.length < 1) return null;
    const whole = board.states.has(this.node) ? [this.node] : [];
    const select = h("select", {
      class: "ph-input ph-which", "aria-label": "Which turn or item",
      on: { change: () => { this.chosen = select.value; this.shown = null; this.refresh(this.board, this.store); } },
    }, [...whole, ...all.slice(0, LISTED)].map((other) => h("option", { value: other, selected: other === path }, nameOf(other, this.node))));
    select.addEventListener("keydown", (event) => event.stopPropagation());
    return select;
  }

  async fetch(key, path, seq, last) {
    if (!this.store.connected) {
      put(this.body, h("p", { class: "ph-hint" }, "The kernel is gone; values cannot be read from here."));
      return;
    }
    if (!this.body.childElementCount) put(this.body, h("div", { class: "ph-loading", role: "status" }, "Loading…"));
    this.body.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => key === this.shown && put(this.body, h("p", { class: "ph-hint", role: "status" },
      "The kernel is busy with a cell; the values come when it is free.")), PATIENCE);
    try {
      const { inspection } = await this.store.ask("inspect", { path, seq, last });
      if (this.known.size > 200) this.known.clear();
      this.known.set(key, inspection);
      if (key === this.shown) this.fill(inspection);
    } catch (error) {
      if (key !== this.shown) return;
      this.shown = null; // try again when something happens
      const text = error.message === "disconnected" ? "The kernel is gone; values cannot be read from here." : error.message;
      put(this.body, h("p", { class: "ph-hint" }, text));
    } finally {
      clearTimeout(slow);
      this.body.removeAttribute("aria-busy");
    }
  }

  fill(found) {
    const parts = [
      found.error ? errorView(found.error) : null,
      found.input === null ? null : part("Input", treeView(found.input)),
      found.output === null || found.output === undefined ? null : part(found.node === "" ? "Result" : "Output", treeView(found.output)),
      found.asked ? part("Asked", treeView(found.asked)) : null,
      found.answered ? part("Answer", treeView(found.answered)) : null,
      found.changes?.length ? part("What changed here", changesView(found.changes), "ph-wide") : null,
      found.state ? part("State", treeView(found.state)) : null,
      found.printed ? part("Printed", h("pre", { class: "ph-printed" }, found.printed), "ph-wide") : null,
      found.facts?.length ? part("Facts", factsView(found.facts)) : null,
    ].filter(Boolean);
    put(this.body, parts.length ? parts : h("p", { class: "ph-hint" }, "There is nothing to show yet."));
  }
}

function part(title, content, name = "") {
  return h("div", { class: `ph-part ${name}` }, h("h4", {}, title), content);
}

function errorView({ type, message, notes = [], traceback }) {
  return h("div", { class: "ph-part ph-wide ph-error" }, h("h4", {}, "Error"),
    h("p", { class: "ph-error-line" }, h("strong", {}, type), message ? `: ${message}` : ""),
    notes.map((note) => h("p", { class: "ph-note" }, note)),
    traceback ? h("details", {}, h("summary", {}, "Traceback"), h("pre", { class: "ph-printed" }, traceback)) : null);
}

function changesView(changes) {
  const signs = { added: "+", removed: "−", changed: "±", more: "…" };
  return h("table", { class: "ph-changes" }, h("tbody", {}, changes.map((change) => h("tr", { class: `ph-${change.kind}` },
    h("td", { class: "ph-sign", title: change.kind, "aria-label": change.kind }, signs[change.kind]),
    h("th", { scope: "row" }, change.path),
    h("td", {}, change.before === undefined ? null : h("del", {}, change.before),
      change.before !== undefined && change.after !== undefined ? " → " : null,
      change.after === undefined ? null : h("ins", {}, change.after))))));
}

function factsView(facts) {
  return h("dl", { class: "ph-list-facts" }, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}

function nameOf(path, node) {
  if (path === node) return "all of it";
  return path.split("/").filter((piece) => piece.includes("#")).map((piece) => piece.replace("#", " ")).join(" / ");
}

function byNumber(one, other) {
  return (numberOf(one) ?? 0) - (numberOf(other) ?? 0) || (one < other ? -1 : 1);
}
