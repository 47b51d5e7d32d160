// Fault injection: a form that adds a fault, and the list of the faults with their remaining calls.
import { call, pathOf } from "./api.js";
import { $, button, el, field, fill, number } from "./dom.js";
import { act, chosen, onDraw, ownKeys, state } from "./state.js";

const OPERATIONS = {
  "": "Any operation",
  listAssistants: "List",
  createAssistant: "Create",
  getAssistant: "Retrieve",
  modifyAssistant: "Modify (POST)",
  patchAssistant: "Modify (PATCH)",
  deleteAssistant: "Delete",
};
// The effects and the amounts. Each has a label and, if it needs a number, the label of the number, its default, a
// parser, and (for effects) a text for the list.
const KINDS = {
  status: ["A status", "Status", "503", number, (status) => `Status ${status}`],
  latency_ms: ["A delay", "Milliseconds", "500-2000", parseRange, (ms) => `Delay of ${[ms].flat().join("–")} ms`],
  hang: ["No answer at all"],
  reset: ["A reset connection"],
  half: ["Half the answer"],
  malformed: ["Malformed JSON"],
};
const AMOUNTS = {
  times: ["The next calls", "Number of calls", "3", number],
  share: ["A share of the calls", "Percent", "20", parsePercent],
  each: ["Every call"],
};

function parseRange(text) {
  const ends = text.split("-").map(number);
  return ends.length === 1 ? ends[0] : ends;
}

function parsePercent(text) {
  const share = number(text);
  return typeof share === "number" ? share / 100 : share;
}

const keys = el("select");

export function begin() {
  const kind = choice("Effect", KINDS);
  const amount = choice("Applies to", AMOUNTS);
  const operation = el("select", ...Object.entries(OPERATIONS).map(([value, text]) => el("option", { value }, text)));
  $("fault").append(
    ...kind.fields,
    ...amount.fields,
    field("Operation", operation),
    field("API key", keys),
    el("button.all", "Add fault"),
  );
  $("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    const { each: _, ...often } = amount.value();
    const only = { ...(operation.value && { operation: operation.value }), ...(keys.value && { key: keys.value }) };
    act(() => call("POST", "faults", { ...kind.value(), ...often, ...only }), "Added the fault.");
  });
  $("no-faults").addEventListener("click", () => act(() => call("DELETE", "faults"), "Removed all faults."));
  onDraw(show);
}

/** A select, and an input for the number that some of the options need. */
function choice(name, table) {
  const select = el("select", ...Object.entries(table).map(([value, [text]]) => el("option", { value }, text)));
  const number = el("input", { autocomplete: "off" });
  const fields = [field(name, select), field("", number)];
  const update = () => {
    const [, label = "\u00a0", initial = ""] = table[select.value];
    fields[1].firstChild.textContent = label;
    number.value = initial;
    number.disabled = initial === "";
  };
  select.addEventListener("change", update);
  update();
  const value = () => {
    const parse = table[select.value][3];
    return { [select.value]: parse ? parse(number.value) : true };
  };
  return { fields, value };
}

function show() {
  const own = ownKeys().map(({ secret, label }) => ({ secret, text: `${label} of ${chosen().name}` }));
  const option = ({ secret, text }) => el("option", { value: secret }, text);
  fill(keys, [{ secret: "", text: "Any key" }, ...own], { key: ({ secret }) => secret, draw: option });
  $("no-faults").hidden = state.faults.length === 0;
  fill($("faults"), state.faults, { key: ({ id }) => id, draw: row, empty });
}

function empty() {
  const hint = "No faults. To inject a fault into a single call, send it with a header: ";
  return el("li.empty.small", el("span", hint, el("code", "X-Fake-Fault: 503")));
}

function row(fault) {
  const what = describe(fault);
  const whom = calls(fault);
  const remove = () => act(() => call("DELETE", pathOf("faults", fault.id)));
  return el(
    "li",
    el("span.name", what, el("br"), el("span.soft.small.figures", `${whom}: ${tally(fault)}`)),
    button("Remove", remove, { "aria-label": `Remove: ${what}, ${whom}` }),
  );
}

function describe(fault) {
  const kinds = Object.entries(KINDS).filter(([kind]) => kind in fault);
  return kinds.map(([kind, [text, , , , render]]) => (render ? render(fault[kind]) : text)).join(", ");
}

function calls({ operation, key, organization }) {
  const owner = state.keys.find(({ secret }) => secret === key)?.label ?? organization;
  return owner ? `${OPERATIONS[operation ?? ""]} of ${owner}` : OPERATIONS[operation ?? ""];
}

function tally({ left, times, share, struck }) {
  const amount = times ? `${left} of ${times} left` : share ? `${Math.round(share * 100)} % of the calls` : "every call";
  return `${amount}, applied ${struck} times`;
}
