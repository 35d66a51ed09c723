// The player: one view of a run, put together from its parts. `Store` keeps what is true; a view only looks.

import { h, put } from "./dom.js";
import { Store } from "./store.js";
import { nodeOf, placeText } from "./board.js";
import { became } from "./standing.js";
import { Graph } from "./graph.js";
import { Questions } from "./questions.js";
import { Scrubber, momentText } from "./scrubber.js";
import { Timeline } from "./timeline.js";
import { Changes, markButton } from "./changes.js";
import { Inspector } from "./inspector.js";
import { Edits } from "./edits.js";
import { Fork } from "./fork.js";
import { Transport } from "./transport.js";
import { Header } from "./header.js";
import { Forks } from "./forks.js";

const TABS = [["graph", "Graph"], ["timeline", "Timeline"], ["changes", "Changes"], ["printed", "Printed"]];
const GOING = new Set(["running", "waiting"]);
const WIDTH_STEP = 40; // pixels: a new layout is asked for when the cell's width changes by that much
const REST = 150; // milliseconds that a resize or a scrub must rest before the kernel is asked
let lastView = 0;

class View {
  constructor(store, look, element) {
    this.store = store;
    this.id = `ph-view-${++lastView}`;
    this.open = null;
    this.tab = "graph";
    this.cleanups = [];
    this.timers = new Map();
    this.build(look);
    this.moveTo(element);
    this.listen();
    this.show("graph");
    this.graph.draw(store.model.get("graph"));
    this.reload();
    this.forks.paint();
  }

  /** Stand in `element` from now on, with all that was typed and looked at, and with the focus if it was here. */
  moveTo(element) {
    this.lost = this.focused;
    this.place = element;
    element.append(this.root, this.forks.element);
    requestAnimationFrame(() => { // nobody tells of a new place where it has the size it had; it has not scrolled yet
      this.settle();
      this.graph.visit(nodeOf(this.scrubber.place()), Boolean(this.past));
    });
  }

  /** Give the focus to something of ours; as soon as that stands in the page, if it does not just now. */
  attend(target) {
    this.lost = this.focused = target;
    if (this.root.isConnected) target.focus({ preventScroll: true });
  }

  /** The place has come to stand in the page, or has another width. */
  settle() {
    if (!this.root.isConnected) return;
    if (document.activeElement.contains(this.root)) this.lost?.focus({ preventScroll: true });
    this.lost = null;
    this.graph.fit();
    this.later("layout", () => this.relayout());
  }

  /** Whether what it stood in was thrown away: JupyterLab does so, and tells nobody, when an output is published anew. */
  get isLeft() {
    return !this.place.parentNode;
  }

  build(look) {
    const select = (path) => this.select(path);
    const say = (text, bad) => this.say(text, bad);
    this.edits = new Edits(this.store, { select, mark: (paths) => this.marked(paths) });
    this.header = new Header(this.store, look, { select, edits: this.edits.button });
    this.graph = new Graph(look, { select, fold: (path) => this.fold(path) });
    this.graph.now = () => (this.past ? this.board.at : Math.max(this.store.elapsed(), this.board.at));
    this.questions = new Questions({
      answer: (path, raw) => this.store.ask("command", { name: "resume", payload: { path, raw } }),
      select,
      answered: (next) => this.attend(next ?? this.tabs.querySelector("[aria-selected=true]")),
    });
    this.scrubber = new Scrubber((checkpoint) => this.move(checkpoint));
    this.timeline = new Timeline({ select });
    this.changes = new Changes(this.store, { select });
    this.inspector = new Inspector(this.store);
    this.transport = new Transport(this.store, say);
    this.fork = new Fork(this.store, { moment: () => this.moment(), send: (payload) => this.transport.command("fork", payload), say, made: (run) => this.forks.expect(run) });
    this.forks = new Forks(this.store, { open: (store, element) => new View(store, store.model.get("look"), element) });
    this.mark = markButton(() => this.toggleMark());
    this.prints = h("pre", { class: "ph-printed ph-prints", tabindex: "0", "aria-label": "Printed text" });
    this.message = h("p", { class: "ph-message", role: "status", hidden: true });
    this.live = h("div", { class: "ph-hidden", "aria-live": "polite", role: "log" });
    this.tabs = h("div", { class: "ph-tabs", role: "tablist", "aria-label": "Pictures" }, TABS.map(([name, word]) => h("button", {
      type: "button", role: "tab", class: "ph-tab", id: `${this.id}-${name}`, "data-tab": name, "aria-controls": `${this.id}-picture`,
      on: { click: () => this.show(name), keydown: (event) => this.tabKey(event) },
    }, word)));
    this.picture = h("div", { class: "ph-picture", role: "tabpanel", id: `${this.id}-picture` });
    this.root = h("div", { class: "ph-player", role: "region", "aria-label": "Workflow run" },
      this.header.element, this.edits.panel, this.header.banner,
      h("div", { class: "ph-deck" },
        h("div", { class: "ph-keys" }, this.transport.element, h("div", { class: "ph-transport" }, this.mark, this.fork.button)),
        this.scrubber.element),
      this.fork.panel, this.message, this.tabs, this.picture, this.questions.element, this.inspector.element, this.live);
  }

