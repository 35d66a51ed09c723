// The board: what every node of the picture shows, kept up to date mark by mark. The twin of `views/board.py`.

const LOUDEST = [
  "failed", "tripwire", "suspended", "running", "waiting", "paused", "canceled", "pending", "success", "skipped",
];

const ENDED = new Set(["success", "failed", "tripwire", "canceled"]);

/** The place in the definition that a path of a run stands for: `ship#3/pack` is `ship/pack`. */
export function nodeOf(path) {
  return path.includes("#") ? path.replace(/#\d+/g, "") : path;
}

/** The turn or item a path ends with; null if it is not one. */
export function numberOf(path) {
  const found = /#(\d+)$/.exec(path);
  return found ? Number(found[1]) : null;
}

/** A path as people read it: `crawl#3/page` is `crawl #3 / page`. */
export function placeText(path) {
  return path.split("/").map((part) => part.replace("#", " #")).join(" / ");
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
    this.itemCounts = new Map(); // by container: a foreach may stand in a loop
    this.containers = new Map(); // node -> the foreach that was reached last
    this.turns = new Map();
    this.totals = new Map();
  }

  /** Take a mark in; the node it changes. */
  mark([seq, path, state, ms, , more]) {
    this.seq = seq;
    this.at = ms;
    const node = nodeOf(path);
    const number = numberOf(path);
    const known = this.states.get(path);
    if (state === "pending") this.states.delete(path);
    else this.states.set(path, state);
    count(number === null ? this.whole : this.parts, node, known, state);
    this.time(path, known, state, ms);
    if (number !== null) {
      count(this.itemCounts, path.slice(0, path.lastIndexOf("#")), known, state);
      this.turns.set(node, state === "pending" ? this.lastTurn(node) : number);
    }
    if (more?.n !== undefined) {
      this.totals.set(path, more.n);
      this.containers.set(node, path);
    }
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

  /** The foreach of that node that was reached last, as a path. */
  container(node) {
    return this.containers.get(node) ?? node;
  }

  /** How many of its items are in each state. */
  items(node) {
    return this.itemCounts.get(this.container(node)) ?? new Map();
  }

  /** How many items it has; 0 before that is known. */
  total(node) {
    return this.totals.get(this.container(node)) ?? 0;
  }

  turn(node) {
    return this.turns.get(node) ?? 0;
  }

  begun(nodes) {
    return nodes.some((node) => !["pending", "skipped"].includes(this.state(node)));
  }

  /** How many records a node has. */
  count(node) {
    let sum = 0;
    for (const number of (this.whole.get(node) ?? this.parts.get(node) ?? new Map()).values()) sum += number;
    return sum;
  }

  /** When its latest record began and ended. The run's own span is its whole life. */
  span(node) {
    if (node === "") return { start: 0, end: ENDED.has(this.state("")) ? this.at : null };
    return this.spans.get(this.latest.get(node));
  }
}

function count(table, key, before, after) {
  if (!table.has(key)) table.set(key, new Map());
  const counts = table.get(key);
  if (before !== undefined) counts.set(before, counts.get(before) - 1);
  if (after !== "pending") counts.set(after, (counts.get(after) ?? 0) + 1);
}
