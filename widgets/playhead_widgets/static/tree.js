// Values: the trees of `views/values.py` as elements that open and close.

import { h } from "./dom.js";

const QUIET = new Set(["str", "int", "float", "bool", "NoneType", "dict", "list"]);

/** A tree as an element; `open` levels of it are open. */
export function treeView(tree, open = 2, key = null) {
  if (!tree) return h("span", { class: "ph-none" }, "nothing");
  if (tree.columns) return branch(tree, key, open, [tableView(tree)]);
  if (tree.items?.length || tree.more) {
    const parts = tree.items.map(([name, child], at) => treeView(child, open - 1, name === "" ? `${at}` : name));
    return branch(tree, key, open, tree.more ? [...parts, moreView(tree.more)] : parts);
  }
  return h("div", { class: "ph-leaf" }, keyView(key), ...leafText(tree));
}

function branch(tree, key, open, parts) {
  const details = h("details", { class: "ph-branch", open: open > 0 },
    h("summary", {}, keyView(key), h("span", { class: "ph-type" }, headText(tree))),
    h("div", { class: "ph-parts" }, parts));
  return details;
}

function headText(tree) {
  const size = tree.shape ?? (tree.n === undefined ? "" : `${tree.n.toLocaleString("en")} ${tree.n === 1 ? "item" : "items"}`);
  return [tree.t, size, tree.dtype].filter(Boolean).join(" · ");
}

function keyView(key) {
  return key === null ? null : h("span", { class: "ph-key" }, key);
}

function leafText(tree) {
  const notes = [];
  if (tree.items) return [h("span", { class: "ph-type" }, `empty ${tree.t}`)];
  if (tree.shape && tree.v === undefined) return [h("span", { class: "ph-type" }, headText(tree))];
  if (tree.shape) notes.push(headText(tree));
  else if (!QUIET.has(tree.t)) notes.push(tree.t);
  if (tree.cut) notes.push(`${tree.cut.toLocaleString("en")} characters`);
  if (tree.n !== undefined && !tree.shape) notes.push(`${tree.n.toLocaleString("en")} bytes`);
  const text = tree.t === "str" ? tree.v : String(tree.v ?? "");
  return [
    h("span", { class: `ph-value ph-value-${tree.bad ? "bad" : tree.t.replace(/\W/g, "")}` }, text === "" ? "“”" : text),
    notes.length ? h("span", { class: "ph-type" }, notes.join(" · ")) : null,
  ];
}

function moreView(count) {
  return h("div", { class: "ph-more" }, `… ${count.toLocaleString("en")} more`);
}

/** A table of texts. */
export function tableView(tree) {
  const head = tree.columns.map((name, at) => h("th", { scope: "col" }, name,
    tree.dtypes?.[at] ? h("span", { class: "ph-dtype" }, tree.dtypes[at]) : null));
  const named = tree.columns[0] === "";
  const rows = tree.rows.map((row) => h("tr", {},
    row.map((cell, at) => (named && at === 0
      ? h("th", { scope: "row" }, cell)
      : h("td", { class: /^[-+]?[\d.,]+(e[-+]?\d+)?$/.test(cell) ? "ph-number" : null }, cell)))));
  const notes = [
    tree.more ? `${tree.more.toLocaleString("en")} more rows` : "",
    tree.more_columns ? `${tree.more_columns.toLocaleString("en")} more columns` : "",
  ].filter(Boolean);
  return h("div", { class: "ph-table" },
    h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows)),
    notes.length ? h("div", { class: "ph-more" }, `… ${notes.join(", ")}`) : null);
}
