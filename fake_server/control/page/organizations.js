// The organization that the page is about, opened: the defaults of its assistants, and its keys.
import { call, pathOf } from "./api.js";
import { $, button, copyButton, el, field, fill, number } from "./dom.js";
import { open, part } from "./drawer.js";
import { act, chosen, onDraw, ownKeys } from "./state.js";

const keys = el("ul.plain");

export function begin() {
  $("defaults").addEventListener("click", show);
  onDraw(() => fill(keys, ownKeys(), { key: ({ secret }) => secret, draw: row }));
}

function show() {
  const { id, name, model, temperature, instructions } = chosen();
  const range = { type: "number", min: 0, max: 2, step: "any" };
  const form = el(
    "form.part",
    { onsubmit: save },
    field("Name", el("input", { name: "name", value: name, required: true })),
    el(
      "div.bar",
      field("Model that each shows", el("input", { name: "model", value: model, required: true })),
      field("Temperature", el("input", { name: "temperature", ...range, value: temperature, required: true })),
    ),
    field(
      "Instructions, before each assistant's own",
      el("textarea", { name: "instructions", value: instructions ?? "" }),
    ),
    el("div.bar", el("button.primary", "Save")),
  );
  function save(event) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(form));
    const body = { ...given, temperature: number(given.temperature), instructions: given.instructions || null };
    act(() => call("PATCH", pathOf("organizations", id), body), "Saved.");
  }
  const hint = "A rotated key is bound to a new assistant, so that the one it was bound to can be deleted.";
  open(name, form, part("Keys", keys), el("p.soft.small", hint));
}

function row({ secret, label, assistant, active }) {
  const path = pathOf("keys", secret);
  const rotate = () => act(() => call("POST", `${path}/rotate`, {}), `${label} has a new key.`);
  const turn = () =>
    act(() => call("PATCH", path, { active: !active }), `${label} is ${active ? "refused now" : "let in again"}.`);
  return el(
    "li",
    el("span.name", `${label} `, el("code.soft", secret), el("br"), el("span.soft.small", `bound to ${assistant}`)),
    copyButton(() => secret, `the key ${label}`),
    button("Rotate", rotate, { "aria-label": `Rotate ${label}` }),
    button("Switch off", turn, { "aria-label": `Switch off ${label}`, "aria-pressed": String(!active) }),
  );
}
