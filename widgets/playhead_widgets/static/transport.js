// The transport: the buttons that drive a run.

import { h, icon, ICONS } from "./dom.js";

const COMMANDS = [
  ["continue", "Continue", "Go on to the next rest"],
  ["step", "Step", "Run exactly one step"],
  ["pause", "Pause", "Let nothing more begin"],
  ["cancel", "Cancel", "Cancel the run"],
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
  constructor(store, say) {
    this.store = store;
    this.say = say;
    this.buttons = new Map(COMMANDS.map(([name, word, title]) => [name, h("button", {
      type: "button", class: `ph-button ph-button-${name}`, "aria-label": word, title,
      on: { click: () => this.command(name, {}) },
    }, icon(ICONS[name], { filled: true }), h("span", { class: "ph-word" }, word))]));
    this.element = h("div", { class: "ph-transport", role: "toolbar", "aria-label": "Run" }, [...this.buttons.values()]);
  }

  /** The first button that can be pressed. */
  focus() {
    [...this.buttons.values()].find((button) => !button.disabled)?.focus({ preventScroll: true });
  }

  enable({ status, live, canceling }) {
    const allowed = this.store.connected && live ? ENABLED[status] ?? [] : [];
    for (const [name, button] of this.buttons) {
      button.disabled = !allowed.includes(name) || this.waiting === name || (name === "cancel" && canceling);
      button.classList.toggle("ph-busy", this.waiting === name);
    }
    this.last = { status, live, canceling };
  }

  /** Send a command; what became of it, or null if nobody heard it. */
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
}
