// Changes: what is different between the moment that is looked at and another one, or another run.

import { h, icon, ICONS, put } from "./dom.js";
import { placeText } from "./board.js";
import { momentText } from "./scrubber.js";
import { differencesView } from "./tree.js";

const OTHER = "run "; // what stands before a run's id among the choices

export class Changes {
  constructor(store, { select }) {
    this.store = store;
    this.choice = "start";
    this.runs = []; // other runs of the workflow: {run_id, status, parent}
    this.from = h("select", { class: "ph-input ph-from", "aria-label": "Compare with", on: { change: () => { this.choice = this.from.value; this.read(); } } });
    this.from.addEventListener("keydown", (event) => event.stopPropagation());
    this.to = h("strong", {});
    this.run = h("span", {});
    this.body = h("div", { class: "ph-compared" });
    this.element = h("div", { class: "ph-compare" },
      h("div", { class: "ph-between" }, h("label", {}, "From ", this.from), h("span", {}, " to ", this.to), this.run), this.body);
    this.body.addEventListener("click", (event) => {
      const row = event.target.closest("[data-path]");
      if (row) select(row.dataset.path);
    });
  }

  /** Compare with the flagged moment from now on; with the start if there is none. */
  flagged(flag) {
    this.flag = flag;
    this.choice = flag ? "flag" : "start";
  }

  /** The person came to look: find out which other runs there are. */
  async opened() {
    try {
      this.runs = (await this.store.ask("runs", {})).runs;
      this.choose();
    } catch {
      // without a kernel only the moments of this run are offered
    }
  }

  /** Show what led to the checkpoint at `index`. */
  paint(checkpoints, index) {
    this.checkpoints = checkpoints;
    this.index = index;
    this.present = index === checkpoints.length - 1; // noted now: the array grows with the run
    this.to.textContent = checkpoints[index] ? momentText(checkpoints[index]) : "now";
    this.choose();
    this.read();
  }

  /** Offer the moments and the runs to compare with. */
  choose() {
    const option = ([value, text]) => h("option", { value, selected: value === this.choice }, text);
    const moments = [
      ["start", "the start of the run"],
      ["before", "the moment before"],
      this.flag ? ["flag", `⚑ ${momentText(this.flag)}`] : null,
    ].filter(Boolean);
    const runs = this.runs.map((run) => [`${OTHER}${run.run_id}`, [run.run_id, run.status, this.kinship(run)].filter(Boolean).join(" · ")]);
    put(this.from, h("optgroup", { label: "This run" }, moments.map(option)),
      runs.length ? h("optgroup", { label: "Another run, as it stands" }, runs.map(option)) : null);
  }

  kinship({ run_id: id, parent }) {
    const { run, parent: own } = this.store.header;
    return own?.[0] === id ? "parent of this run" : parent === run ? "forked from this run" : "";
  }

  /** The two moments as events, the earlier one first. */
  between() {
    const other = { start: this.seq(0), before: this.seq(Math.max(0, this.index - 1)), flag: this.flag?.seq ?? 0 }[this.choice];
    return [other, this.seq(this.index)].sort((one, two) => one - two);
  }

  /** The event of a checkpoint; that of the one looked at is the present if it was the last. */
  seq(at) {
    return at === this.index && this.present ? this.store.board.seq : this.checkpoints[at]?.seq ?? 0;
  }

  /** What to ask the kernel for. */
  question() {
    if (!this.choice.startsWith(OTHER)) {
      const [before, after] = this.between();
      return { before, after };
    }
    return { run: this.choice.slice(OTHER.length), after: this.seq(this.index) };
  }

  async read() {
    const question = this.question();
    const key = JSON.stringify(question);
    if (key === this.shown) return;
    this.shown = key;
    put(this.run);
    if (question.before === question.after) {
      put(this.body, h("p", { class: "ph-hint ph-empty" }, "These are the same moment. Move the playhead, or mark another."));
      return;
    }
    try {
      const { changes } = await this.store.ask("compare", question);
      if (key !== this.shown) return;
      const { run } = changes;
      put(this.run, run.before === run.after ? null : [stateView(run.before), " → ", stateView(run.after)]);
      put(this.body, changesView(changes));
    } catch (error) {
      this.shown = null;
      put(this.body, h("p", { class: "ph-hint ph-empty" }, error.message === "disconnected" ? "The kernel is gone; moments cannot be compared." : error.message));
    }
  }
}

function changesView({ records, state, input }) {
  const parts = [
    records.length ? section("Steps", h("ul", { class: "ph-moved" }, records.map(recordView))) : null,
    input.length ? section("Input", differencesView(input)) : null,
    state.length ? section("State", differencesView(state)) : null,
  ].filter(Boolean);
  return parts.length ? parts : h("p", { class: "ph-hint ph-empty" }, "There is no difference.");
}

function section(title, content) {
  return h("section", { class: "ph-part" }, h("h4", {}, title), content);
}

function recordView({ path, count, before, after, output }) {
  if (!count) return h("li", { class: "ph-hint" }, "… and more");
  return h("li", {},
    h("button", { type: "button", class: "ph-where", "data-path": path }, placeText(path), count > 1 ? ` ×${count.toLocaleString("en")}` : ""),
    h("span", {}, before === after ? null : [stateView(before), " → "], stateView(after)),
    output.length ? h("div", { class: "ph-inner" }, differencesView(output)) : null);
}

function stateView(state) {
  return h("span", { class: `ph-chip ph-chip-${state}` }, state);
}

/** The button that marks a moment, to compare others with it. */
export function markButton(toggle) {
  const button = h("button", {
    type: "button", class: "ph-button ph-button-mark", "aria-label": "Mark this moment", "aria-pressed": "false",
    title: "Mark this moment, to compare others with it", on: { click: () => button.setAttribute("aria-pressed", String(Boolean(toggle()))) },
  }, icon(ICONS.mark), h("span", { class: "ph-word" }, "Mark"));
  return button;
}
