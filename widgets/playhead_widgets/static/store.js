// The store: what the kernel has told about the run, shared by all views of one widget. The marks are the truth;
// every picture, present or past, is made from them.

import { Board } from "./board.js";

const MARKS_BETWEEN = 256; // boards of the past are rebuilt from here on, at most

export class Store extends EventTarget {
  constructor(model) {
    super();
    this.model = model;
    this.connected = true;
    this.asked = new Map();
    this.tag = Math.random().toString(36).slice(2); // another page, or view, may ask the same kernel: answers go to all
    this.nextId = 1;
    this.others = new Map();
    this.load(model.get("truth") ?? {});
    model.on("msg:custom", (message) => this.receive(message));
    model.on("change:truth", () => this.load(model.get("truth"), { keepNewer: true }));
    model.on("change:graph", () => this.tell("graph"));
    model.on("change:forks", () => this.tell("forks"));
    model.on("comm:close", () => this.disconnect());
    model.on("comm_live_update", () => this.check());
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  // -- the truth, and what is new in it ------------------------------------------------------------------------

  load(truth, { keepNewer = false } = {}) {
    if (keepNewer && (truth.rev ?? 0) <= this.rev) return;
    this.rev = truth.rev ?? 0;
    this.marks = [];
    this.checkpoints = []; // {seq, kind, path, state, ms, upTo, label}: upTo counts the marks to take in
    this.prints = truth.prints ?? [];
    this.header = truth.header ?? { status: "pending" };
    this.questions = truth.questions ?? { items: [], total: 0 };
    this.offset = truth.now ? Date.now() / 1000 - truth.now : 0;
    this.board = new Board();
    this.take(truth.marks ?? []);
    this.tell("loaded");
  }

  receive(message) {
    if (!this.connected) {
      this.connected = true;
      this.tell("connected");
      this.resync();
    }
    if (message?.patch) this.patch(message.patch);
    else if (message?.redefined) this.tell("redefined");
    else if (message?.answer !== undefined) this.answered(message);
  }

  /** Take in what is new; a patch that does not follow the last one means that one was lost: ask for everything. */
  patch(patch) {
    if (patch.rev <= this.rev) return;
    if (patch.rev !== this.rev + 1) {
      this.resync();
      return;
    }
    this.rev = patch.rev;
    if (patch.now) this.offset = Date.now() / 1000 - patch.now;
    if (patch.header) this.header = patch.header;
    if (patch.questions) this.questions = patch.questions;
    if (this.header.ended) this.keep();
    if (patch.prints) this.prints = [...this.prints, ...patch.prints].slice(-500);
    const nodes = this.take(patch.marks ?? []);
    this.tell("patched", { nodes, patch });
  }

  take(marks) {
    const nodes = new Set();
    for (const mark of marks) {
      const [seq, path, state, ms, kind, more] = mark;
      this.marks.push(mark);
      nodes.add(this.board.mark(mark));
      if (kind) this.checkpoints.push({ seq, kind, path, state, ms, upTo: 0, label: more?.l });
      const present = this.checkpoints.at(-1);
      if (present?.seq === seq) present.upTo = this.marks.length;
    }
    return nodes;
  }

  resync() {
    if (this.resyncing) return;
    this.resyncing = true;
    this.ask("sync", {}).then((answer) => answer.truth && this.load(answer.truth)).catch(() => {})
      .finally(() => { this.resyncing = false; });
  }

  /** What a widget manager saves, and a second view starts from: set here, never sent back. */
  keep() {
    this.model.set("truth", {
      rev: this.rev, marks: this.marks, header: this.header, questions: this.questions, prints: this.prints,
      now: Date.now() / 1000 - this.offset,
    });
  }

  // -- the past ------------------------------------------------------------------------------------------------

  /** The board after the first `count` marks. */
  boardAt(count) {
    if (count >= this.marks.length) return this.board;
    const near = this.past;
    const reuse = near && near.count <= count && count - near.count < MARKS_BETWEEN * 40 && near.marks === this.marks;
    const board = reuse ? near.board : new Board();
    for (let at = reuse ? near.count : 0; at < count; at += 1) board.mark(this.marks[at]);
    this.past = { board, count, marks: this.marks };
    return board;
  }

  /** The last event up to `seq` that changed the path; 0 if none did. */
  lastChange(path, seq) {
    for (let at = this.marks.length - 1; at >= 0; at -= 1) {
      if (this.marks[at][0] <= seq && this.marks[at][1] === path) return this.marks[at][0];
    }
    return 0;
  }

  /** The players of runs that were forked here, as references. */
  get forks() {
    return this.model.get("forks") ?? [];
  }

  /** The store of such a player. */
  fork(reference) {
    if (!this.others.has(reference)) {
      const model = this.model.widget_manager.get_model(reference.slice("IPY_MODEL_".length));
      this.others.set(reference, Promise.resolve(model).then((found) => new Store(found)));
    }
    return this.others.get(reference);
  }

  // -- asking the kernel ---------------------------------------------------------------------------------------

  /** Ask the kernel; the answer may take as long as a cell runs. Rejects when the kernel is gone. */
  ask(what, content) {
    if (!this.connected) return Promise.reject(new Error("disconnected"));
    const id = `${this.tag}-${this.nextId++}`;
    return new Promise((resolve, reject) => {
      this.asked.set(id, { resolve, reject });
      this.model.send({ ask: what, id, ...content });
    });
  }

  answered(message) {
    const waiting = this.asked.get(message.answer);
    this.asked.delete(message.answer);
    if (!waiting) return;
    if (message.problem) waiting.reject(new Error(message.problem));
    else waiting.resolve(message);
  }

  disconnect() {
    if (!this.connected) return;
    this.connected = false;
    for (const { reject } of this.asked.values()) reject(new Error("disconnected"));
    this.asked.clear();
    this.tell("disconnected");
  }

  /** The manager says that the kernel came or went, but not which: count it as gone until it says something. */
  check() {
    this.disconnect();
    try {
      this.model.send({ ask: "sync", id: 0 });
    } catch {
      // a closed line: it stays gone
    }
  }

  /** Milliseconds since the run's first event, by the kernel's clock. */
  elapsed() {
    const now = this.header.ended ?? Date.now() / 1000 - this.offset;
    return Math.max(0, (now - (this.header.started || now)) * 1000);
  }
}
