// What every part of the page builds with. Data becomes text nodes and attributes, never markup.

/**
 * A node: `el("span.soft.small", {title: "…"}, "text", another)`. Of its attributes those that begin with "on" are
 * listeners; false, null and undefined are left out, everywhere.
 */
export function el(kind, ...inner) {
  const [tag, ...classes] = kind.split(".");
  const node = document.createElement(tag);
  node.classList.add(...classes);
  for (const each of present(inner)) {
    if (each instanceof Node || typeof each !== "object") node.append(each);
    else for (const [name, value] of Object.entries(each)) give(node, name, value);
  }
  return node;
}

export const present = (all) => all.filter((each) => each !== undefined && each !== null && each !== false);

function give(node, name, value) {
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "value") node.value = value;
  else if (value !== undefined && value !== null && value !== false)
    node.setAttribute(name, value === true ? "" : value);
}

export const button = (text, act, given = {}) => el("button", { type: "button", onclick: act, ...given }, text);

/** What is typed in, under its name. */
export const field = (name, input) => el("label.grow", el("span.name", name), input);

export const $ = (id) => document.getElementById(id);

/**
 * Shows a row for each item, or `empty` where there is none. A row that would read the same as before stays the node
 * that it was, so that nothing flickers, and whoever stands on it with the keyboard goes on standing there.
 */
export function fill(parent, items, { key, draw, empty, print = JSON.stringify }) {
  const before = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const rows = items.map((item) => {
    const known = before.get(String(key(item)));
    const reads = print(item);
    return known?.reads === reads ? known : marked(draw(item), key(item), reads);
  });
  if (rows.length === 0 && empty) rows.push(marked(empty(), "empty"));
  if (rows.length === parent.children.length && rows.every((row, n) => row === parent.children[n])) return;
  const stands = parent.contains(document.activeElement) && document.activeElement.closest("[data-key]").dataset.key;
  parent.replaceChildren(...rows);
  const row = rows.find((each) => each.dataset.key === stands);
  row?.querySelector("button, input, select")?.focus();
}

function marked(node, key, reads) {
  node.dataset.key = key;
  return Object.assign(node, { reads });
}

/** For JSON.parse: numbers as they were written, 1.0 and what is too long for a double among them. */
export const exact = (_, value, { source } = {}) =>
  typeof value === "number" && source && JSON.rawJSON ? JSON.rawJSON(source) : value;

/** What was typed as a number; what is none stays text, which the fake then refuses in its own words. */
export const number = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text));

// Sweden writes time as ISO 8601 does: 2026-11-25 13:23:11, where the reader is.
const format = (options) => (seconds) => new Intl.DateTimeFormat("sv-SE", options).format(seconds * 1000);
export const time = format({ timeStyle: "medium" });
export const day = format({ dateStyle: "short" });
export const stamp = format({ dateStyle: "short", timeStyle: "medium" });

let quiet;

/** Tells in the corner what was done, or why not, and a screen reader too. */
export function say(text, bad = false) {
  // An open dialog covers, and silences, what is not within it.
  (document.querySelector("dialog[open]") ?? document.body).append($("said"));
  $("said").textContent = text;
  $("said").className = bad ? "shown bad" : "shown";
  clearTimeout(quiet);
  quiet = setTimeout(() => ($("said").className = ""), bad ? 8000 : 3000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied ${what}.`);
  } catch {
    say("The browser does not let this page copy. Select the text instead.", true);
  }
}

export function copyButton(text, what, label = "Copy", look = "copy") {
  const named = label === "Copy" ? `Copy ${what}` : label;
  return button(label, () => copy(text(), what), { class: look, "aria-label": named });
}

/** What cannot be taken back is pressed twice: the first press only asks. */
export function twice(button, ask, act) {
  let label;
  const calm = () => {
    if (label !== undefined) button.textContent = label;
    label = undefined;
  };
  button.addEventListener("blur", calm);
  button.addEventListener("click", () => {
    if (label !== undefined) {
      calm();
      act();
      return;
    }
    label = button.textContent;
    button.textContent = ask;
    setTimeout(calm, 4000);
  });
  return button;
}

/** One of a few, by radio buttons: arrows move between them as everybody's keyboard expects. */
export function segments(name, options, chosen, act) {
  const one = (option) =>
    el(
      "label",
      el("input", { type: "radio", name, value: option, checked: option === chosen, onchange: () => act(option) }),
      el("span", option),
    );
  return el("div.segments", { role: "radiogroup", "aria-label": name }, ...options.map(one));
}

/** Text as it is, to be scrolled by the keyboard too. */
export const code = (name, text) => el("pre", { tabindex: 0, role: "region", "aria-label": name }, text);
