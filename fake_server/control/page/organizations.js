// The settings of the chosen organization: the default values of its assistants, and its keys.
import { call, pathOf } from "./api.js";
import { $, button, copyButton, el, field, fill, number } from "./dom.js";
import { open, part } from "./drawer.js";
import { act, chosen, onDraw, ownKeys, state } from "./state.js";

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
      field(modelLabel(), el("input", { name: "model", value: model, required: true })),
      !keepsTemperature() &&
        field("Temperature", el("input", { name: "temperature", ...range, value: temperature, required: true })),
    ),
    field(
      "Default instructions, before those of each assistant",
      el("textarea", { name: "instructions", value: instructions ?? "" }),
    ),
    el("div.bar", el("button.primary", "Save")),
  );
  function save(event) {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(form));
    const body = { ...values, instructions: values.instructions || null };
    if ("temperature" in values) body.temperature = number(values.temperature);
    act(() => call("PATCH", pathOf("organizations", id), body), "Saved.");
  }
  const hint = "Rotate a key to bind it to a new assistant. Then the old assistant can be deleted.";
  open(name, form, part("Keys", keys), el("p.soft.small", hint));
}

// Where an assistant keeps a field, the value of the organization is for assistants that have none.
const modelLabel = () => (state.kept.includes("model") ? "Model of assistants that have none" : "Model of all assistants");
const keepsTemperature = () => state.kept.includes("temperature");

function row({ secret, label, assistant, active }) {
  const path = pathOf("keys", secret);
  const rotate = () => act(() => call("POST", `${path}/rotate`, {}), `${label} has a new key.`);
  const toggle = () =>
    act(() => call("PATCH", path, { active: !active }), `The key ${label} is switched ${active ? "off" : "on"}.`);
  return el(
    "li",
    el("span.name", `${label} `, el("code.soft", secret), el("br"), el("span.soft.small", `bound to ${assistant}`)),
    copyButton(() => secret, `the key ${label}`),
    button("Rotate", rotate, { "aria-label": `Rotate ${label}` }),
    button("Switch off", toggle, { "aria-label": `Switch off ${label}`, "aria-pressed": String(!active) }),
  );
}
