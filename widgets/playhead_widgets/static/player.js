// The player: one view of a run, put together from its parts. `Store` keeps what is true; a view only looks.

import { h, icon, ICONS, put, span } from "./dom.js";
import { Store } from "./store.js";
import { nodeOf } from "./board.js";
import { Graph } from "./graph.js";
import { Questions } from "./questions.js";
import { Scrubber, momentText } from "./scrubber.js";
import { Timeline } from "./timeline.js";
import { Inspector } from "./inspector.js";
import { Transport } from "./transport.js";

const TABS = [["graph", "Graph"], ["timeline", "Timeline"], ["printed", "Printed"]];
const GOING = new Set(["running", "waiting"]);
const WIDTH_STEP = 40; // pixels: a new layout is asked for when the cell's width changes by that much
const REST = 150; // milliseconds that a resize or a scrub must rest before the kernel is asked

class View {
  constructor(store, look, element) {
    this.store = store;
    this.look = look;
    this.open = null;
    this.tab = "graph";
    this.cleanups = [];
    this.build(element);
    this.listen();
    this.graph.draw(store.model.get("graph"));
    this.reload();
  }

  build(element) {
    this.graph = new Graph(this.look, { select: (path) => this.select(path), fold: (path) => this.fold(path) });
    this.graph.now = () => (this.past ? this.board.at : Math.max(this.store.elapsed(), this.board.at));
    this.questions = new Questions({
      answer: (path, raw) => this.store.ask("command", { name: "resume", payload: { path, raw } }),
      select: (path) => this.select(path),
    });
    this.scrubber = new Scrubber((checkpoint) => this.move(checkpoint));
    this.timeline = new Timeline({ select: (path) => this.select(path) });
    this.inspector = new Inspector(this.store);
    this.transport = new Transport(this.store, { moment: () => this.moment(), say: (text, bad) => this.say(text, bad) });
    this.prints = h("pre", { class: "ph-printed ph-prints", tabindex: "0", "aria-label": "Printed text" });
    this.head = h("header", { class: "ph-head" });
    this.message = h("p", { class: "ph-message", role: "status", hidden: true });
    this.banner = h("div", { class: "ph-banner", hidden: true });
    this.live = h("div", { class: "ph-hidden", "aria-live": "polite", role: "log" });
    this.back = h("button", { type: "button", class: "ph-back", on: { click: () => this.scrubber.toLive() } }, icon(ICONS.live), "Back to live");
    this.tabs = h("div", { class: "ph-tabs", role: "tablist", "aria-label": "Pictures" }, TABS.map(([name, word]) => h("button", {
      type: "button", role: "tab", class: "ph-tab", "data-tab": name, "aria-selected": String(name === this.tab),
      tabindex: name === this.tab ? "0" : "-1", on: { click: () => this.show(name), keydown: (event) => this.tabKey(event) },
    }, word)));
    this.picture = h("div", { class: "ph-picture" });
    this.root = h("div", { class: "ph-player", role: "region", "aria-label": "Workflow run" },
      this.head, this.banner,
      h("div", { class: "ph-deck" }, this.transport.element, this.scrubber.element, this.back, this.transport.fork),
      this.transport.panel, this.message, this.tabs, this.picture, this.questions.element, this.inspector.element, this.live);
    element.append(this.root);
    this.show("graph");
  }

  listen() {
    const on = (type, listener) => {
      this.store.addEventListener(type, listener);
      this.cleanups.push(() => this.store.removeEventListener(type, listener));
    };
    on("loaded", () => this.reload());
    on("patched", ({ detail }) => this.patched(detail));
    on("graph", () => { this.drawn = 0; this.relayout(); });
    on("disconnected", () => this.connection());
    on("connected", () => this.connection());
    const resized = new ResizeObserver(() => this.later("layout", () => this.relayout()));
    resized.observe(this.root);
    const timer = setInterval(() => this.tick(), 1000);
    this.cleanups.push(() => resized.disconnect(), () => clearInterval(timer));
  }

  close() {
    this.cleanups.forEach((cleanup) => cleanup());
  }

  // -- the moment that is looked at ----------------------------------------------------------------------------

  get board() {
    return this.past ? this.store.boardAt(this.past.upTo) : this.store.board;
  }

  get count() {
    return this.past ? this.past.upTo : this.store.marks.length;
  }

  reload() {
    this.past = null;
    this.scrubber.at = null;
    this.scrubber.grow(this.store.checkpoints);
    this.questions.show(this.store.questions);
    this.repaint();
  }

