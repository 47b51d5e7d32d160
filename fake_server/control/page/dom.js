// Helpers to build the page. Data becomes text nodes and attributes, never markup.

/**
 * Create a node: `el("span.soft.small", {title: "…"}, "text", another)`. Attributes that start with "on" become
 * listeners. Values of false, null and undefined are left out.
 */
export function el(kind, ...inner) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const each of present(inner)) {
    if (each instanceof Node || typeof each !== "object") node.append(each);
    else for (const [name, value] of Object.entries(each)) setAttribute(node, name, value);
  }
  return node;
}

export const present = (all) => all.filter((each) => each !== undefined && each !== null && each !== false);

function setAttribute(node, name, value) {
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "value") node.value = value;
  else if (value !== undefined && value !== null && value !== false)
    node.setAttribute(name, value === true ? "" : value);
}

export const button = (text, act, attributes = {}) => el("button", { type: "button", onclick: act, ...attributes }, text);

/** An input with its label. */
export const field = (name, input) => el("label.grow", el("span.name", name), input);

export const $ = (id) => document.getElementById(id);

/**
 * Show a row for each item, or `empty` if there are no items. An unchanged row keeps its node, so that nothing
 * flickers and the keyboard focus stays.
 */
export function fill(parent, items, { key, draw, empty, print = JSON.stringify }) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const rows = items.map((item) => {
    const known = before.get(String(key(item)));
    const printed = print(item);
    return known?.printed === printed ? known : marked(draw(item), key(item), printed);
  });
  if (rows.length === 0 && empty) rows.push(marked(empty(), "empty"));
  if (rows.length === parent.children.length && rows.every((row, n) => row === parent.children[n])) return;
  const focused = parent.contains(document.activeElement) && document.activeElement.closest("[data-key]").dataset.key;
  parent.replaceChildren(...rows);
  const row = rows.find((each) => each.dataset.key === focused);
  row?.querySelector("button, input, select")?.focus();
}

function marked(node, key, printed) {
  node.dataset.key = key;
  return Object.assign(node, { printed });
}

/** For JSON.parse: keep numbers as they were written, such as 1.0 and numbers with too many digits for a double. */
export const exact = (_, value, { source } = {}) =>
  typeof value === "number" && source && JSON.rawJSON ? JSON.rawJSON(source) : value;

/** The typed number. Other text stays text, and the fake refuses it with its own message. */
export const number = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));

// The Swedish format is like ISO 8601: 2026-11-25 13:23:11, in the time zone of the reader.
const format = (options) => (seconds) => new Intl.DateTimeFormat("sv-SE", options).format(seconds * 1000);
export const time = format({ timeStyle: "medium" });
export const day = format({ dateStyle: "short" });
export const stamp = format({ dateStyle: "short", timeStyle: "medium" });

let hideTimer;

/** Show a message in the corner. Screen readers announce it. */
export function notify(text, bad = false) {
  // An open dialog hides everything outside it, also for screen readers.
  (document.querySelector("dialog[open]") ?? document.body).append($("message"));
  $("message").textContent = text;
  $("message").className = bad ? "shown bad" : "shown";
  clearTimeout(hideTimer);
  hideTimer = setTimeout(() => ($("message").className = ""), bad ? 8000 : 3000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    notify(`Copied ${what}.`);
  } catch {
    notify("The browser does not let this page copy. Select the text instead.", true);
  }
}

export function copyButton(text, what, label = "Copy", look = "copy") {
  const name = label === "Copy" ? `Copy ${what}` : label;
  return button(label, () => copy(text(), what), { class: look, "aria-label": name });
}

/** A button for an action that cannot be undone: the first press asks, and the second press acts. */
export function twice(button, ask, act) {
  let label;
  const restore = () => {
    if (label !== undefined) button.textContent = label;
    label = undefined;
  };
  button.addEventListener("blur", restore);
  button.addEventListener("click", () => {
    if (label !== undefined) {
      restore();
      act();
      return;
    }
    label = button.textContent;
    button.textContent = ask;
    setTimeout(restore, 4000);
  });
  return button;
}

/** A choice with radio buttons, which the arrow keys move between. */
export function segments(name, options, chosen, act) {
  const one = (option) =>
    el(
      "label",
      el("input", { type: "radio", name, value: option, checked: option === chosen, onchange: () => act(option) }),
      el("span", option),
    );
  return el("div.segments", { role: "radiogroup", "aria-label": name }, ...options.map(one));
}

/** Preformatted text that the keyboard can scroll. */
export const code = (name, text) => el("pre", { tabindex: 0, role: "region", "aria-label": name }, text);
