// What shall go wrong: a form that makes one fault, and those that are set, with what is left of them.
import { call, pathOf } from "./api.js";
import { $, button, el, field, fill, number } from "./dom.js";
import { act, chosen, onDraw, ownKeys, state } from "./state.js";

const OPERATIONS = {
  "": "Any call",
  listAssistants: "List",
  createAssistant: "Create",
  getAssistant: "Retrieve",
  modifyAssistant: "Modify (POST)",
  patchAssistant: "Modify (PATCH)",
  deleteAssistant: "Delete",
};
// What happens, and how often: how it is called, and where a number goes with it, how that is called, what it is at
// first, how it is sent, and how it is told.
const KINDS = {
  status: ["A status", "Status", "503", number, (status) => `Status ${status}`],
  latency_ms: ["A delay", "Milliseconds", "500-2000", spread, (ms) => `${[ms].flat().join("–")} ms late`],
  hang: ["No answer at all"],
  reset: ["A reset connection"],
  half: ["Half the answer"],
  malformed: ["Malformed JSON"],
};
const AMOUNTS = {
  times: ["The next calls", "How many", "3", number],
  share: ["A share of the calls", "Percent", "20", percent],
  each: ["Each call"],
};

function spread(text) {
  const ends = text.split("-").map(number);
  return ends.length === 1 ? ends[0] : ends;
}

function percent(text) {
  const share = number(text);
  return typeof share === "number" ? share / 100 : share;
}

const keys = el("select");

export function begin() {
  const kind = choice("What happens", KINDS);
  const amount = choice("How often", AMOUNTS);
  const operation = el("select", ...Object.entries(OPERATIONS).map(([value, text]) => el("option", { value }, text)));
  $("fault").append(
    ...kind.fields,
    ...amount.fields,
    field("To which calls", operation),
    field("Of which key", keys),
    el("button.all", "Switch on"),
  );
  $("fault").addEventListener("submit", (event) => {
    event.preventDefault();
    const { each: _, ...often } = amount.read();
    const only = { ...(operation.value && { operation: operation.value }), ...(keys.value && { key: keys.value }) };
    act(() => call("POST", "faults", { ...kind.read(), ...often, ...only }), "Switched on.");
  });
  $("no-faults").addEventListener("click", () => act(() => call("DELETE", "faults"), "Nothing goes wrong any more."));
  onDraw(show);
}

/** A choice, and beside it the number that goes with it, which some have no use for. */
function choice(name, table) {
  const select = el("select", ...Object.entries(table).map(([value, [text]]) => el("option", { value }, text)));
  const number = el("input", { autocomplete: "off" });
  const fields = [field(name, select), field("", number)];
  const turn = () => {
    const [, called = "\u00a0", first = ""] = table[select.value];
    fields[1].firstChild.textContent = called;
    number.value = first;
    number.disabled = first === "";
  };
  select.addEventListener("change", turn);
  turn();
  const read = () => {
    const sent = table[select.value][3];
    return { [select.value]: sent ? sent(number.value) : true };
  };
  return { fields, read };
}

function show() {
  const own = ownKeys().map(({ secret, label }) => ({ secret, text: `${label} of ${chosen().name}` }));
  const option = ({ secret, text }) => el("option", { value: secret }, text);
  fill(keys, [{ secret: "", text: "Any key" }, ...own], { key: ({ secret }) => secret, draw: option });
  $("no-faults").hidden = state.faults.length === 0;
  fill($("faults"), state.faults, { key: ({ id }) => id, draw: row, empty });
}

function empty() {
  const hint = "Nothing is set to go wrong. One call alone asks for it by a header: ";
  return el("li.empty.small", el("span", hint, el("code", "X-Fake-Fault: 503")));
}

function row(fault) {
  const what = describe(fault);
  const whom = calls(fault);
  const off = () => act(() => call("DELETE", pathOf("faults", fault.id)));
  return el(
    "li",
    el("span.name", what, el("br"), el("span.soft.small.figures", `${whom}: ${tally(fault)}`)),
    button("Switch off", off, { "aria-label": `Switch off: ${what}, ${whom}` }),
  );
}

function describe(fault) {
  const kinds = Object.entries(KINDS).filter(([kind]) => kind in fault);
  return kinds.map(([kind, [text, , , , tell]]) => (tell ? tell(fault[kind]) : text)).join(", ");
}

function calls({ operation, key, organization }) {
  const whose = state.keys.find(({ secret }) => secret === key)?.label ?? organization;
  return whose ? `${OPERATIONS[operation ?? ""]} of ${whose}` : OPERATIONS[operation ?? ""];
}

function tally({ left, times, share, struck }) {
  const still = times ? `${left} of ${times} left` : share ? `${Math.round(share * 100)} % of the calls` : "each call";
  return `${still}, ${struck} struck`;
}
