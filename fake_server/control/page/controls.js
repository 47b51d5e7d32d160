// The side column: connection snippets, the rate limit, the clock, snapshots and the reset.
import { call, pathOf } from "./api.js";
import { $, button, copy, copyButton, el, fill, number, stamp, twice } from "./dom.js";
import { snippetBox } from "./snippets.js";
import { act, chosen, onDraw, ownKeys, refresh, state } from "./state.js";

let picked; // the key in the snippet

export function begin() {
  $("base-url").addEventListener("click", () => copy(state.url, "the base URL"));
  $("limit").addEventListener("submit", (event) => setLimit(event, {}, "The limit"));
  $("own-limit").addEventListener("submit", (event) =>
    setLimit(event, { organization: chosen().id }, `The limit of ${chosen().name}`),
  );
  $("minute").addEventListener("click", () => act(() => call("PATCH", "clock", { advance: 60 }), "The clock is one minute ahead."));
  $("freeze").addEventListener("click", () => act(() => call("PATCH", "clock", { frozen: !state.clock.frozen })));
  $("snapshot").addEventListener("submit", takeSnapshot);
  twice($("reset"), "Press again to reset all", () => act(() => call("POST", "reset", {}), "Everything is reset to the seed."));
  twice($("reset-one"), "Press again to reset", () => {
    const { id, name } = chosen();
    act(() => call("POST", "reset", { organization: id }), `${name} is reset.`);
  });
  onDraw(show);
  setInterval(tick, 1000);
}

function show() {
  $("base-url").textContent = state.url;
  const keys = ownKeys();
  picked = (keys.find(({ secret }) => secret === picked) ?? keys[0])?.secret;
  fill($("connect"), [{ picked, keys }], { key: () => "connect", draw: connect });
  showLimits();
  const own = state.limiter.keys.filter(({ organization }) => organization === chosen().id);
  fill($("limiter"), own, { key: ({ label }) => label, draw: usage });
  $("freeze").setAttribute("aria-pressed", state.clock.frozen);
  fill($("snapshots"), state.snapshots, { key: ({ name }) => name, draw: snapshot });
  tick();
}

function connect({ keys }) {
  if (keys.length === 0) return el("p.empty", `${chosen().name} has no key.`);
  const option = ({ secret, label, active }) =>
    el("option", { value: secret, selected: secret === picked }, `${label}: ${active ? secret : "switched off"}`);
  const select = el("select.grow", { "aria-label": "API key", onchange: pick }, ...keys.map(option));
  function pick() {
    picked = select.value;
    show();
  }
  return el(
    "div.snippet",
    el(
      "div.bar",
      select,
      copyButton(() => select.value, "the key", "Copy key"),
    ),
    snippetBox("connect with", state.url, picked),
  );
}

function usage({ label, limit, used, left, reset }) {
  if (limit === null) return el("li", el("span.name", label), el("span.soft.small", "no limit"));
  const text = `${left} of ${limit} left`;
  const range = { min: 0, max: limit, value: left, low: limit / 4, high: limit / 2, optimum: limit };
  return el(
    "li",
    el("span.name", label),
    el("meter", { ...range, "aria-label": `${label}: ${text}` }),
    el("span.small.figures.count", text),
    el("span.soft.small.figures.aside", { title: "Time until all calls are available again" }, used > 0 && `${reset} s`),
  );
}

/** The limit of every organization, and the own limit of the chosen one, if it has one. */
function showLimits() {
  const { limit, organizations } = state.limiter;
  const { id, name } = chosen();
  const own = $("own-limit").elements.limit;
  own.setAttribute("aria-label", `Calls per minute of ${name}, or off`);
  own.parentElement.querySelector("span").textContent = `${name} alone:`;
  write($("limit").elements.limit, limit ?? "off");
  write(own, id in organizations ? (organizations[id] ?? "off") : "");
}

function write(input, value) {
  if (document.activeElement !== input) input.value = value;
}

function setLimit(event, which, subject) {
  event.preventDefault();
  const input = event.target.elements.limit;
  const limit = input.value.trim() === "off" ? null : number(input.value);
  input.blur();
  act(() => call("PATCH", "limiter", { limit, ...which }), `${subject} is ${limit === null ? "off" : `${limit} calls per minute`}.`);
  refresh("limiter"); // the field shows the real limit after a refused change
}

function tick() {
  const { now, frozen, offset, loaded } = state.clock;
  const at = now + (frozen ? 0 : (Date.now() - loaded) / 1000);
  $("now").dateTime = new Date(at * 1000).toISOString();
  $("now").textContent = stamp(at);
  $("ahead").textContent = frozen ? "frozen" : difference(offset);
  // Used calls become available again as time passes, without an event.
  if (state.live && !document.hidden && Math.floor(at) % 5 === 0 && state.limiter.keys.some(({ used }) => used))
    refresh("limiter");
}

function difference(seconds) {
  const whole = Math.round(Math.abs(seconds));
  if (whole < 1) return "same as your machine";
  const [size, unit] = whole < 60 ? [1, "s"] : whole < 7200 ? [60, "min"] : whole < 172800 ? [3600, "h"] : [86400, "d"];
  return `${Number((whole / size).toFixed(1))} ${unit} ${seconds > 0 ? "ahead of" : "behind"} your machine`;
}

async function takeSnapshot(event) {
  event.preventDefault();
  const form = $("snapshot");
  const name = form.elements.name.value;
  if (await act(() => call("PUT", pathOf("snapshots", name), {}), `Took the snapshot ${name}.`)) form.reset();
}

function snapshot({ name, assistants, organization }) {
  const path = pathOf("snapshots", name);
  const restore = () => act(() => call("POST", `${path}/restore`), `Restored the snapshot ${name}.`);
  const remove = () => act(() => call("DELETE", path));
  const content = `${assistants} assistant${assistants === 1 ? "" : "s"} of ${organization ?? "all organizations"}`;
  return el(
    "li",
    el("span.name", name, el("br"), el("span.soft.small.figures", content)),
    button("Restore", restore, { "aria-label": `Restore ${name}` }),
    button("Delete", remove, { class: "quiet", "aria-label": `Delete ${name}` }),
  );
}
