// The graph: the kernel's drawing, kept up to date by changing classes, glyphs and short texts.

import { h, ICONS, put, s, span } from "./dom.js";
import { placeText } from "./board.js";

const BAR = ["success", "failed", "tripwire", "suspended", "waiting", "running"];
const PITCH = 8;
const SEEN = 2.5; // the least width of a part of the bar
const SMALLEST = 0.8; // a drawing that is wider than its cell is made smaller, but never less than this
const HIGHEST = 720; // pixels: a higher drawing scrolls until it is unrolled
const LETTER = 0.58; // em: how wide a letter of the line under a title is, on average
const STILL = new Set(["skipped", "suspended", "waiting"]); // what says nothing of how long it took

export class Graph {
  constructor(look, { select, fold }) {
    this.look = look;
    this.onSelect = select;
    this.onFold = fold;
    this.selected = null;
    this.moment = null; // the node that the moment looked at is about
    this.follow = true;
    this.nodes = new Map();
    this.edited = [];
    this.stage = h("div", { class: "ph-stage", role: "tree", "aria-label": "Workflow graph" });
    this.more = h("button", { type: "button", class: "ph-quiet ph-all", "aria-expanded": "false", hidden: true, on: { click: () => this.unroll() } }, "Show all of it");
    this.element = h("div", { class: "ph-graph-box" }, this.stage, this.more);
    this.stage.addEventListener("click", (event) => this.clicked(event));
    this.stage.addEventListener("keydown", (event) => this.pressed(event));
    for (const moved of ["wheel", "pointerdown", "touchstart"]) {
      this.stage.addEventListener(moved, () => { this.follow = false; }, { passive: true });
    }
  }

  /** Take a drawing in. It is parsed as XML and may only hold shapes and texts. */
  draw(markup) {
    const parsed = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
    if (parsed.nodeName !== "svg") return;
    for (const foreign of parsed.querySelectorAll("script, foreignObject, style, image, use, a, animate, set")) foreign.remove();
    const svg = document.importNode(parsed, true);
    svg.querySelector("title")?.remove();
    svg.setAttribute("role", "presentation");
    this.svg = svg;
    this.natural = Number(svg.getAttribute("width"));
    svg.removeAttribute("height"); // it follows from the width
    this.nodes = new Map([...svg.querySelectorAll(".ph-node")].map((g) => [g.dataset.path, nodeParts(g)]));
    this.edges = [...svg.querySelectorAll(".ph-edge")].map((line) => ({
      line, into: line.dataset.into?.split(" "), after: line.dataset.after, back: line.classList.contains("ph-edge-back"),
    }));
    this.turns = [...svg.querySelectorAll("[data-turn]")];
    this.dots = [...svg.querySelectorAll("[data-dot]")].map((dot) => ({ dot, kind: dot.dataset.dot, arms: dot.dataset.arms?.split(" ") ?? [] }));
    this.byNode = new Map();
    for (const edge of this.edges) {
      for (const path of edge.into ?? [edge.after]) this.byNode.set(path, [...(this.byNode.get(path) ?? []), edge]);
    }
    let first = true;
    for (const node of this.nodes.values()) {
      node.g.removeAttribute("id"); // the same workflow may stand twice on a page
      node.g.setAttribute("role", "treeitem");
      node.g.setAttribute("tabindex", first ? "0" : "-1");
      if (node.fold) node.g.setAttribute("aria-expanded", String(node.open));
      first = false;
    }
    put(this.stage, svg);
    this.fit();
    this.highlight();
    this.point(this.moment);
    this.pencil(this.edited);
  }

  /** Put a pencil on the nodes that are not what they were when the run began. */
  pencil(paths) {
    this.edited = paths;
    for (const mark of this.stage.querySelectorAll(".ph-pencil")) mark.remove();
    for (const path of paths) {
      const node = this.nodes.get(path);
      const right = Number(node?.g.querySelector(":scope > .ph-card")?.getAttribute("width") ?? 0);
      if (right) node.g.append(s("path", { d: ICONS.pencil, class: "ph-pencil", transform: `translate(${right - 17} 4) scale(.8)` }));
    }
  }

  /** Fit the drawing to the cell; offer to show all of what is too high for it. */
  fit() {
    const room = this.stage.clientWidth;
    if (!this.svg || !room) return;
    this.svg.setAttribute("width", Math.max(Math.min(this.natural, room), this.natural * SMALLEST));
    const high = this.svg.getBoundingClientRect().height;
    this.stage.classList.toggle("ph-whole", high <= HIGHEST);
    this.more.hidden = high <= HIGHEST;
    this.element.classList.toggle("ph-cut", high > HIGHEST && !this.stage.classList.contains("ph-unrolled"));
  }

  unroll() {
    const open = this.stage.classList.toggle("ph-unrolled");
    this.more.textContent = open ? "Show less" : "Show all of it";
    this.more.setAttribute("aria-expanded", String(open));
    this.fit();
  }