  listen() {
    const on = (type, listener) => {
      this.store.addEventListener(type, listener);
      this.cleanups.push(() => this.store.removeEventListener(type, listener));
    };
    on("loaded", () => this.reload());
    on("patched", ({ detail }) => this.patched(detail));
    on("graph", () => { this.drawn = 0; this.relayout(); });
    on("forks", () => this.forks.paint());
    on("redefined", () => this.edits.refresh());
    on("disconnected", () => this.connection());
    on("connected", () => this.connection());
    const resized = new ResizeObserver(() => this.settle());
    resized.observe(this.root);
    this.root.addEventListener("focusin", ({ target }) => { this.focused = target; });
    // It leaves by a person's doing, or because all of this is taken out of the page: then it is remembered.
    this.root.addEventListener("focusout", () => setTimeout(() => {
      if (this.root.isConnected && !this.root.contains(document.activeElement)) this.focused = null;
    }));
    const timer = setInterval(() => this.tick(), 1000);
    this.cleanups.push(() => resized.disconnect(), () => clearInterval(timer), () => this.timers.forEach((waiting) => clearTimeout(waiting)));
  }

  close() {
    this.cleanups.forEach((cleanup) => cleanup());
    this.forks.close();
  }

  /** Where a person goes on who has just made the run. */
  focus() {
    this.root.scrollIntoView({ block: "nearest" });
    this.transport.focus();
  }

  // -- the moment that is looked at ----------------------------------------------------------------------------

  get board() {
    return this.past ? this.store.boardAt(this.past.upTo) : this.store.board;
  }

  /** The truth came anew; a moment of the past that is looked at is looked at still. */
  reload() {
    const at = this.past && this.store.checkpoints.findIndex(({ seq }) => seq === this.past.seq);
    const last = this.store.checkpoints.length - 1;
    this.scrubber.at = this.past && at >= 0 && at < last ? at : null;
    this.past = this.scrubber.at === null ? null : this.store.checkpoints[at];
    this.scrubber.grow(this.store.checkpoints);
    this.questions.show(this.store.questions);
    this.repaint();
    this.other();
    this.inspect();
    this.later("edits", () => this.edits.refresh());
  }

  repaint() {
    this.root.classList.toggle("ph-past", Boolean(this.past));
    this.graph.paint(this.board);
    this.status();
  }

  /** The playhead was moved: to a checkpoint, or to the present (null). */
  move(checkpoint) {
    const was = this.past;
    this.past = checkpoint;
    this.say("");
    this.repaint();
    this.graph.visit(nodeOf(this.scrubber.place()), Boolean(checkpoint));
    this.later("look", () => { this.other(); this.inspect(); });
    this.later("fork", () => this.fork.moved());
    if (!checkpoint && was) {
      this.graph.follow = true;
      this.announce("Back to live.");
    } else if (checkpoint && !was) {
      this.announce("This is how the run stood earlier.");
    }
  }

  patched({ nodes, patch }) {
    this.scrubber.grow(this.store.checkpoints);
    if (patch.questions) {
      const fresh = this.questions.show(this.store.questions);
      for (const question of fresh) this.announce(`${placeText(question.path)} asks: ${question.headline || "an answer is needed"}`);
    }
    if (!this.past) {
      this.graph.paint(this.store.board, nodes);
      this.followWork(patch.marks ?? []);
      this.later("look", () => { this.other(); this.inspect(); });
    }
    this.status();
    this.tell(patch.marks ?? []);
  }

  followWork(marks) {
    const started = marks.findLast(([, path, state]) => path && ["running", "suspended", "failed"].includes(state));
    if (started) this.graph.show(nodeOf(started[1]));
  }

  /** What a screen reader should hear; not every step of a fast run. */
  tell(marks) {
    for (const [, path, state] of marks.slice(-20)) {
      if (path === "" && state !== "running") this.announce(`The run ${became(state)}.`);
      else if (["failed", "tripwire"].includes(state)) this.announce(`${placeText(path)} failed.`);
    }
  }

  announce(text) {
    this.live.append(h("p", {}, text));
    while (this.live.childElementCount > 6) this.live.firstChild.remove();
  }

  moment() {
    const checkpoint = this.past ?? this.store.checkpoints.at(-1);
    return { seq: this.past?.seq ?? this.store.board.seq, text: checkpoint ? momentText(checkpoint) : "the start" };
  }

