// The board: what every node of the picture shows, kept up to date mark by mark. The twin of `views/board.py`.

const LOUDEST = [
  "failed", "tripwire", "suspended", "running", "waiting", "paused", "canceled", "pending", "success", "skipped",
];

/** The place in the definition that a path of a run stands for: `ship#3/pack` is `ship/pack`. */
export function nodeOf(path) {
  return path.includes("#") ? path.replace(/#\d+/g, "") : path;
}

/** The turn or item a path ends with; null if it is not one. */
export function numberOf(path) {
  const found = /#(\d+)$/.exec(path);
  return found ? Number(found[1]) : null;
}

export class Board {
  constructor() {
    this.states = new Map();
    this.spans = new Map(); // path -> {start, end} in milliseconds
    this.latest = new Map(); // node -> the path that was marked last
    this.at = 0;
    this.seq = 0;
    this.whole = new Map();
    this.parts = new Map();
    this.turns = new Map();
    this.totals = new Map();
  }

  /** Take a mark in; the node it changes. */
  mark([seq, path, state, ms, more]) {
    this.seq = seq;
    this.at = ms;
    const node = nodeOf(path);
    const number = numberOf(path);
    const counts = countsOf(number === null ? this.whole : this.parts, node);
    const known = this.states.get(path);
    if (known !== undefined) {
      counts.set(known, counts.get(known) - 1);
      this.states.delete(path);
    }
    if (state !== "pending") {
      this.states.set(path, state);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    this.time(path, known, state, ms);
    if (number !== null) this.turns.set(node, state === "pending" ? this.lastTurn(node) : number);
    if (more?.n !== undefined) this.totals.set(node, more.n);
    if (state !== "pending") this.latest.set(node, path);
    return node;
  }

  time(path, known, state, ms) {
    const span = this.spans.get(path);
    if (state === "running" && !(known === "waiting" && span)) this.spans.set(path, { start: ms, end: null });
    else if (span && state !== "running" && state !== "waiting") span.end = ms;
  }

  /** Looks at everything: only time travel takes turns back. */
  lastTurn(node) {
    let last = 0;
    for (const path of this.states.keys()) if (nodeOf(path) === node) last = Math.max(last, numberOf(path) ?? 0);
    return last;
  }

  state(node) {
    const counts = this.whole.get(node) ?? this.parts.get(node);
    return (counts && LOUDEST.find((state) => counts.get(state) > 0)) ?? "pending";
  }

  items(node) {
    return this.parts.get(node) ?? new Map();
  }

  total(node) {
    return this.totals.get(node) ?? 0;
  }

  turn(node) {
    return this.turns.get(node) ?? 0;
  }

  begun(nodes) {
    return nodes.some((node) => !["pending", "skipped"].includes(this.state(node)));
  }

  /** How many records a node has, and how long its latest took. */
  count(node) {
    let count = 0;
    for (const number of (this.whole.get(node) ?? this.parts.get(node) ?? new Map()).values()) count += number;
    return count;
  }

  span(node) {
    return this.spans.get(this.latest.get(node));
  }
}

function countsOf(table, node) {
  if (!table.has(node)) table.set(node, new Map());
  return table.get(node);
}
