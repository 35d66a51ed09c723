// Edits: what is written differently in the workflow since this run began, and the difference to read.

import { h, icon, ICONS, put } from "./dom.js";
import { placeText } from "./board.js";

const HAPPENED = { added: "new", removed: "gone", changed: "changed" };

export class Edits {
  /** `mark(paths)` is told which nodes of the picture are not what they were. */
  constructor(store, { select, mark }) {
    this.store = store;
    this.mark = mark;
    this.word = h("span", {});
    this.button = h("button", {
      type: "button", class: "ph-edited-chip", "aria-expanded": "false", hidden: true, title: "Since this run began",
      on: { click: () => this.toggle() },
    }, icon(ICONS.pencil, { size: 12 }), this.word);
    this.panel = h("section", { class: "ph-edits-panel", "aria-label": "What changed since this run began", hidden: true });
    this.panel.addEventListener("click", (event) => {
      const where = event.target.closest("[data-path]");
      if (where) select(where.dataset.path);
    });
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    this.button.setAttribute("aria-expanded", String(!this.panel.hidden));
  }

  /** Ask again: the definition may have changed, or another view of the run has come. */
  async refresh() {
    try {
      const { edits } = await this.store.ask("edits", {});
      this.show(edits);
    } catch {
      // what cannot be told now is told the next time
    }
  }

  show(edits) {
    this.button.hidden = !edits.length;
    if (!edits.length) this.panel.hidden = true;
    this.word.textContent = `${edits.length} ${edits.length === 1 ? "step" : "steps"} changed`;
    put(this.panel, edits.map(editView));
    this.mark(edits.filter(({ kind }) => kind !== "removed").map(({ path }) => path));
  }
}

function editView({ path, kind, diff, reached }) {
  return h("div", { class: "ph-edit-of" },
    h("p", {},
      h("button", { type: "button", class: "ph-where", "data-path": path }, placeText(path)), " ",
      h("strong", {}, HAPPENED[kind] ?? kind),
      reached ? h("span", { class: "ph-quiet-text" }, " · this run has been there") : null),
    diff ? h("pre", { class: "ph-diff", tabindex: "0", "aria-label": `Difference of ${placeText(path)}` }, linesOf(diff).map(lineView)) : null);
}

/** Without the two lines that would name files. */
function linesOf(diff) {
  return diff.split("\n").filter((line) => !line.startsWith("--- ") && !line.startsWith("+++ "));
}

function lineView(line) {
  const kind = line.startsWith("+") ? "ph-line-new" : line.startsWith("-") ? "ph-line-old" : line.startsWith("@") ? "ph-line-at" : null;
  return h("span", { class: kind }, `${line}\n`);
}
