// The playhead: a slider over the checkpoints, and the moment it stands at. The right end is the present.

import { h, icon, ICONS, put, s, span } from "./dom.js";
import { placeText } from "./board.js";

const COLOURS = {
  step: "quiet", start: "quiet", answer: "accent", travel: "accent", fork: "accent", suspension: "suspended",
  failure: "failed", retry: "failed", end: "quiet",
};
const HIGH = new Set(["suspension", "failure", "retry", "answer", "travel", "fork", "end"]);
const APART = 5; // pixels between ticks, at least: those of steps are thinned out
const WORDS = {
  start: () => "run started",
  step: ({ path }) => `${placeText(path)} done`,
  failure: ({ path }) => `${placeText(path)} failed`,
  retry: ({ path }) => `${placeText(path)} will be tried again`,
  suspension: ({ path }) => `${placeText(path)} asks`,
  answer: ({ label }) => `${placeText(label)} answered`,
  travel: () => "travelled back",
  fork: () => "forked",
  end: ({ state }) => `run ended: ${state}`,
};

/** What happened at a checkpoint, in a few words. */
export function momentText(checkpoint) {
  return WORDS[checkpoint.kind]?.(checkpoint) ?? checkpoint.kind;
}

/** The path that a checkpoint is about; for an answer, what it was for. */
function placeOf({ path, label }) {
  return path || (label ?? "").split(", ")[0];
}

export class Scrubber {
  /** `move(checkpoint)` is called as the playhead moves, with null for the present. */
  constructor(move) {
    this.move = move;
    this.at = null; // null: the present
    this.checkpoints = [];
    this.flag = null; // the checkpoint that others are compared with
    this.input = h("input", {
      type: "range", min: 0, max: 0, step: 1, value: 0, class: "ph-slider", "aria-label": "Playhead",
      on: { input: () => this.moved(Number(this.input.value)), keydown: (event) => this.pressed(event) },
    });
    this.ticks = s("svg", { class: "ph-ticks", "aria-hidden": "true", preserveAspectRatio: "none", viewBox: "0 0 1000 14" });
    this.pennant = h("span", { class: "ph-pennant", hidden: true }, icon(ICONS.mark, { size: 13 }));
    this.label = h("span", { class: "ph-moment" });
    this.number = h("span", { class: "ph-of" });
    this.back = h("button", { type: "button", class: "ph-back", hidden: true, "aria-label": "Back to live", on: { click: () => this.toLive() } }, icon(ICONS.live), "Back to live");
    this.icon = h("span", { class: "ph-when" });
    this.line = h("div", { class: "ph-line" }, this.icon, this.label, this.number, this.back);
    this.element = h("div", { class: "ph-scrubber" }, h("div", { class: "ph-track-box" }, this.ticks, this.pennant, this.input), this.line);
  }

  /** Take new checkpoints in; in the present the playhead goes along. */
  grow(checkpoints) {
    this.checkpoints = checkpoints;
    const last = Math.max(0, checkpoints.length - 1);
    this.input.max = String(last);
    this.input.disabled = checkpoints.length < 2;
    if (this.at !== null && this.at >= last) this.at = null;
    this.input.value = String(this.at ?? last);
    if (!this.queued) this.queued = requestAnimationFrame(() => { this.queued = 0; this.drawTicks(); });
    this.describe();
  }

  moved(index) {
    this.at = index >= this.checkpoints.length - 1 ? null : index;
    this.describe();
    this.move(this.at === null ? null : this.checkpoints[this.at]);
  }

  toLive() {
    this.input.value = this.input.max;
    this.moved(Number(this.input.max));
    this.input.focus();
  }

  /** The browser's own keys, and those by which people step through a film; none reaches the notebook. */
  pressed(event) {
    if (event.key === "Escape" && this.at !== null) this.toLive();
    event.stopPropagation();
  }

  /** Remember the moment, or forget it if it is the one remembered; whether there is one now. */
  toggleFlag() {
    const here = this.checkpoints[this.at ?? this.checkpoints.length - 1] ?? null;
    this.flag = here && this.flag?.seq === here.seq ? null : here;
    this.drawTicks();
    return this.flag;
  }

  /** The path that the moment is about. What happens to the run as a whole happens where it was; "": at its start. */
  place() {
    const at = this.at ?? this.checkpoints.length - 1;
    return placeOf(this.checkpoints.slice(0, at + 1).findLast(placeOf) ?? { path: "" });
  }

  share(index) {
    return this.checkpoints.length > 1 ? index / (this.checkpoints.length - 1) : 1;
  }

  describe() {
    const past = this.at !== null;
    const index = this.at ?? this.checkpoints.length - 1;
    const checkpoint = this.checkpoints[index];
    this.input.style.setProperty("--ph-share", this.share(Math.max(0, index)).toFixed(4));
    this.back.hidden = !past;
    put(this.icon, past ? icon(ICONS.past, { size: 14 }) : null);
    const text = checkpoint ? momentText(checkpoint) : "not started";
    put(this.label, past ? h("span", { class: "ph-as" }, "as it was after ") : null, checkpoint ? `${text} · ${span(checkpoint.ms)}` : text);
    this.label.title = checkpoint ? `event ${checkpoint.seq}` : "";
    this.number.textContent = checkpoint ? `${(index + 1).toLocaleString("en")} / ${this.checkpoints.length.toLocaleString("en")}` : "";
    this.input.setAttribute("aria-valuetext", checkpoint
      ? `${text}, checkpoint ${index + 1} of ${this.checkpoints.length}, ${past ? "past" : "live"}` : text);
  }

  /** One line for all ticks of a colour: thousands cost no more than ten. */
  drawTicks() {
    const every = Math.max(1, Math.ceil((this.checkpoints.length * APART) / Math.max(100, this.input.clientWidth)));
    const lines = {};
    this.checkpoints.forEach((checkpoint, index) => {
      const high = HIGH.has(checkpoint.kind);
      if (!high && index % every) return;
      const failed = checkpoint.kind === "end" && ["failed", "tripwire"].includes(checkpoint.state);
      const done = checkpoint.kind === "end" && checkpoint.state === "success";
      const colour = failed ? "failed" : done ? "success" : COLOURS[checkpoint.kind] ?? "quiet";
      lines[colour] = `${lines[colour] ?? ""}M${(1000 * this.share(index)).toFixed(1)} ${high ? 0 : 5}V${high ? 14 : 10}`;
    });
    put(this.ticks, Object.entries(lines).map(([colour, d]) =>
      s("path", { d, class: `ph-tick ph-tick-${colour}`, "vector-effect": "non-scaling-stroke" })));
    const at = this.flag ? this.checkpoints.findIndex(({ seq }) => seq === this.flag.seq) : -1;
    this.pennant.hidden = at < 0;
    if (at >= 0) this.pennant.style.setProperty("--ph-share", this.share(at).toFixed(4));
  }
}