  toggleMark() {
    const flag = this.scrubber.toggleFlag();
    this.changes.flagged(flag);
    this.say(flag ? `Marked: ${momentText(flag)}. Move the playhead and look at Changes to compare.` : "");
    this.other();
    return flag;
  }

  // -- parts ---------------------------------------------------------------------------------------------------

  /** The header and the controls. */
  status() {
    const { header, connected, checkpoints } = this.store;
    this.header.paint(this.past, this.board);
    this.transport.enable({ status: header.status, live: !this.past, canceling: header.canceling });
    this.fork.button.disabled = !connected || !checkpoints.length;
    this.mark.disabled = !checkpoints.length;
    this.questions.enable(connected && !this.past);
  }

  /** The tab that is open beside the graph. */
  other() {
    const whole = Math.max(this.store.elapsed(), this.store.board.at);
    if (this.tab === "timeline") {
      this.timeline.paint(this.store, this.past ? this.past.upTo : this.store.marks.length, this.past ? this.past.ms : whole, whole);
    } else if (this.tab === "changes") {
      this.changes.paint(this.store.checkpoints, this.scrubber.at ?? this.store.checkpoints.length - 1);
    } else if (this.tab === "printed") {
      const seq = this.past?.seq ?? Infinity;
      const text = this.store.prints.filter((print) => print[0] <= seq).map((print) => print[2]).join("");
      const atEnd = this.prints.scrollTop + this.prints.clientHeight >= this.prints.scrollHeight - 20;
      this.prints.textContent = text || "Nothing was printed yet.";
      if (atEnd) this.prints.scrollTop = this.prints.scrollHeight;
    }
  }

  inspect() {
    this.inspector.refresh(this.board);
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
      if (on) this.picture.setAttribute("aria-labelledby", tab.id);
    }
    put(this.picture, { graph: this.graph.element, timeline: this.timeline.element, changes: this.changes.element, printed: this.prints }[name]);
    if (name === "changes") this.changes.opened();
    if (name === "graph") this.graph.fit();
    else this.other();
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

  marked(paths) {
    this.graph.pencil(paths);
    this.graph.paint(this.board);
  }

  // -- layout --------------------------------------------------------------------------------------------------

  /** Ask for a drawing that fits the cell; until it comes the one there is stays. */
  async relayout() {
    const width = Math.floor((this.root.clientWidth - 24) / WIDTH_STEP) * WIDTH_STEP;
    if (!this.root.isConnected || width < 120 || width === this.drawn) return;
    this.drawn = width;
    await this.redraw();
  }

  async redraw() {
    try {
      const { svg } = await this.store.ask("graph", { width: this.drawn, open: this.open });
      const focused = this.graph.stage.contains(document.activeElement) ? document.activeElement.dataset.path : null;
      this.graph.draw(svg);
      this.graph.paint(this.board);
      if (focused && this.graph.nodes.has(focused)) this.graph.focus(this.graph.nodes.get(focused).g, true);
    } catch {
      // without a kernel the drawing stays as it is, and scrolls
    }
  }

  async fold(path) {
    const shown = [...this.graph.nodes].filter(([, node]) => node.open).map(([name]) => name);
    const open = new Set(this.open ?? shown);
    if (shown.includes(path)) open.delete(path);
    else open.add(path);
    this.open = [...open];
    await this.redraw();
  }

  // -- saying things -------------------------------------------------------------------------------------------

  connection() {
    this.root.classList.toggle("ph-orphan", !this.store.connected);
    this.status();
    if (!this.store.connected) this.announce("The kernel is gone. This is the last picture of the run.");
  }

  /** A text, or parts of one, below the controls; nothing takes it away. */
  say(text, bad = false) {
    put(this.message, text);
    this.message.hidden = !text;
    this.message.classList.toggle("ph-bad", bad);
  }

  tick() {
    if (this.past || !GOING.has(this.store.header.status) || !this.store.connected) return;
    this.status();
    this.graph.tick();
    if (this.tab === "timeline") this.other();
  }

  later(what, job) {
    if (this.timers.has(what)) {
      if (what === "look") return; // a run that never rests is still looked at
      clearTimeout(this.timers.get(what));
    }
    this.timers.set(what, setTimeout(() => { this.timers.delete(what); job(); }, REST));
  }
}

export default () => {
  let store = null;
  const views = new Set();
  const storeOf = (model) => { store ??= new Store(model); return store; };
  return {
    initialize({ model }) {
      storeOf(model).resync(); // what was sent before we listened
    },
    render({ model, el }) {
      const left = [...views].find((view) => view.isLeft);
      const view = left ?? new View(storeOf(model), model.get("look"), el);
      left?.moveTo(el);
      views.add(view);
      return () => {
        if (view.place !== el) return; // it goes on elsewhere
        views.delete(view);
        view.close();
      };
    },
  };
};
