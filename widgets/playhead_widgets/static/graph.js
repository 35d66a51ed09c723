// The graph: the kernel's drawing, kept up to date by changing classes, glyphs and short texts.

import { h, put, s, span } from "./dom.js";

const BAR = ["success", "failed", "tripwire", "suspended", "waiting", "running"];
const PITCH = 8;

export class Graph {
  constructor(look, { select, fold }) {
    this.look = look;
    this.onSelect = select;
    this.onFold = fold;
    this.selected = null;
    this.follow = true;
    this.nodes = new Map();
    this.element = h("div", { class: "ph-stage", role: "group", "aria-label": "Workflow graph" });
    this.element.addEventListener("click", (event) => this.clicked(event));
    this.element.addEventListener("keydown", (event) => this.pressed(event));
    for (const moved of ["wheel", "pointerdown", "touchstart"]) {
      this.element.addEventListener(moved, () => { this.follow = false; }, { passive: true });
    }
  }

  /** Take a drawing in. It is parsed as XML and may only hold shapes and texts. */
  draw(markup) {
    const parsed = new DOMParser().parseFromString(markup, "image/svg+xml").documentElement;
    if (parsed.nodeName !== "svg") return;
    for (const foreign of parsed.querySelectorAll("script, foreignObject, style, image, use, a, animate, set")) foreign.remove();
    const svg = document.importNode(parsed, true);
    svg.querySelector("title")?.remove();
    svg.removeAttribute("role");
    this.svg = svg;
    this.nodes = new Map([...svg.querySelectorAll(".ph-node")].map((g) => [g.dataset.path, nodeParts(g)]));
    this.edges = [...svg.querySelectorAll(".ph-edge")].map((line) => ({
      line, into: line.dataset.into?.split(" "), after: line.dataset.after, back: line.classList.contains("ph-edge-back"),
    }));
    this.turns = [...svg.querySelectorAll("[data-turn]")];
    this.ends = [...svg.querySelectorAll("[data-end]")];
    this.byNode = new Map();
    for (const edge of this.edges) {
      for (const path of edge.into ?? [edge.after]) this.byNode.set(path, [...(this.byNode.get(path) ?? []), edge]);
    }
    let first = true;
    for (const [path, node] of this.nodes) {
      node.g.removeAttribute("id"); // the same workflow may stand twice on a page
      node.g.setAttribute("role", "button");
      node.g.setAttribute("tabindex", first ? "0" : "-1");
      node.title = node.g.querySelector(":scope > title")?.textContent ?? path;
      first = false;
    }
    put(this.element, svg);
    this.highlight();
  }

  // -- painting ------------------------------------------------------------------------------------------------

  /** Show the board; of `nodes` only, if they are given. */
  paint(board, nodes = null) {
    this.board = board;
    for (const path of nodes ?? this.nodes.keys()) this.paintNode(path);
    for (const edge of nodes ? this.touched(nodes) : this.edges) {
      edge.line.classList.toggle("ph-travelled", this.travelled(edge));
    }
    const run = board.state("");
    for (const end of this.ends) {
      end.classList.toggle("ph-travelled", end.dataset.end === "start" ? run !== "pending" : run === "success");
    }
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
    const text = this.below(path, state, node);
    if (node.sub) node.sub.textContent = text || node.about;
    node.g.setAttribute("aria-label", `${node.title}: ${text || state}`);
    if (node.items) this.paintItems(node, path);
  }

  /** The line under a node's title, once it has a state. */
  below(path, state, node) {
    if (state === "pending") return "";
    const total = node.items ? this.board.total(path) : 0;
    const done = this.board.items(path).get("success") ?? 0;
    if (total && done < total) return `${done} of ${total}`;
    const times = this.board.count(path);
    const word = total ? `${total} items` : times > 1 && !node.items ? `${state} ×${times}` : state;
    const took = this.took(path, state);
    return took ? `${word} · ${took}` : word;
  }

  took(path, state) {
    const spent = this.board.span(path);
    if (!spent || state === "skipped" || state === "suspended" || state === "waiting") return "";
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
      while (node.items.childElementCount !== total || node.items.firstElementChild.nodeName !== "circle") {
        const dots = Array.from({ length: total }, (_, at) => s("circle", { cx: at * PITCH + 3, cy: 2.5, r: 2.5 }));
        put(node.items, dots);
      }
      for (let at = 0; at < total; at += 1) {
        const state = this.board.states.get(`${path}#${at}`) ?? "pending";
        node.items.children[at].setAttribute("class", `ph-item ph-item-${state}`);
      }
      return;
    }
    const counts = this.board.items(path);
    let x = 0;
    const parts = BAR.filter((state) => total && counts.get(state) > 0).map((state) => {
      const width = (room * counts.get(state)) / total;
      x += width;
      return s("rect", { x: x - width, width, height: 5, rx: 1, class: `ph-item-${state}` });
    });
    put(node.items, s("rect", { width: room, height: 5, rx: 2.5, class: "ph-track" }), parts);
  }

  // -- looking around ------------------------------------------------------------------------------------------

  select(path) {
    this.selected = path;
    this.highlight();
  }

  highlight() {
    for (const [path, node] of this.nodes) {
      node.g.classList.toggle("ph-selected", path === this.selected);
      node.g.setAttribute("aria-pressed", String(path === this.selected));
    }
  }

  /** Scroll what goes on into view, unless the person looks elsewhere. */
  show(path) {
    const node = this.nodes.get(path);
    if (!node || !this.follow || this.element.scrollHeight <= this.element.clientHeight + 4) return;
    const frame = this.element.getBoundingClientRect();
    const box = node.g.getBoundingClientRect();
    if (box.top < frame.top || box.bottom > frame.bottom) {
      this.element.scrollTop += box.top - frame.top - frame.height / 2 + box.height / 2;
    }
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
    const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    if (event.key in moves) {
      const all = [...this.nodes.values()].map(({ g }) => g);
      const next = all[all.indexOf(node) + moves[event.key]];
      if (next) this.focus(next, true);
    } else if (event.key === "Enter" || event.key === " ") {
      this.onSelect(node.dataset.path === this.selected ? null : node.dataset.path);
    } else if ((event.key === "+" || event.key === "-") && node.querySelector(":scope > [data-fold]")) {
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
  return {
    g,
    glyph: g.querySelector(":scope > .ph-glyph"),
    sub,
    about: sub?.textContent ?? "",
    items: g.querySelector(":scope > .ph-items"),
    kind: /ph-k-(\w+)/.exec(g.getAttribute("class"))[1],
    state: /ph-st-(\w+)/.exec(g.getAttribute("class"))[1],
  };
}
