// The playhead: a slider over the checkpoints. The right end is the present.

import { h, put, s, span } from "./dom.js";

const COLOURS = {
  step: "success", start: "quiet", answer: "accent", travel: "accent", fork: "accent", suspension: "suspended",
  failure: "failed", retry: "failed", end: "quiet",
};
const HIGH = new Set(["suspension", "failure", "retry"]);
const WORDS = {
  start: () => "run started",
  step: ({ path }) => `${path} done`,
  failure: ({ path }) => `${path} failed`,
  retry: ({ path }) => `${path} will be tried again`,
  suspension: ({ path }) => `${path} asks`,
  answer: ({ label }) => `${label || "run"} ${label ? "answered" : "goes on"}`,
  travel: () => "travelled back",
  fork: () => "forked",
  end: ({ state }) => `run ended: ${state}`,
};

/** What happened at a checkpoint, in a few words. */
export function momentText(checkpoint) {
  return WORDS[checkpoint.kind]?.(checkpoint) ?? checkpoint.kind;
}

export class Scrubber {
  constructor(move) {
    this.move = move;
    this.at = null; // null: the present
    this.checkpoints = [];
    this.input = h("input", {
      type: "range", min: 0, max: 0, step: 1, value: 0, class: "ph-slider", "aria-label": "Playhead",
      on: { input: () => this.moved(Number(this.input.value)) },
    });
    this.input.addEventListener("keydown", (event) => event.stopPropagation());
    this.ticks = s("svg", { class: "ph-ticks", "aria-hidden": "true", preserveAspectRatio: "none" });
    this.label = h("span", { class: "ph-moment" });
    this.element = h("div", { class: "ph-scrubber" }, h("div", { class: "ph-track-box" }, this.ticks, this.input), this.label);
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
  }

  describe() {
    const index = this.at ?? this.checkpoints.length - 1;
    const checkpoint = this.checkpoints[index];
    const share = this.checkpoints.length > 1 ? index / (this.checkpoints.length - 1) : 0;
    this.input.style.setProperty("--ph-share", share.toFixed(4));
    if (!checkpoint) {
      this.label.textContent = "not started";
      this.input.setAttribute("aria-valuetext", "not started");
      return;
    }
    const text = momentText(checkpoint);
    this.label.textContent = `${text} · ${span(checkpoint.ms)}`;
    this.label.title = `event ${checkpoint.seq}`;
    const where = this.at === null ? "live" : "past";
    this.input.setAttribute("aria-valuetext", `${text}, checkpoint ${index + 1} of ${this.checkpoints.length}, ${where}`);
  }

  /** One line for all ticks of a colour: thousands cost no more than ten. */
  drawTicks() {
    const count = this.checkpoints.length;
    const lines = {};
    this.checkpoints.forEach((checkpoint, index) => {
      const failedEnd = checkpoint.kind === "end" && ["failed", "tripwire"].includes(checkpoint.state);
      const doneEnd = checkpoint.kind === "end" && checkpoint.state === "success";
      const colour = failedEnd ? "failed" : doneEnd ? "success" : COLOURS[checkpoint.kind] ?? "quiet";
      const x = count > 1 ? ((1000 * index) / (count - 1)).toFixed(1) : 1000;
      lines[colour] = `${lines[colour] ?? ""}M${x} ${HIGH.has(checkpoint.kind) ? 0 : 4}V${HIGH.has(checkpoint.kind) ? 14 : 10}`;
    });
    this.ticks.setAttribute("viewBox", "0 0 1000 14");
    put(this.ticks, Object.entries(lines).map(([colour, d]) =>
      s("path", { d, class: `ph-tick ph-tick-${colour}`, "vector-effect": "non-scaling-stroke" })));
  }
}
