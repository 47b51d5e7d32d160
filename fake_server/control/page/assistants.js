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
    el("td", el("button.row", attributes, el("span.text", title(assistant)), " ", bound)),
    el("td.id.wide.soft", assistant.id),
    el("td.wide.soft.figures", day(assistant.created_at)),
  );
}

const title = ({ name }) => (name === null ? "(no name)" : name.trim() || "(blank name)");

// A name may be missing in an edition that keeps other fields.
const fields = (assistant) => [
  field(
    "Name",
    el("input", { name: "name", required: !keepsMore(), value: assistant.name ?? "", autocomplete: "off" }),
  ),
  field(
    "Instructions",
    el("textarea", { name: "instructions", value: assistant.instructions ?? "", placeholder: "None" }),
  ),
  keepsMore() && field("Other fields", el("textarea.code", { name: "others", value: printedOthers(assistant), rows: 8 })),
];

const keepsMore = () => state.kept.length > 0;

const NEW = { name: "", model: "gpt-4o" };

/** The kept fields as JSON, which the form shows in one text. */
function printedOthers(assistant) {
  const kept = state.kept.filter((name) => name in assistant).map((name) => [name, assistant[name]]);
  return JSON.stringify(Object.fromEntries(kept), null, 2);
}

/** The body of a create or a modify. An empty name, and empty instructions, are no text if the edition allows it. */
function values(form) {
  const { others, ...texts } = Object.fromEntries(new FormData(form));
  if (others === undefined) return texts;
  const given = Object.entries(texts).map(([name, text]) => [name, text === "" ? null : text]);
  return { ...parsed(others), ...Object.fromEntries(given) };
}

function parsed(text) {
  let value;
  try {
    value = JSON.parse(text.trim() || "{}", exact);
  } catch (error) {
    throw new Error(`The other fields are not JSON: ${error.message}`);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("The other fields must be a JSON object.");
  return value;
}

function create() {
  const form = el("form.part", { onsubmit: submit }, ...fields(NEW));
  form.append(el("div.bar", el("button.primary", "Create")));
  async function submit(event) {
    event.preventDefault();
    const made = () => call("POST", "assistants", { organization: chosen().id, ...values(form) });
    if (await act(made, `Created ${new FormData(form).get("name") || "an assistant"}.`)) close();
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
    $("drawer-title").textContent = title(assistant);
    effective.textContent = instructions ?? "The organization and the assistant have no instructions.";
    json.textContent = JSON.stringify(assistant, null, 2);
  }

  open(
    title(found.assistant),
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