  repaint() {
    this.root.classList.toggle("ph-past", Boolean(this.past));
    this.back.hidden = !this.past;
    this.graph.paint(this.board);
    this.header();
    this.controls();
    this.other();
    this.inspect();
  }

  /** The playhead was moved: to a checkpoint, or to the present (null). */
  move(checkpoint) {
    const was = this.past;
    this.past = checkpoint;
    this.root.classList.toggle("ph-past", Boolean(checkpoint));
    this.back.hidden = !checkpoint;
    this.graph.paint(this.board);
    this.header();
    this.controls();
    this.later("look", () => { this.other(); this.inspect(); });
    if (!checkpoint && was) {
      this.graph.follow = true;
      this.announce("Back to live.");
    }
  }

  patched({ nodes, patch }) {
    this.scrubber.grow(this.store.checkpoints);
    if (patch.questions) {
      const fresh = this.questions.show(this.store.questions);
      for (const question of fresh) this.announce(`${question.path} asks: ${question.headline || "an answer is needed"}`);
    }
    if (!this.past) {
      this.graph.paint(this.store.board, nodes);
      this.followWork(patch.marks ?? []);
      this.later("look", () => { this.other(); this.inspect(); });
    }
    this.header();
    this.controls();
    this.tell(patch.marks ?? []);
  }

  followWork(marks) {
    const started = marks.findLast(([, path, state]) => path && ["running", "suspended", "failed"].includes(state));
    if (started) this.graph.show(nodeOf(started[1]));
  }

  /** What a screen reader should hear; not every step of a fast run. */
  tell(marks) {
    for (const [, path, state] of marks.slice(-20)) {
      if (path === "" && state !== "running") this.announce(`Run ${state}.`);
      else if (["failed", "tripwire"].includes(state)) this.announce(`${path} failed.`);
    }
  }

  announce(text) {
    this.live.append(h("p", {}, text));
    while (this.live.childElementCount > 6) this.live.firstChild.remove();
  }

  moment() {
    const checkpoint = this.past ?? this.store.checkpoints.at(-1);
    return { seq: checkpoint?.seq ?? 0, text: checkpoint ? momentText(checkpoint) : "the start" };
  }

  // -- parts ---------------------------------------------------------------------------------------------------

  header() {
    const { header } = this.store;
    const status = this.past ? this.board.state("") : header.status;
    const key = JSON.stringify([header, status, this.past?.seq, this.store.connected]);
    if (key !== this.headerKey) {
      this.headerKey = key;
      this.clock = h("span", { class: "ph-clock" });
      const glyph = h("span", { class: `ph-status ph-chip-${status}`, "data-status": status }, glyphView(this.look, status), status);
      put(this.head,
        h("div", { class: "ph-names" },
          h("button", { type: "button", class: "ph-name", title: header.description || "Look at the run", on: { click: () => this.select(null) } }, header.workflow ?? ""),
          h("button", { type: "button", class: "ph-run", title: "Copy the run's id", "aria-label": `Copy run id ${header.run}`, on: { click: (event) => copy(event.currentTarget, header.run) } },
            h("code", {}, header.run ?? ""), icon(ICONS.copy, { size: 12 })),
          header.parent ? h("span", { class: "ph-quiet-text" }, icon(ICONS.fork, { size: 12 }), ` of ${header.parent[0]} at ${header.parent[1]}`) : null),
        h("div", { class: "ph-state" },
          this.past ? h("span", { class: "ph-past-chip" }, "PAST") : null, glyph, this.clock));
      const error = !this.past && header.error;
      put(this.banner, error ? errorBanner(header, () => this.select(header.failed)) : null, this.store.connected ? null : orphanBanner(header));
      this.banner.hidden = !error && this.store.connected;
    }
    this.clock.textContent = status === "pending" ? "" : span(this.past ? this.past.ms : this.store.elapsed());
  }

  controls() {
    const { header } = this.store;
    this.transport.enable({ status: header.status, live: !this.past, canceling: header.canceling, checkpoints: this.store.checkpoints.length });
    this.questions.enable(this.store.connected && !this.past);
  }

  /** The tab that is open beside the graph. */
  other() {
    if (this.tab === "timeline") {
      this.timeline.paint(this.store, this.count, this.past ? this.past.ms : this.store.elapsed());
    }
    if (this.tab === "printed") {
      const seq = this.past?.seq ?? Infinity;
      const text = this.store.prints.filter((print) => print[0] <= seq).map((print) => print[2]).join("");
      const atEnd = this.prints.scrollTop + this.prints.clientHeight >= this.prints.scrollHeight - 20;
      this.prints.textContent = text || "Nothing was printed yet.";
      if (atEnd) this.prints.scrollTop = this.prints.scrollHeight;
    }
  }

