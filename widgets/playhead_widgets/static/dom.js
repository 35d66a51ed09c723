// Elements, made without markup: text from a run is only ever text.

const SVG = "http://www.w3.org/2000/svg";

/** An element: `h("button", {class: "ph-b", on: {click: f}}, "text", child)`. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes);
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  fill(element, attributes);
  element.append(...children);
  return element;
}

function fill(element, { on = {}, ...attributes }) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const [name, listener] of Object.entries(on)) element.addEventListener(name, listener);
}

/** A small picture drawn with lines, in a box of 16 by 16. */
export function icon(path, { filled = false, size = 14 } = {}) {
  const style = filled
    ? { fill: "currentColor", stroke: "none" }
    : { fill: "none", stroke: "currentColor", "stroke-width": 1.7, "stroke-linecap": "round", "stroke-linejoin": "round" };
  return s("svg", { viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true", class: "ph-icon" },
    s("path", { d: path, ...style }));
}

/** Replace everything in an element. */
export function put(element, ...children) {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Milliseconds as people read them; the same words as `durations.py`. */
export function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 0.9995) return `${Math.max(0, Math.round(ms))} ms`;
  if (seconds < 59.95) return `${seconds.toFixed(1).replace(/\.0$/, "")} s`;
  const units = [["d", 86400, "h", 3600], ["h", 3600, "min", 60], ["min", 60, "s", 1]];
  for (const [unit, size, small, part] of units) {
    const rounded = Math.floor(seconds / part + 0.5) * part;
    if (rounded < size) continue;
    const whole = Math.floor(rounded / size);
    return rounded % size ? `${whole} ${unit} ${(rounded % size) / part} ${small}` : `${whole} ${unit}`;
  }
  return `${Math.round(seconds)} s`;
}

/** A count with its word: `1 item`, `2,000 items`. */
export function plural(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

const COPIED = 1200; // milliseconds that a copied text says so

/** A text in a button that copies it. */
export function copyable(text, label) {
  const button = h("button", { type: "button", class: "ph-copy", title: label, "aria-label": `${label} ${text}`, on: { click: () => copy(button, text) } },
    h("code", {}, text), icon(ICONS.copy, { size: 12 }));
  return button;
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.classList.add("ph-copied");
    setTimeout(() => button.classList.remove("ph-copied"), COPIED);
  } catch {
    // no clipboard here: the text can still be selected
  }
}

export const ICONS = {
  continue: "M5 3.2v9.6L13 8z",
  step: "M3.5 3.4v9.2L10 8zM11 3.4h2v9.2h-2z",
  pause: "M4.2 3.4h2.6v9.2H4.2zM9.2 3.4h2.6v9.2H9.2z",
  cancel: "M4 4h8v8H4z",
  fork: "M6 3.4a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 1 1 3.2 0M6 12.6a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 1 1 3.2 0M13.2 5a1.6 1.6 0 1 1-3.2 0a1.6 1.6 0 1 1 3.2 0M4.4 5v6M11.6 6.6c0 2.8-7.2 1.2-7.2 4.4",
  mark: "M4 14.2V2.2M4 2.8h8.4l-2.2 3 2.2 3H4",
  pencil: "M3 13l.6-3L10.8 2.8l2.4 2.4L6 12.4zM9.4 4.2l2.4 2.4",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  live: "M13 8A5 5 0 1 1 8 3M8 1l2.4 2L8 5",
  past: "M8 4.4V8l2.6 1.6M2.6 8a5.4 5.4 0 1 0 1.6-3.8L2.6 5.8M2.6 2.6v3.2h3.2",
  question: "M5.6 6.2C5.6 2.8 10.6 2.8 10.6 6c0 2-2.5 2-2.5 4.2M8.1 12.9v.1",
  unplug: "M3 13l3-3M10 3L8 5M13 6l-2 2M5 6l5 5-1.6 1.6a2.8 2.8 0 0 1-4 0l-1-1a2.8 2.8 0 0 1 0-4zM2 2l12 12",
};
