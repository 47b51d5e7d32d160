// The page's copy of the fake's state. An event names the changed part, and only that part is loaded again.
import { call } from "./api.js";
import { notify } from "./dom.js";
import { afterRelease } from "./press.js";

export const PAGE = 100; // assistants shown at first, and added with each "Show more"
const MOST_REQUESTS = 200; // the fake keeps as many

export const state = {
  url: "",
  kept: [], // the fields that an assistant keeps beside its name and its instructions
  live: false,
  loaded: false, // true after the first load: before that, no button knows its organization
  organization: undefined,
  shown: PAGE,
  paused: false,
  organizations: [],
  keys: [],
  assistants: { data: [], total: 0, has_more: false },
  requests: [],
  faults: [],
  snapshots: [],
  limiter: { limit: null, organizations: {}, keys: [] },
  clock: { now: 0, frozen: false, offset: 0, loaded: 0 },
};

const data = (path) => async () => (await call("GET", path)).data;
const LOAD = {
  organizations: data("organizations"),
  keys: data("keys"),
  faults: data("faults"),
  snapshots: data("snapshots"),
  requests: loadRequests,
  limiter: () => call("GET", "limiter"),
  clock: async () => ({ ...(await call("GET", "clock")), loaded: Date.now() }),
  assistants: () => call("GET", `assistants?${new URLSearchParams({ organization: chosen().id, limit: state.shown })}`),
};
// The other parts can be loaded only after the organizations.
const FIRST = "organizations";
const ALSO = { organizations: ["assistants"], clock: ["limiter"], assistants: [FIRST] };

/** The organization that the page shows. */
export function chosen() {
  return (
    state.organizations.find((each) => each.id === state.organization) ?? state.organizations[0] ?? { id: "", name: "" }
  );
}

export const ownKeys = () => state.keys.filter((key) => key.organization === chosen().id);

/** The text of a request with its masks turned into keys. Labels of its own organization count first. */
export function revealKeys(text, { organization }) {
  const own = (key) => Number(key.organization === organization);
  const keys = [...state.keys].sort((one, other) => own(other) - own(one));
  return keys.reduce((revealed, { label, secret }) => revealed.replaceAll(`<${label}>`, () => secret), text);
}

const due = new Set();
let timer;
const drawings = [];

/** `draw` is called after every possible change, but not while a pointer is pressed. */
export const onDraw = (draw) => drawings.push(draw);
export const draw = () => afterRelease(() => drawings.forEach((each) => each()));

/** Load these parts again, soon. Several changes in a short time cause one load. */
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
    state.loaded = true;
  } catch (fault) {
    notify(fault.message, true);
  }
  draw();
  timer = due.size ? setTimeout(work, 80) : undefined;
}

async function load(part) {
  state[part] = await LOAD[part]();
}

let meanwhile; // requests from events that arrive while the list is loading

async function loadRequests() {
  meanwhile = [];
  try {
    const list = await data("requests")();
    return [...meanwhile.filter(({ number }) => list.every((each) => each.number !== number)), ...list].slice(0, MOST_REQUESTS);
  } finally {
    meanwhile = undefined;
  }
}

/** Apply an event of the fake. */
export function applyEvent(kind, detail) {
  if (kind === "changed") refresh(detail.what);
  if (kind !== "request") return;
  state.requests.unshift(detail);
  meanwhile?.unshift(detail);
  state.requests.length = Math.min(state.requests.length, MOST_REQUESTS);
  refresh("limiter");
}

/** Run the action of a button, and show `done` or the error message of the fake. Returns false after an error. */
export async function act(action, done) {
  try {
    const answer = await action();
    if (done) notify(done);
    return answer ?? true;
  } catch (fault) {
    notify(fault.message, true);
    return false;
  }
}
