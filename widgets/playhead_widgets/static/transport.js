// The transport: the buttons that drive a run, and the panel to fork it.

import { h, icon, ICONS, put } from "./dom.js";

const COMMANDS = [
  ["continue", "Continue", "Go on to the next rest", true],
  ["step", "Step", "Run exactly one step", true],
  ["pause", "Pause", "Let nothing more begin", true],
  ["cancel", "Cancel", "Cancel the run", true],
];

/** Which commands make sense for a run in each status. */
const ENABLED = {
  pending: ["continue", "step", "cancel"],
  running: ["pause", "cancel"],
  waiting: ["pause", "cancel"],
  paused: ["continue", "step", "cancel"],
  suspended: ["cancel"],
  failed: ["continue", "step"],
};
const SLOW = 1500; // milliseconds until a person is told why nothing happens

export class Transport {
  constructor(store, { moment, say }) {
    this.store = store;
    this.moment = moment;
    this.say = say;
    this.buttons = new Map(COMMANDS.map(([name, word, title, filled]) => [name, h("button", {
      type: "button", class: `ph-button ph-button-${name}`, "aria-label": word, title,
      on: { click: () => this.command(name, {}) },
    }, icon(ICONS[name], { filled }), h("span", { class: "ph-word" }, word))]));
    this.fork = h("button", {
      type: "button", class: "ph-button ph-button-fork", "aria-label": "Fork here", "aria-expanded": "false",
      title: "Begin a new run from this moment", on: { click: () => this.toggleFork() },
    }, icon(ICONS.fork), h("span", { class: "ph-word" }, "Fork here"));
    this.element = h("div", { class: "ph-transport", role: "toolbar", "aria-label": "Run" }, [...this.buttons.values()]);
    this.panel = h("div", { class: "ph-fork", hidden: true });
  }

  enable({ status, live, canceling, checkpoints }) {
    const allowed = this.store.connected && live ? ENABLED[status] ?? [] : [];
    for (const [name, button] of this.buttons) {
      button.disabled = !allowed.includes(name) || this.waiting === name || (name === "cancel" && canceling);
      button.classList.toggle("ph-busy", this.waiting === name);
    }
    this.fork.disabled = !this.store.connected || !checkpoints;
    this.last = { status, live, canceling, checkpoints };
  }

  async command(name, payload) {
    this.waiting = name;
    this.enable(this.last);
    const slow = setTimeout(() => this.say("The kernel is busy with a cell; it will hear this when it is free."), SLOW);
    try {
      const { result } = await this.store.ask("command", { name, payload });
      this.say(result?.error ? result.error.message : "", Boolean(result?.error));
      return result;
    } catch (error) {
      this.say(error.message === "disconnected" ? "The kernel is gone: nobody heard this." : error.message, true);
      return null;
    } finally {
      clearTimeout(slow);
      this.waiting = null;
      this.enable(this.last);
    }
  }

  // -- forking -------------------------------------------------------------------------------------------------

  toggleFork() {
    const open = this.panel.hidden;
    this.panel.hidden = !open;
    this.fork.setAttribute("aria-expanded", String(open));
    if (open) this.openFork();
  }

  openFork() {
    const { seq, text } = this.moment();
    const edit = h("textarea", { class: "ph-input", rows: 3, spellcheck: "false", placeholder: "the input as it was", "aria-label": "Input as JSON" });
    edit.addEventListener("keydown", (event) => event.stopPropagation());
    const complaint = h("p", { class: "ph-complaint", role: "alert", hidden: true });
    const go = h("button", { type: "button", class: "ph-primary", on: { click: () => this.sendFork(seq, edit.value, complaint, go) } }, "Fork");
    put(this.panel,
      h("p", {}, "A new run begins as this one stood after ", h("strong", {}, text), ". This one stays as it is."),
      h("details", {}, h("summary", {}, "Change the input"), edit),
      complaint,
      h("div", { class: "ph-actions" }, go, h("button", { type: "button", class: "ph-quiet", on: { click: () => this.toggleFork() } }, "Close")));
    go.focus();
  }

  async sendFork(seq, input, complaint, go) {
    go.disabled = true;
    const payload = input.trim() ? { seq, input } : { seq };
    const result = await this.command("fork", payload);
    go.disabled = false;
    const error = result?.error;
    complaint.hidden = !error;
    complaint.textContent = error ? [error.message, ...(error.issues ?? []).map((issue) => `${issue.path.join(".")}: ${issue.message}`)].join("\n") : "";
    if (result && !error) {
      this.toggleFork();
      this.say(result.run ? `Forked: the new run is ${result.run}.` : "Forked.");
    }
  }
}
