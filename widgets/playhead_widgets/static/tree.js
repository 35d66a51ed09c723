// Values: the trees of `views/values.py` as elements that open and close, and that fetch what was left out.

import { h, plural, put } from "./dom.js";

const QUIET = new Set(["str", "int", "float", "bool", "NoneType", "dict", "list"]);

/**
 * A tree as an element. `open` levels of it are open; `at` is where it stands, as positions; `further(at, offset)`
 * gives more of it, or is null where no more can be had. `bare` leaves out the line that tells its type.
 */
export function treeView(tree, { open = 2, key = null, at = [], further = null, bare = false } = {}) {
  if (!tree) return h("span", { class: "ph-none" }, "nothing");
  if (!tree.columns && !tree.items?.length && !tree.more) return h("div", { class: "ph-leaf" }, keyView(key), leafText(tree));
  const parts = h("div", { class: bare ? "ph-parts ph-bare" : "ph-parts" }, partsOf(tree, { open, at, further, offset: 0 }));
  if (bare) return parts;
  return h("details", { class: "ph-branch", open: open > 0 },
    h("summary", {}, keyView(key), h("span", { class: "ph-type" }, typeText(tree))), parts);
}

/** What stands in a container: its table or items, and a button for the rest. */
function partsOf(tree, { open, at, further, offset }) {
  const shown = tree.columns
    ? [tableView(tree)]
    : (tree.items ?? []).map(([name, child], number) => treeView(child, {
      open: open - 1, key: name === "" ? String(number + offset) : name, at: [...at, number + offset], further,
    }));
  const size = offset + (tree.columns ? tree.rows.length : tree.items?.length ?? 0);
  return tree.more ? [...shown, restView(tree, { at, further, size })] : shown;
}

function restView(tree, { at, further, size }) {
  const text = `${tree.columns ? plural(tree.more, "more row") : `${tree.more.toLocaleString("en")} more`}`;
  if (!further) return h("div", { class: "ph-more" }, `… ${text}`);
  const button = h("button", {
    type: "button", class: "ph-more ph-fetch", on: {
      click: async () => {
        button.disabled = true;
        try {
          button.replaceWith(...partsOf(await further(at, size), { open: 1, at, further, offset: size }));
        } catch (error) {
          button.replaceWith(h("div", { class: "ph-more" }, error.message === "disconnected" ? "The kernel is gone." : error.message));
        }
      },
    },
  }, `… ${text}`);
  return button;
}

/** The type of a value, and its size. */
export function typeText(tree) {
  const size = tree.shape ?? (tree.n === undefined ? "" : plural(tree.n, "item"));
  return [tree.t, size, tree.dtype].filter(Boolean).join(" · ");
}

function keyView(key) {
  return key === null ? null : [h("span", { class: "ph-key" }, key), " "];
}

function leafText(tree) {
  const notes = [];
  if (tree.items) return [h("span", { class: "ph-type" }, `empty ${tree.t}`)];
  if (tree.shape && tree.v === undefined) return [h("span", { class: "ph-type" }, typeText(tree))];
  if (tree.shape) notes.push(typeText(tree));
  else if (!QUIET.has(tree.t)) notes.push(tree.t);
  if (tree.cut) notes.push(plural(tree.cut, "character"));
  if (tree.n !== undefined && !tree.shape) notes.push(plural(tree.n, "byte"));
  const text = tree.t === "str" ? tree.v : String(tree.v ?? "");
  return [
    h("span", { class: `ph-value ph-value-${tree.bad ? "bad" : tree.t.replace(/\W/g, "")}` }, text === "" ? "“”" : text),
    notes.length ? h("span", { class: "ph-type" }, notes.join(" · ")) : null,
  ];
}

/** A table of texts. */
function tableView(tree) {
  const numeric = tree.columns.map((_, at) => tree.rows.every((row) => /^[-+]?[\d.,]+(e[-+]?\d+)?$|^(nan|None)$/.test(row[at])));
  const named = tree.columns[0] === "";
  const head = tree.columns.map((name, at) => h("th", { scope: "col", class: numeric[at] && !(named && at === 0) ? "ph-number" : null }, name,
    tree.dtypes?.[at] ? h("span", { class: "ph-dtype" }, tree.dtypes[at]) : null));
  const rows = tree.rows.map((row) => h("tr", {},
    row.map((cell, at) => (named && at === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: numeric[at] ? "ph-number" : null }, cell)))));
  const table = h("div", { class: "ph-table", tabindex: "0" }, h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)));
  if (tree.more_columns) table.append(h("div", { class: "ph-more" }, `… ${plural(tree.more_columns, "more column")}`));
  return table;
}

/** Differences between two values, each with its place. */
export function differencesView(changes) {
  const signs = { added: "+", removed: "−", changed: "±", more: "…" };
  const table = h("table", { class: "ph-changes" });
  put(table, h("tbody", {}, changes.map((change) => h("tr", { class: `ph-${change.kind}` },
    h("td", { class: "ph-sign", "aria-label": change.kind, title: change.kind }, signs[change.kind]),
    h("th", { scope: "row" }, change.kind === "more" ? "and more" : change.path),
    h("td", {}, change.before === undefined ? null : h("del", {}, change.before),
      change.before !== undefined && change.after !== undefined ? " → " : null,
      change.after === undefined ? null : h("ins", {}, change.after))))));
  return h("div", { class: "ph-scroll" }, table);
}