  inspect() {
    this.inspector.refresh(this.board, this.store);
  }

  select(path) {
    this.graph.select(path ? nodeOf(path) : null);
    this.inspector.look(path ?? "");
    this.inspect();
  }

  show(name) {
    this.tab = name;
    for (const tab of this.tabs.children) {
      const on = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(on));
      tab.setAttribute("tabindex", on ? "0" : "-1");
    }
    put(this.picture, { graph: this.graph.element, timeline: this.timeline.element, printed: this.prints }[name]);
    if (this.inspector.path !== undefined && this.graph.board) this.other();
  }

  tabKey(event) {
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!move) return;
    const at = (TABS.findIndex(([name]) => name === this.tab) + move + TABS.length) % TABS.length;
    this.show(TABS[at][0]);
    this.tabs.children[at].focus();
    event.preventDefault();
    event.stopPropagation();
  }

  // -- layout --------------------------------------------------------------------------------------------------

  /** Ask for a drawing that fits the cell; until it comes the one there is stays. */
  async relayout() {
    const width = Math.round((this.root.clientWidth - 26) / WIDTH_STEP) * WIDTH_STEP;
    if (!this.root.isConnected || width < 120 || width === this.drawn) return;
    this.drawn = width;
    await this.redraw();
  }

  async redraw() {
    try {
      const { svg } = await this.store.ask("graph", { width: this.drawn, open: this.open });
      this.graph.draw(svg);
      this.graph.paint(this.board);
    } catch {
      // without a kernel the drawing stays as it is, and scrolls
    }
  }

  async fold(path) {
    const shown = [...this.graph.nodes].filter(([, node]) => node.g.querySelector(":scope > .ph-group")).map(([name]) => name);
    const open = new Set(this.open ?? shown);
    if (shown.includes(path)) open.delete(path);
    else open.add(path);
    this.open = [...open];
    await this.redraw();
  }

  // -- saying things -------------------------------------------------------------------------------------------

  connection() {
    this.root.classList.toggle("ph-orphan", !this.store.connected);
    this.headerKey = null;
    this.header();
    this.controls();
    if (!this.store.connected) this.announce("The kernel is gone. This is the last picture of the run.");
  }

  say(text, bad = false) {
    this.message.textContent = text;
    this.message.hidden = !text;
    this.message.classList.toggle("ph-bad", bad);
  }

  tick() {
    if (this.past || !GOING.has(this.store.header.status) || !this.store.connected) return;
    this.header();
    this.graph.tick();
    if (this.tab === "timeline") this.other();
  }

  later(what, job) {
    this.timers ??= new Map();
    if (this.timers.has(what)) {
      if (what === "look") return; // a run that never rests is still looked at
      clearTimeout(this.timers.get(what));
    }
    this.timers.set(what, setTimeout(() => { this.timers.delete(what); job(); }, REST));
  }
}

function glyphView(look, status) {
  const drawn = icon(look.glyphs[status], { filled: ["running", "canceled"].includes(status), size: 13 });
  drawn.setAttribute("viewBox", "-7 -7 14 14");
  return drawn;
}

function errorBanner(header, look) {
  return h("div", { class: "ph-error-banner" }, h("strong", {}, header.error.type),
    h("span", {}, header.error.message ? `: ${header.error.message}` : ""),
    header.failed ? h("button", { type: "button", class: "ph-where", on: { click: look } }, header.failed) : null);
}

function orphanBanner(header) {
  return h("div", { class: "ph-orphan-banner", role: "status" }, icon(ICONS.unplug),
    h("span", {}, "The kernel is gone. This is the last picture of the run; attach again with ", h("code", {}, `%workflow show ${header.run}`), "."));
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("ph-copied");
    setTimeout(() => button.classList.remove("ph-copied"), 1200);
  } catch {
    // no clipboard here: the id can still be selected
  }
}

export default () => {
  let store = null;
  const storeOf = (model) => { store ??= new Store(model); return store; };
  return {
    initialize({ model }) {
      storeOf(model).resync(); // what was sent before we listened
    },
    render({ model, el }) {
      const view = new View(storeOf(model), model.get("look"), el);
      return () => view.close();
    },
  };
};