  // -- painting ------------------------------------------------------------------------------------------------

  /** Show the board; of `nodes` only, if they are given. */
  paint(board, nodes = null) {
    this.board = board;
    for (const path of nodes ?? this.nodes.keys()) this.paintNode(path);
    for (const edge of nodes ? this.touched(nodes) : this.edges) {
      edge.line.classList.toggle("ph-travelled", this.travelled(edge));
    }
    for (const { dot, kind, arms } of this.dots) dot.classList.toggle("ph-travelled", this.reached(kind, arms));
    for (const turn of this.turns) {
      const number = board.turn(turn.dataset.turn);
      turn.textContent = number ? ` · turn ${number}` : "";
    }
  }

  touched(nodes) {
    return new Set([...nodes].flatMap((path) => this.byNode.get(path) ?? []));
  }

  travelled({ into, after, back }) {
    if (back) return this.board.turn(after) > 1;
    return into ? this.board.begun(into) : this.board.state(after ?? "") === "success";
  }

  reached(kind, arms) {
    if (kind === "fork") return this.board.begun(arms);
    if (kind === "join") return arms.some((arm) => this.board.state(arm) === "success");
    const run = this.board.state("");
    return kind === "start" ? run !== "pending" : run === "success";
  }

  paintNode(path) {
    const node = this.nodes.get(path);
    if (!node) return;
    const state = this.board.state(path);
    if (state !== node.state) {
      node.g.classList.remove(`ph-st-${node.state}`);
      node.g.classList.add(`ph-st-${state}`);
      node.glyph?.setAttribute("d", state === "pending" ? this.look.kinds[node.kind] : this.look.glyphs[state]);
      node.state = state;
    }
    const words = this.below(path, state, node);
    if (node.sub) {
      const text = words.find((word) => fits(word, node.room)) ?? words.at(-1) ?? node.about;
      node.sub.textContent = text;
      node.title?.setAttribute("y", node.heights[text ? 1 : 0]);
    }
    const changed = this.edited.includes(path) ? ", changed since the run began" : "";
    node.g.setAttribute("aria-label", `${node.name}: ${words[0] ?? state}${changed}`);
    if (node.items) this.paintItems(node, path);
  }

  /** The line under a node's title, once it has a state: the first of these that fits. */
  below(path, state, node) {
    if (state === "pending") return [];
    const total = node.items ? this.board.total(path) : 0;
    const took = this.took(path, state);
    if (total) {
      const words = progress(this.board.items(path), total);
      return took && state !== "running" && words.length === 1 ? [`${words[0]} · ${took}`, ...words] : words;
    }
    const times = node.items ? 1 : this.board.count(path);
    const often = times > 1 ? ` ×${times}` : "";
    return took ? [`${state}${often} · ${took}`, often ? `${often.trim()} · ${took}` : state, `${state}${often}`, state] : [`${state}${often}`, state];
  }

  took(path, state) {
    const spent = this.board.span(path);
    if (!spent || STILL.has(state)) return "";
    if (spent.end !== null) return span(spent.end - spent.start);
    const seconds = Math.floor(((this.now?.() ?? this.board.at) - spent.start) / 1000);
    return state === "running" && seconds >= 1 ? span(seconds * 1000) : "";
  }

  /** Nodes that run show their seconds. */
  tick() {
    if (this.board) for (const [path, node] of this.nodes) if (node.state === "running") this.paintNode(path);
  }

  /** A dot for each item of a foreach, or one bar where they are too many; as `svg.py` does it. */
  paintItems(node, path) {
    const room = Number(node.items.dataset.room);
    const total = this.board.total(path);
    if (total && total * PITCH <= room) {
      this.paintDots(node.items, this.board.container(path), total);
      return;
    }
    let x = 0;
    const parts = shares(this.board.items(path), total, room).map(([state, width]) => {
      x += width;
      return s("rect", { x: x - width, width, height: 5, rx: 1, class: `ph-item-${state}` });
    });
    put(node.items, s("rect", { width: room, height: 5, rx: 2.5, class: "ph-track" }), parts);
  }

  paintDots(items, container, total) {
    if (items.childElementCount !== total || items.firstElementChild.nodeName !== "circle") {
      put(items, Array.from({ length: total }, (_, at) => s("circle", { cx: at * PITCH + 3, cy: 2.5, r: 2.5 })));
    }
    for (let at = 0; at < total; at += 1) {
      const state = this.board.states.get(`${container}#${at}`) ?? "pending";
      items.children[at].setAttribute("class", `ph-item ph-item-${state}`);
    }
  }

  // -- looking around ------------------------------------------------------------------------------------------

  select(path) {
    this.selected = path;
    this.highlight();
  }

  highlight() {
    for (const [path, node] of this.nodes) {
      node.g.classList.toggle("ph-selected", path === this.selected);
      node.g.setAttribute("aria-selected", String(path === this.selected));
    }
  }

