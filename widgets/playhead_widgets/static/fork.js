// The fork panel: begin a new run at the moment that is looked at, with the input or the state edited.

import { h, icon, ICONS, put } from "./dom.js";
import { placeText } from "./board.js";

export class Fork {
  /** `moment()` gives {seq, text}; `send(payload)` what became of it; `say` tells a person; `made(run)` is called. */
  constructor(store, { moment, send, say, made }) {
    this.store = store;
    this.moment = moment;
    this.send = send;
    this.say = say;
    this.made = made;
    this.button = h("button", {
      type: "button", class: "ph-button ph-button-fork", "aria-label": "Fork here", "aria-expanded": "false",
      title: "Begin a new run from this moment", on: { click: () => this.toggle() },
    }, icon(ICONS.fork), h("span", { class: "ph-word" }, "Fork here"));
    this.panel = h("section", { class: "ph-fork", "aria-label": "Fork", hidden: true, on: { keydown: (event) => this.pressed(event) } });
  }

  toggle() {
    const open = this.panel.hidden;
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) this.open();
    else this.button.focus();
  }

  pressed(event) {
    if (event.key === "Escape") this.toggle();
    event.stopPropagation(); // not a notebook's shortcut
  }

  async open() {
    const moment = this.moment();
    this.seq = moment.seq;
    this.edits = {};
    this.complaint = h("p", { class: "ph-complaint", role: "alert", hidden: true });
    this.go = h("button", { type: "button", class: "ph-primary", on: { click: () => this.submit() } }, "Fork");
    const parts = h("div", { class: "ph-edits" });
    put(this.panel,
      h("p", {}, "A new run begins as this one stood after ", h("strong", {}, moment.text), ". This one stays as it is."),
      parts, this.complaint,
      h("div", { class: "ph-actions" }, this.go, h("button", { type: "button", class: "ph-quiet", on: { click: () => this.toggle() } }, "Close")));
    this.go.focus();
    try {
      const { offer } = await this.store.ask("offer", { seq: moment.seq });
      if (this.seq === moment.seq) put(parts, this.editor("input", inputTitle(offer.next), offer.input), this.editor("state", "Change the state", offer.state));
    } catch {
      // without an offer the run can still be forked as it stood
    }
  }

  /** Another moment is looked at: what the panel offers would be of the old one. */
  moved() {
    if (!this.panel.hidden && this.moment().seq !== this.seq) this.open();
  }

  editor(part, title, { text, reason }) {
    const fault = h("p", { class: "ph-fault", id: `ph-edit-${part}-fault`, hidden: true });
    if (reason) return h("div", { class: "ph-edit" }, h("span", { class: "ph-label" }, title), h("p", { class: "ph-hint" }, reason));
    const area = h("textarea", {
      class: "ph-input", rows: Math.min(10, Math.max(2, text.split("\n").length)), spellcheck: "false", "aria-label": part === "input" ? "Input as JSON" : "State as JSON",
      "aria-describedby": fault.id,
    });
    area.value = text;
    const changed = h("span", { class: "ph-changed-chip", hidden: true }, "changed");
    area.addEventListener("input", () => { changed.hidden = area.value === text; });
    this.edits[part] = { area, text, fault };
    return h("label", { class: "ph-edit" }, h("span", { class: "ph-label" }, title, changed), area, fault);
  }

  async submit() {
    const payload = { seq: this.seq };
    for (const [part, { area, text }] of Object.entries(this.edits)) if (area.value !== text) payload[part] = area.value;
    this.go.disabled = true;
    const result = await this.send(payload);
    this.go.disabled = false;
    if (result && !result.error) {
      this.toggle();
      this.say(["Forked: the new run is ", h("strong", {}, result.run), ", below."]);
      this.made(result.run);
    } else if (result) {
      this.refuse(result.error);
    }
  }

  /** Why it was refused: beside the text it is about, if that can be told. */
  refuse({ type, message, issues = [] }) {
    this.say("");
    for (const { area, fault } of Object.values(this.edits)) {
      fault.hidden = true;
      area.setAttribute("aria-invalid", "false");
    }
    const part = ["input", "state"].find((name) => issues[0]?.path[0] === name) ?? { InputInvalid: "input", StateInvalid: "state" }[type];
    const lines = issues.map((issue) => [issue.path.filter((key) => key !== part).join("."), issue.message].filter(Boolean).join(": "));
    const edit = this.edits[part];
    const place = edit?.fault ?? this.complaint;
    place.textContent = lines.length ? lines.join("\n") : message;
    place.hidden = false;
    this.complaint.hidden = Boolean(edit);
    edit?.area.setAttribute("aria-invalid", "true");
    (edit?.area ?? this.go).focus();
  }
}

function inputTitle(next) {
  return next === "" ? "Change the input of the run" : next ? `Change the input of ${placeText(next)}, which comes next` : "Change the input";
}
