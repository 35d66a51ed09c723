// Forms: the fields of `views/forms.py` as controls that check what they can before anything is sent.

import { h, put } from "./dom.js";

let lastId = 0;

/** A form for a field; `send(raw)` gets what was filled in, once it passes. */
export class Form {
  constructor(field, send, { word = "Answer" } = {}) {
    this.root = control(field, []);
    this.send = send;
    this.complaint = h("p", { class: "ph-complaint", role: "alert", hidden: true });
    this.button = h("button", { class: "ph-primary", type: "submit" }, word);
    this.element = h("form", { class: "ph-form", novalidate: true, on: { submit: (event) => this.submit(event) } },
      this.root.element, this.complaint, h("div", { class: "ph-actions" }, this.button));
    this.element.addEventListener("keydown", (event) => {
      const chord = event.ctrlKey || event.metaKey || event.altKey; // such as that which saves the notebook
      if (!chord || event.key === "Enter") event.stopPropagation(); // else arrows move the notebook's cells
    });
  }

  submit(event) {
    event.preventDefault();
    const faults = [];
    for (const part of this.all()) {
      const fault = part.check();
      part.complain(fault);
      if (fault) faults.push(part);
    }
    this.say("");
    if (faults.length) faults[0].focus();
    else this.send(this.root.value());
  }

  busy(on) {
    this.button.disabled = on;
    this.element.setAttribute("aria-busy", String(on));
  }

  /** What the kernel has to say about the answer: beside the field it is about, if there is one. */
  refuse({ message, issues = [] }) {
    const rest = [];
    for (const issue of issues) {
      const part = this.find(issue.path);
      if (part) part.complain(issue.message);
      else rest.push([issue.path.join("."), issue.message].filter(Boolean).join(": "));
    }
    this.say(rest.length || !issues.length ? [issues.length ? "" : message, ...rest].filter(Boolean).join("\n") : "");
    const first = this.all().find((part) => part.faulty);
    (first ?? this.root).focus();
  }

  find(path) {
    const wanted = path.join(".");
    return this.all().find((part) => part.path.join(".") === wanted && part.takes);
  }

  all() {
    const list = [];
    const walk = (part) => { list.push(part); part.parts().forEach(walk); };
    walk(this.root);
    return list;
  }

  say(text) {
    this.complaint.textContent = text;
    this.complaint.hidden = !text;
  }
}

/** A control: its element, its value, its check, and the place beside it where complaints stand. */
function control(field, path) {
  if (field.kind === "object") return objectControl(field, path);
  if (field.kind === "list") return listControl(field, path);
  const id = `ph-field-${++lastId}`;
  const made = (MAKERS[field.kind] ?? textInput)(field, id);
  const fault = h("p", { class: "ph-fault", id: `${id}-fault`, hidden: true });
  const name = labelOf(field);
  const label = made.group
    ? name && h("span", { class: "ph-label", id: `${id}-label` }, name, mark(field))
    : name && h("label", { class: "ph-label", for: id }, name, mark(field));
  if (made.group && name) made.element.setAttribute("aria-labelledby", `${id}-label`);
  else if (!name) (made.group ? made.element : made.focusable).setAttribute("aria-label", "Answer");
  const described = [field.help ? `${id}-help` : "", `${id}-fault`].filter(Boolean).join(" ");
  made.focusable.setAttribute("aria-describedby", described);
  const element = h("div", { class: `ph-field ph-field-${field.kind}` }, label || null, made.element,
    field.help ? h("p", { class: "ph-help", id: `${id}-help` }, field.help) : null, fault);
  const part = {
    element, path, takes: true, faulty: false, value: made.value, parts: () => [],
    focus: () => made.focusable.focus(),
    check: () => checked(field, made.value()),
    complain: (text) => {
      part.faulty = Boolean(text);
      fault.textContent = text || "";
      fault.hidden = !text;
      made.focusable.setAttribute("aria-invalid", String(Boolean(text)));
    },
  };
  made.element.addEventListener("input", () => part.faulty && part.complain(checked(field, made.value())));
  return part;
}

function objectControl(field, path) {
  const parts = field.fields.map((child) => control(child, [...path, child.name]));
  const name = path.length ? labelOf(field) : ""; // the whole answer needs no title: the question is its title
  const element = name
    ? h("fieldset", { class: "ph-object" }, h("legend", {}, name), parts.map((part) => part.element))
    : h("div", { class: "ph-object" }, parts.map((part) => part.element));
  return {
    element, path, takes: false, parts: () => parts, check: () => "", complain: () => {},
    focus: () => parts[0]?.focus(),
    value: () => Object.fromEntries(parts.map((part) => [part.path.at(-1), part.value()])),
  };
}

function listControl(field, path) {
  let parts = [];
  const rows = h("div", { class: "ph-rows" });
  const add = (focus) => {
    const part = control({ ...field.item, label: "" }, [...path, parts.length]);
    const remove = h("button", {
      type: "button", class: "ph-quiet", "aria-label": `Remove item ${parts.length + 1}`,
      on: { click: () => { parts = parts.filter((other) => other !== part); row.remove(); renumber(); more.focus(); } },
    }, "✕");
    const row = h("div", { class: "ph-row" }, part.element, remove);
    parts.push(part);
    rows.append(row);
    if (focus) part.focus();
  };
  const renumber = () => parts.forEach((part, at) => moveTo(part, [...path, at]));
  const more = h("button", { type: "button", class: "ph-quiet", on: { click: () => add(true) } }, "+ Add");
  for (const _ of Array.isArray(field.default) ? field.default : []) add(false);
  const element = h("fieldset", { class: "ph-list" }, h("legend", {}, labelOf(field) || "Items"), rows, more,
    field.help ? h("p", { class: "ph-help" }, field.help) : null);
  return {
    element, path, takes: false, parts: () => parts, check: () => "", complain: () => {},
    focus: () => (parts[0] ?? { focus: () => more.focus() }).focus(),
    value: () => (parts.length || field.required ? parts.map((part) => part.value()) : null),
  };
}

