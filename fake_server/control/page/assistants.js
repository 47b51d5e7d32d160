// The assistants of an organization: the list, and the drawer to view, edit and delete one of them.
import { call, pathOf } from "./api.js";
import { $, code, copyButton, day, el, exact, field, fill, twice } from "./dom.js";
import { close, open, part } from "./drawer.js";
import { snippetBox } from "./snippets.js";
import { act, chosen, draw, onDraw, ownKeys, PAGE, refresh, state } from "./state.js";

const MOST = 1000; // the largest page of the Control API

export function begin() {
  $("organization").addEventListener("change", ({ target }) => {
    state.organization = target.value;
    state.shown = PAGE;
    refresh("assistants");
    draw();
  });
  $("new").addEventListener("click", create);
  $("more").addEventListener("click", () => {
    state.shown = Math.min(MOST, state.shown + PAGE);
    refresh("assistants");
  });
  onDraw(show);
}

function show() {
  const options = state.organizations.map(({ id, name }) => ({ id, name }));
  const option = ({ id, name }) => el("option", { value: id }, name);
  fill($("organization"), options, { key: ({ id }) => id, draw: option });
  $("organization").value = chosen().id;
  const { data, total, has_more: more } = state.assistants;
  fill($("assistants").tBodies[0], data, { key: (each) => each.assistant.id, draw: row, empty });
  follow();
  $("more").hidden = !more || data.length >= MOST;
  $("more").textContent = `Show more: ${data.length} of ${total.toLocaleString()}`;
}

function empty() {
  const text = `${chosen().name} has no assistants. Create one here, or with the snippet under Connect.`;
  return el("tr", el("td.empty", { colspan: 3 }, text));
}

function row({ assistant, keys }) {
  const attributes = { type: "button", onclick: () => edit(assistant.id) };
  const bound = keys.length > 0 && el("span.tag.soft", `bound to ${keys.join(", ")}`);
  return el(
    "tr",
    el("td", el("button.row", attributes, el("span.text", assistant.name.trim() || "(blank name)"), " ", bound)),
    el("td.id.wide.soft", assistant.id),
    el("td.wide.soft.figures", day(assistant.created_at)),
  );
}

const fields = ({ name, instructions }) => [
  field("Name", el("input", { name: "name", required: true, value: name, autocomplete: "off" })),
  field(
    "Instructions",
    el("textarea", { name: "instructions", value: instructions ?? "", placeholder: "None" }),
  ),
];

const values = (form) => Object.fromEntries(new FormData(form));

function create() {
  const form = el("form.part", { onsubmit: submit }, ...fields({ name: "" }));
  form.append(el("div.bar", el("button.primary", "Create")));
  async function submit(event) {
    event.preventDefault();
    const body = { organization: chosen().id, ...values(form) };
    if (await act(() => call("POST", "assistants", body), `Created ${body.name}.`)) close();
  }
  open(`New assistant of ${chosen().name}`, form);
}

let follow = () => {}; // updates the open drawer

async function edit(id) {
  const path = pathOf("assistants", id);
  const load = () => act(() => call("GET", path, undefined, exact));
  const found = await load();
  if (!found) return;
  const remove = twice(el("button.danger", { type: "button" }, "Delete"), "Press again to delete", async () => {
    if (await act(() => call("DELETE", path), "Deleted.")) close();
  });
  const buttons = el("div.bar", el("button.primary", "Save"), el("span.grow"), remove);
  const form = el("form.part", { onsubmit: save }, ...fields(found.assistant), buttons);
  const effective = el("pre.wrap", { tabindex: 0, role: "region", "aria-label": "Effective instructions" });
  const json = code("JSON");

  function save(event) {
    event.preventDefault();
    act(() => call("PATCH", path, values(form)), "Saved.");
  }
  function view({ assistant, effective_instructions: instructions }) {
    $("drawer-title").textContent = assistant.name;
    effective.textContent = instructions ?? "The organization and the assistant have no instructions.";
    json.textContent = JSON.stringify(assistant, null, 2);
  }

  open(
    found.assistant.name,
    el(
      "div.bar.soft",
      el("code", id),
      copyButton(() => id, "the id"),
    ),
    form,
    part("Effective instructions", effective, el("span.soft.small", "of the organization, then of the assistant")),
    part(
      "JSON",
      json,
      copyButton(() => json.textContent, "the JSON"),
    ),
    part("Retrieve", snippetBox("retrieve with", state.url, ownKeys()[0]?.secret ?? "YOUR_API_KEY", id)),
  );
  view(found);
  let shown = printed(id);
  follow = async () => {
    if (!json.isConnected || shown === printed(id)) return;
    shown = printed(id);
    const now = shown && (await load());
    if (now) view(now);
  };
}

const printed = (id) => JSON.stringify(state.assistants.data.find(({ assistant }) => assistant.id === id));
