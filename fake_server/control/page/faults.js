// What shall go wrong: a form that makes one fault, and those that are set, with what is left of them.
import { call, each } from "./api.js";
import { $, button, el, field, fill } from "./dom.js";
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
// What happens, and how often: how it is called, and where a number goes with it, how that is called, what it is at
// first, how it is sent, and how it is told.
const KINDS = {
  status: ["Answer a status", "Status", "503", Number, (status) => `Status ${status}`],
  latency_ms: ["Be slow", "Milliseconds", "500-2000", spread, (ms) => `${[ms].flat().join("–")} ms late`],
  hang: ["Never answer"],
  reset: ["Reset the connection"],
  half: ["Send half the answer"],
  malformed: ["Send malformed JSON"],
};
const AMOUNTS = {
  times: ["The next calls", "How many", "3", Number],
  share: ["A share of the calls", "Percent", "20", (text) => Number(text) / 100],
  each: ["Each call"],
};

function spread(text) {
  const ends = text.split("-").map(Number);
  return ends.length === 1 ? ends[0] : ends;
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
  const off = () => act(() => call("DELETE", each("faults", fault.id)));
  return el(
    "li",
    el("span.name", what, el("br"), el("span.soft.small.figures", tally(fault))),
    button("Switch off", off, { "aria-label": `Switch off: ${what}` }),
  );
}

function describe(fault) {
  const kinds = Object.entries(KINDS).filter(([kind]) => kind in fault);
  const what = kinds.map(([kind, [text, , , , tell]]) => (tell ? tell(fault[kind]) : text)).join(", ");
  const key = state.keys.find(({ secret }) => secret === fault.key)?.label;
  const whom = [OPERATIONS[fault.operation ?? ""].toLowerCase(), key ?? fault.organization];
  return [what, ...whom].filter(Boolean).join(" · ");
}

function tally({ left, times, share, struck }) {
  const still = times ? `${left} of ${times} left` : share ? `${Math.round(share * 100)} % of the calls` : "each call";
  return `${still}, has struck ${struck}`;
}