/** A part, and all inside it, stand under another number now. */
function moveTo(part, path) {
  part.path.splice(0, path.length, ...path);
  part.parts().forEach((inner) => moveTo(inner, path));
}

function labelOf(field) {
  return field.label || field.name;
}

function mark(field) {
  return field.required || !labelOf(field) ? null : h("span", { class: "ph-optional" }, " optional");
}

// -- controls by kind ------------------------------------------------------------------------------------------

const MAKERS = {
  bool: (field, id) => choices(field, id, [[true, "Yes"], [false, "No"]]),
  enum: (field, id) => (field.options.length <= 4 && field.options.every((option) => String(option).length <= 24)
    ? choices(field, id, field.options.map((option) => [option, String(option)]))
    : dropdown(field, id)),
  integer: (field, id) => textInput(field, id, { inputmode: "numeric" }),
  number: (field, id) => textInput(field, id, { inputmode: "decimal" }),
  date: (field, id) => textInput(field, id, { type: "date" }),
  time: (field, id) => textInput(field, id, { type: "time", step: 1 }),
  datetime: datetimeInput,
  json: (field, id) => area(field, id, "JSON", 3),
  any: (field, id) => area(field, id, "Text, or JSON", 2),
  text: (field, id) => (field.long ? area(field, id, "", 3) : textInput(field, id)),
};

function textInput(field, id, attributes = {}) {
  const input = h("input", { id, type: "text", class: "ph-input", autocomplete: "off", ...attributes });
  if (typeof field.default === "string" || typeof field.default === "number") input.value = String(field.default);
  return { element: input, focusable: input, value: () => (input.value === "" ? null : input.value) };
}

function datetimeInput(field, id) {
  const made = textInput({}, id, { type: "datetime-local", step: 1 });
  if (typeof field.default === "string") made.element.value = field.default.slice(0, 19);
  // With the reader's own zone: a time without one would mean something else to the kernel.
  return { ...made, value: () => (made.element.value ? zoned(made.element.value) : null) };
}

function zoned(local) {
  const minutes = -new Date(local).getTimezoneOffset();
  const two = (number) => String(Math.floor(Math.abs(number))).padStart(2, "0");
  return `${local.length === 16 ? `${local}:00` : local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function area(field, id, placeholder, rows) {
  const input = h("textarea", { id, class: "ph-input", rows, placeholder, spellcheck: "false" });
  if (field.default !== undefined && field.default !== null) {
    input.value = typeof field.default === "string" ? field.default : JSON.stringify(field.default);
  }
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) input.form.requestSubmit();
  });
  return { element: input, focusable: input, value: () => (input.value === "" ? null : input.value) };
}

function choices(field, id, options) {
  const all = field.nullable && !field.required ? [...options, [null, "None"]] : options;
  const inputs = all.map(([value], at) => h("input", { type: "radio", name: id, id: `${id}-${at}`, checked: value === field.default }));
  const element = h("div", { class: "ph-choices", role: "radiogroup", id },
    all.map(([, text], at) => [inputs[at], h("label", { for: `${id}-${at}` }, text)]));
  const value = () => all[inputs.findIndex((input) => input.checked)]?.[0] ?? null;
  return { element, focusable: inputs[0], value, group: true };
}

function dropdown(field, id) {
  const blank = field.default === undefined || !field.required;
  const select = h("select", { id, class: "ph-input" }, blank ? h("option", { value: "" }, "") : null,
    field.options.map((option, at) => h("option", { value: at, selected: option === field.default }, String(option))));
  return { element: select, focusable: select, value: () => (select.value === "" ? null : field.options[Number(select.value)]) };
}

/** What is wrong with a value, as far as the browser can tell; empty if nothing. */
function checked(field, value) {
  if (value === null) {
    const empty = !field.required || field.nullable || field.default !== undefined || field.kind === "text" && !field.minLength;
    return empty ? "" : field.kind === "bool" ? "Choose yes or no." : field.kind === "enum" ? "Choose one." : "Needs a value.";
  }
  if (field.kind === "integer" && !/^\s*[-+]?\d+\s*$/.test(value)) return "Needs a whole number.";
  if (field.kind === "number" && !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return "Needs a number.";
  if (field.kind === "json") {
    try { JSON.parse(value); } catch (error) { return `Is not JSON: ${error.message}`; }
  }
  const size = Number(value);
  if (field.minimum !== undefined && size < field.minimum) return `Must be at least ${field.minimum}.`;
  if (field.maximum !== undefined && size > field.maximum) return `Must be at most ${field.maximum}.`;
  if (field.exclusiveMinimum !== undefined && size <= field.exclusiveMinimum) return `Must be more than ${field.exclusiveMinimum}.`;
  if (field.exclusiveMaximum !== undefined && size >= field.exclusiveMaximum) return `Must be less than ${field.exclusiveMaximum}.`;
  if (field.minLength !== undefined && value.length < field.minLength) return `Needs at least ${field.minLength} characters.`;
  if (field.maxLength !== undefined && value.length > field.maxLength) return `Takes at most ${field.maxLength} characters.`;
  return ""; // patterns are the kernel's business: its dialect differs
}
