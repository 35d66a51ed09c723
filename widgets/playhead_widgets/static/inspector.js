// The inspector: everything about one step, or about the run, at the playhead. Its values come from the kernel
// when they are looked at.

import { h, put, span } from "./dom.js";
import { differencesView, treeView, typeText } from "./tree.js";
import { nodeOf, placeText } from "./board.js";
import { Items } from "./items.js";

const PATIENCE = 1500; // milliseconds before "loading" becomes "the kernel is busy"
const KEPT = 200; // inspections

export class Inspector {
  constructor(store) {
    this.store = store;
    this.known = new Map();
    this.items = new Items((path) => this.choose(path));
    this.title = h("h3", {});
    this.chip = h("span", { class: "ph-chip" });
    this.took = h("span", { class: "ph-quiet-text" });
    this.facts = h("dl", { class: "ph-facts" });
    this.body = h("div", { class: "ph-parts-of-it" });
    this.element = h("section", { class: "ph-inspector", "aria-label": "Inspector" },
      h("div", { class: "ph-inspected" }, this.title, this.chip, this.took, this.items.list), this.facts, this.items.map, this.body);
    this.node = "";
    this.path = "";
  }

  /** Look at a node of the picture (`""`: the run), or at one of its records. */
  look(path) {
    this.node = nodeOf(path ?? "");
    this.chosen = path && path !== this.node ? path : null;
    this.shown = null;
  }

  choose(path) {
    this.look(path);
    this.whole = path === this.node;
    this.refresh(this.board);
  }

  /** Show what there is at the board's moment. */
  refresh(board) {
    this.board = board;
    const path = this.chosen ?? this.natural(board);
    const last = this.store.lastChange(path, board.seq);
    const key = `${path}@${last}@${this.printed(path, board.seq)}`;
    this.heading(path, board);
    if (key === this.shown) return;
    this.shown = key;
    this.path = path;
    if (path !== "" && board.states.get(path) === undefined) {
      put(this.facts);
      put(this.body, h("p", { class: "ph-hint" }, "Has not begun at this moment."));
      return;
    }
    const known = this.known.get(key);
    if (known) this.fill(known, board.seq);
    else this.read(key, path, board.seq, last);
  }

  /** The record to show where a node has many: the container itself, or the one that was last. */
  natural(board) {
    if (this.node === "") return "";
    if (this.whole && board.states.has(this.node)) return this.node;
    const latest = board.latest.get(this.node) ?? this.node;
    if (board.turn(this.node) && !board.total(this.node)) return latest;
    return board.states.has(this.node) ? this.node : latest;
  }

  printed(path, seq) {
    return this.store.prints.filter((print) => print[1] === path && print[0] <= seq).length;
  }

  heading(path, board) {
    const state = path === "" ? board.state("") : board.states.get(path) ?? "pending";
    const spent = path === "" ? board.span("") : board.spans.get(path);
    this.title.textContent = path === "" ? "Run" : placeText(path);
    this.chip.textContent = state;
    this.chip.className = `ph-chip ph-chip-${state}`;
    this.took.textContent = spent && spent.end !== null ? span(spent.end - spent.start) : "";
    this.items.show(board, this.node, path);
  }

  async read(key, path, seq, last) {
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
      if (this.known.size > KEPT) this.known.clear();
      this.known.set(key, inspection);
      if (key === this.shown) this.fill(inspection, seq);
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

  fill(found, seq) {
    put(this.facts, (found.facts ?? []).map(([name, value]) => h("div", {}, h("dt", { class: name === "what" ? "ph-hidden" : null }, name), h("dd", {}, value))));
    const value = (title, part) => (found[part] ? this.value(title, found, part, seq) : null);
    const parts = [
      found.error ? errorView(found.error) : null,
      value("Input", "input"),
      value(found.node === "" ? "Result" : "Output", "output"),
      value("Asked", "asked"),
      value("Answer", "answered"),
      value("State", "state"),
      found.changes?.length ? part("What changed here", "", differencesView(found.changes)) : null,
      found.attempts?.length > 1 ? part("Attempts", "", attemptsView(found.attempts), "ph-wide") : null,
      found.printed ? part("Printed", "", h("pre", { class: "ph-printed", tabindex: "0" }, found.printed), "ph-wide") : null,
    ].filter(Boolean);
    put(this.body, parts.length ? parts : h("p", { class: "ph-hint" }, "There is nothing to show yet."));
  }

  /** One recorded value; what its tree leaves out is fetched from the same moment. */
  value(title, found, name, seq) {
    const tree = found[name];
    const { path } = found;
    const further = async (at, offset) => (await this.store.ask("value", { path, seq, part: name, at, offset })).value;
    const container = tree.columns || tree.items?.length || tree.more;
    return part(title, container ? typeText(tree) : "", treeView(tree, { further, bare: Boolean(container) }), tree.columns?.length > 6 ? "ph-wide" : "");
  }
}

function part(title, note, content, name = "") {
  return h("section", { class: `ph-part ${name}` }, h("h4", {}, title, note ? h("span", { class: "ph-type" }, note) : null), h("div", { class: "ph-well" }, content));
}

function errorView({ type, message, notes = [], traceback }) {
  return h("section", { class: "ph-part ph-wide ph-error" }, h("h4", {}, "Error"),
    h("div", { class: "ph-well" },
      h("p", { class: "ph-error-line" }, h("strong", {}, type), message ? `: ${message}` : ""),
      notes.map((note) => h("p", { class: "ph-note" }, note)),
      traceback ? h("details", { class: "ph-traceback" }, h("summary", {}, "Traceback"), h("pre", { class: "ph-printed", tabindex: "0" }, traceback)) : null));
}

function attemptsView(attempts) {
  return h("ol", { class: "ph-attempts" }, attempts.map(({ number, state, took, error }) => h("li", { value: number },
    h("span", { class: `ph-chip ph-chip-${state}` }, state), took ? h("span", { class: "ph-quiet-text" }, took) : null,
    error ? h("span", {}, h("strong", {}, error.type), error.message ? `: ${error.message}` : "") : null)));
}