  /** Scroll what goes on into view, unless the person looks elsewhere. */
  show(path) {
    if (this.follow) this.reveal(path, "instant");
  }

  /** The playhead was moved to what happened at `path`: bring it into view, and in the past point at it. The focus stays. */
  visit(path, past) {
    this.point(past ? path : null);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.reveal(path || this.nodes.keys().next().value, still ? "instant" : "smooth");
  }

  /** Point at a node; at none with null. */
  point(path) {
    this.moment = path;
    const here = this.drawn(path);
    for (const node of this.nodes.values()) node.g.classList.toggle("ph-visited", node === here);
  }

  /** The node of that path, or the closed workflow that it stands in. */
  drawn(path) {
    for (let at = path; at; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
      if (this.nodes.has(at)) return this.nodes.get(at);
    }
    return undefined;
  }

  /** Bring a node to the middle of the stage if it is not wholly in view; only the stage scrolls, never the page. */
  reveal(path, behavior) {
    const node = this.drawn(path);
    if (!node) return;
    const frame = this.stage.getBoundingClientRect();
    const box = node.g.getBoundingClientRect();
    const top = box.top < frame.top || box.bottom > frame.bottom ? box.top + box.height / 2 - frame.top - frame.height / 2 : 0;
    const left = box.left < frame.left || box.right > frame.right ? box.left + box.width / 2 - frame.left - frame.width / 2 : 0;
    if (top || left) this.stage.scrollTo({ top: this.stage.scrollTop + top, left: this.stage.scrollLeft + left, behavior });
  }

  clicked(event) {
    const fold = event.target.closest("[data-fold]");
    const node = event.target.closest(".ph-node");
    if (fold) this.onFold(fold.dataset.fold);
    else this.onSelect(node && node.dataset.path !== this.selected ? node.dataset.path : null);
    if (node) this.focus(node);
  }

  pressed(event) {
    const node = event.target.closest?.(".ph-node");
    if (!node) return;
    const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    if (event.key in moves) {
      const all = [...this.nodes.values()].map(({ g }) => g);
      this.focus(all[Math.min(Math.max(all.indexOf(node) + moves[event.key], 0), all.length - 1)], true);
    } else if (event.key === "Enter" || event.key === " ") {
      this.onSelect(node.dataset.path === this.selected ? null : node.dataset.path);
    } else if (event.key === (this.nodes.get(node.dataset.path).open ? "-" : "+") && node.querySelector(":scope > [data-fold]")) {
      this.onFold(node.dataset.path);
    } else if (event.key === "Escape") {
      this.onSelect(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation(); // the notebook has keys of its own
  }

  focus(g, really = false) {
    for (const node of this.nodes.values()) node.g.setAttribute("tabindex", node.g === g ? "0" : "-1");
    if (really) g.focus();
  }
}

function nodeParts(g) {
  const sub = g.querySelector(":scope > .ph-sub");
  const title = g.querySelector(":scope > .ph-title[data-y]");
  const name = g.querySelector(":scope > title")?.textContent ?? "";
  return {
    g, sub, title,
    name: name || placeText(g.dataset.path),
    glyph: g.querySelector(":scope > .ph-glyph"),
    about: sub?.textContent ?? "",
    room: Number(sub?.dataset.room ?? 0) / (Number(sub?.getAttribute("font-size")) * LETTER || 1), // in letters
    heights: title?.dataset.y.split(" ") ?? [],
    items: g.querySelector(":scope > .ph-items"),
    fold: Boolean(g.querySelector(":scope > [data-fold]")),
    open: Boolean(g.querySelector(":scope > .ph-group")),
    kind: /ph-k-(\w+)/.exec(g.getAttribute("class"))[1],
    state: /ph-st-(\w+)/.exec(g.getAttribute("class"))[1],
  };
}

function fits(text, letters) {
  return text.length <= letters;
}

/** How far a foreach got, in a few words, and in fewer. */
export function progress(items, total) {
  const count = (state) => items.get(state) ?? 0;
  const done = count("success");
  const failed = count("failed") + count("tripwire");
  if (done === total) return [`${total.toLocaleString("en")} items`];
  const far = `${done.toLocaleString("en")} of ${total.toLocaleString("en")}`;
  const note = failed ? ` · ${failed.toLocaleString("en")} failed` : count("suspended") ? ` · ${count("suspended").toLocaleString("en")} ask` : "";
  return note ? [far + note, far] : [far];
}

/** The parts of a foreach's bar in pixels: one failure among thousands is still seen, at the cost of the rest. */
export function shares(items, total, room) {
  const parts = BAR.filter((state) => total && items.get(state) > 0).map((state) => [state, Math.max(SEEN, (room * items.get(state)) / total)]);
  const over = parts.reduce((sum, [, width]) => sum + width, 0) - room;
  if (over > 0) parts.reduce((widest, part) => (part[1] > widest[1] ? part : widest))[1] -= over;
  return parts;
}
