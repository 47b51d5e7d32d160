// What the page knows of the fake, and how it keeps up: an event names what has changed, and that alone is asked anew.
import { call } from "./api.js";
import { say } from "./dom.js";

export const PAGE = 100; // assistants that are shown at first, and that are added at a time
const KEPT = 200; // requests, as many as the fake itself keeps

export const state = {
  url: "",
  live: false,
  organization: undefined,
  shown: PAGE,
  paused: false,
  organizations: [],
  keys: [],
  assistants: { data: [], total: 0, has_more: false },
  requests: [],
  faults: [],
  snapshots: [],
  limiter: { limit: null, keys: [] },
  clock: { now: 0, frozen: false, offset: 0, read: 0 },
};

const data = (path) => async () => (await call("GET", path)).data;
const LOAD = {
  organizations: data("organizations"),
  keys: data("keys"),
  faults: data("faults"),
  snapshots: data("snapshots"),
  requests: loadRequests,
  limiter: () => call("GET", "limiter"),
  clock: async () => ({ ...(await call("GET", "clock")), read: Date.now() }),
  assistants: () => call("GET", `assistants?${new URLSearchParams({ organization: chosen().id, limit: state.shown })}`),
};
// Of an organization the page must know before it can ask for the rest.
const FIRST = "organizations";
const ALSO = { organizations: ["assistants"], clock: ["limiter"], assistants: [FIRST] };

/** The organization that the page is about. */
export function chosen() {
  return (
    state.organizations.find((each) => each.id === state.organization) ?? state.organizations[0] ?? { id: "", name: "" }
  );
}

export const ownKeys = () => state.keys.filter((key) => key.organization === chosen().id);

/** The key that a request was made with, as far as it is still there. */
export const keyOf = (request) =>
  state.keys.find((key) => key.label === request.key && key.organization === request.organization);

const due = new Set();
let timer;
const drawings = [];

/** Called whenever anything may have changed; what reads the same is left as it is. */
export const onDraw = (draw) => drawings.push(draw);
export const draw = () => drawings.forEach((each) => each());

/** Asks for these parts anew, soon: many changes at once are asked for once. */
export function refresh(...parts) {
  for (const part of parts) due.add(part);
  timer ??= setTimeout(work, 80);
}

async function work() {
  const parts =
    due.has("all") || due.has("seed") ? Object.keys(LOAD) : [...due].flatMap((each) => [each, ...(ALSO[each] ?? [])]);
  due.clear();
  try {
    if (parts.includes(FIRST)) await load(FIRST);
    await Promise.all([...new Set(parts)].filter((each) => each !== FIRST && each in LOAD).map(load));
  } catch (fault) {
    say(fault.message, true);
  }
  draw();
  timer = due.size ? setTimeout(work, 80) : undefined;
}

async function load(part) {
  state[part] = await LOAD[part]();
}

let meanwhile; // requests that are told of while the list of them is on its way

async function loadRequests() {
  meanwhile = [];
  try {
    const list = await data("requests")();
    return [...meanwhile.filter(({ number }) => list.every((each) => each.number !== number)), ...list].slice(0, KEPT);
  } finally {
    meanwhile = undefined;
  }
}

/** An event of the fake. */
export function heard(kind, told) {
  if (kind === "changed") refresh(told.what);
  if (kind !== "request") return;
  state.requests.unshift(told);
  meanwhile?.unshift(told);
  state.requests.length = Math.min(state.requests.length, KEPT);
  refresh("limiter");
}

/** Does what a button is for; a refusal is shown in the fake's own words. Whether it was done. */
export async function act(doing, done) {
  try {
    const answer = await doing();
    if (done) say(done);
    return answer ?? true;
  } catch (fault) {
    say(fault.message, true);
    return false;
  }
}
