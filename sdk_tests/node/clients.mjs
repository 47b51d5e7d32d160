// The SDK's clients of a run, behind a guard: the run changes only the assistants that it created.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import OpenAI from "openai";

/** @type {{base_url: string, query: string, headers: Record<string, string>, secrets: Record<string, string>,
 *   timeout: number, keys: Record<string, string>, bound_id?: string | null, create: Record<string, unknown>}} */
export const target = JSON.parse(process.env.ASSISTANTS_TARGET ?? "");
/** @type {string[] | null} the requirements to test; null: all, and the facts about the SDK */
const only = JSON.parse(process.env.ASSISTANTS_ONLY ?? "null");

/** The contract, as `contract.py` describes it.
 * @type {{requirements: string[], prefixes: string[], unknown_id: string, unknown_key: string,
 *   fields: string[], required: string[],
 *   ignored: {field: string, id: string, reads: string, value: unknown}[],
 *   kept: {field: string, values: any[], additions: boolean, free: boolean}[], typical: Record<string, unknown>,
 *   defaults: Record<string, unknown>, nulls: string[], refused: Record<string, unknown[]>,
 *   bad: Record<string, unknown>}} */
export const contract = JSON.parse(readFileSync(new URL("contract.json", import.meta.url), "utf8"));

// No assistant has this id, but its shape is one that a service may demand.
export const UNKNOWN = contract.unknown_id;
// The headers of a request that a requirement is about.
const SHOWN = ["content-type", "openai-beta"];
export const TIMEOUT = 2000 * target.timeout; // in ms: the deadline of `bounded` comes first
const LARGEST = 16 * 1024 * 1024; // bytes of an answer
const TOO_LARGE = "the answer is larger than 16 MB";
const CLEAN_UP = "delete/answers-deleted: What was made can be removed again.";

/** @type {Map<string, string>} the role of the key that created an id, by id */
const created = new Map();
/** The likeness of each of those ids, and of each id of others. @type {[Set<string>, Set<string>]} */
const [ours, others] = [new Set(), new Set()];
/** The exchanges of each test, by its title. The reporter prints them. @type {Map<string, Recorded[]>} */
export const exchanges = new Map();
/** @type {Recorded[]} those of the running test */
let seen = [];
let [names, calls, open, batch] = [0, 0, 0, 0];

/** A call and its answer; bodies of answers in base64, times in seconds. Calls of one batch were made at the same time.
 * @typedef {{id: string, batch: string, method: string, path: string, role: string, sent: string | null,
 *   sent_headers: Record<string, string>, status: number, headers: Record<string, string>, body: string,
 *   fault: string, hung: boolean, too_large: boolean, began: number, ended: number}} Recorded */

class GuardError extends Error {
  name = "GuardError";
}

export class Missing extends Error {}

/** The assistants that a key can use. @param {string} role @returns {any} */
export function assistants(role = "primary") {
  const apiKey = role === "stranger" ? contract.unknown_key : target.keys[role];
  if (!apiKey) throw new Missing(`no ${role} key`);
  return client({ baseURL: target.base_url, apiKey, fetch: guarded(role) }).beta.assistants;
}

/** @param {object} options */
export function client(options) {
  return new OpenAI({ maxRetries: 0, timeout: TIMEOUT, ...options });
}

/** The id of the assistant that the primary key is bound to. */
export function boundId() {
  if (!target.bound_id) throw new Missing("bound_id is not declared");
  return target.bound_id;
}

/** Before 5.0 the name of delete is `del`. @param {any} of @param {string} id */
export function remove(of, id) {
  return of.delete ? of.delete(id) : of.del(id);
}

/** A test with the requirements that it proves in its title, if the edition has them.
 * @param {string} ids @param {string} text @param {() => Promise<void>} act */
export function promise(ids, text, act) {
  const named = ids.split(", ");
  if (!named.every((id) => contract.requirements.includes(id))) return; // a promise of another edition
  if (only && !named.some((id) => only.includes(id))) return;
  const title = `${ids}: ${text}`;
  test(title, async (context) => {
    record(title);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      context.skip(error.message);
    } finally {
      while (open) await setTimeout(5); // Promise.all leaves the other calls when one fails
    }
  });
}

/** Records the exchanges of the test that begins. @param {string} title */
function record(title) {
  exchanges.set(title, (seen = []));
}

/** The exchanges of a call that several tests need. Each of these tests adds them to its own.
 * @param {Recorded[]} needed @param {() => Promise<any>} act */
export async function share(needed, act) {
  seen.push(...needed);
  const before = seen.length;
  await act().finally(() => needed.push(...seen.slice(before)));
}

/** A test of the SDK itself. @param {string} name @param {() => Promise<void>} act */
export function fact(name, act) {
  if (!only) test(name, act);
}

/** A name that no other test uses. */
export function aName() {
  return `sdk-node-${(names += 1)}`;
}

/** Creates an assistant. Sends the body, and the fields that a create needs on this target.
 * @param {object} body @param {string} role @param {object} needed @returns {Promise<any>} */
export async function make(body = {}, role = "primary", needed = target.create) {
  const answer = await assistants(role).create({ ...needed, name: aName(), ...body });
  assert.ok(created.has(answer?.id), `a create answered ${answer?.id}, which was there before`);
  return answer;
}

/** Every assistant that the SDK's own paging gives. The walk ends at the first id that comes again.
 * @param {object} query @param {string} role */
export async function walk(query = {}, role = "primary") {
  const walked = [];
  const seen = new Set();
  for await (const assistant of assistants(role).list(query)) {
    walked.push(assistant);
    if (seen.has(assistant.id) || walked.length === 1000) break;
    seen.add(assistant.id);
  }
  return walked;
}

/** @param {any[]} items */
export const ids = (items) => items.map((item) => item.id);

/** 400 or 422: errors/bad-input-is-400 judges which. @param {unknown} error */
export const isRefused = (error) =>
  error instanceof OpenAI.BadRequestError || error instanceof OpenAI.UnprocessableEntityError;

/** The operations on one assistant. @param {any} of @param {string} id @returns {Record<string, () => Promise<any>>} */
export const byId = (of, id) => ({
  retrieve: () => of.retrieve(id),
  update: () => of.update(id, { instructions: "Changed." }),
  delete: () => remove(of, id),
});

/** The exception that the SDK throws for a refusal; undefined if the call succeeds.
 * @param {Promise<any>} call @returns {Promise<any>} */
export const refusal = (call) =>
  call.then(
    () => undefined,
    (error) => error,
  );

/** Shows the guard the assistants that exist before the first create. */
export const lookAround = () => walk({ limit: 100 }).catch(() => {});

/** The values of the contract's fields. The server is free to choose any further fields. @param {any} assistant */
export function visibleFields(assistant) {
  return Object.fromEntries(contract.fields.map((field) => [field, assistant[field] ?? null]));
}

/** The last test of a file; it runs for any choice of requirements. */
export const cleanUpLast = () => test(CLEAN_UP, () => (record(CLEAN_UP), cleanUp()));

/** Deletes the created assistants. */
async function cleanUp() {
  /** @type {string[]} */
  const left = [];
  for (const [id, role] of created) {
    await remove(assistants(role), id).catch((/** @type {any} */ error) => error.status === 404 || left.push(id));
  }
  assert.ok(!left.length, `left behind, for a delete was not accepted: ${left.join(", ")}`);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => cleanUp().finally(() => process.exit(1)));

/** A fetch that refuses every call that would change an assistant of others; it records each created id.
 * @param {string} role @returns {any} */
function guarded(role) {
  return async (/** @type {string} */ url, /** @type {any} */ init) => {
    const method = init.method.toUpperCase();
    const [path, id] = [url.slice(target.base_url.length), decodeURIComponent(url.split("/").pop() ?? "")];
    const creates = method === "POST" && (path === "/assistants" || id === UNKNOWN);
    const self = method === "DELETE" && role === "primary" && id === target.bound_id;
    if (method !== "GET" && !creates && !self && id !== UNKNOWN && !created.has(id)) {
      throw new GuardError(`${method} ${path} would change what this run did not make.`);
    }
    const response = await recorded(path, role, init, () => {
      const [whole, call] = bounded(url, init);
      return creates ? sendAlone(whole, call) : send(whole, call);
    });
    if (response.ok && method !== "DELETE") learn(await response.clone().text(), creates, role);
    return response;
  };
}

const milliseconds = () => target.timeout * 1000;

/** A call with everything that each call to the target has. The signal also ends the reading of the body.
 * @param {string} url @param {any} init @returns {[string, any]} */
function bounded(url, init) {
  const headers = new Headers(init.headers);
  for (const [name, text] of Object.entries(target.headers)) {
    headers.set(name, text.replace(/\$([A-Za-z_]\w*)/g, (_, variable) => target.secrets[variable]));
  }
  const whole = target.query ? url + (url.includes("?") ? "&" : "?") + target.query : url;
  const signal = AbortSignal.any([init.signal, AbortSignal.timeout(milliseconds())].filter(Boolean));
  return [whole, { ...init, headers, signal, redirect: "manual" }]; // a redirect would lead past the guard
}

/** Sends a call. A server may close a connection between two calls: then the call is sent once more.
 * @param {string} url @param {any} init */
async function send(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (!isStale(error)) throw error;
    return await sendAlone(url, init);
  }
}

/** Sends a call on a connection of its own. A create is always sent so: a second one might create twice.
 * @param {string} url @param {any} init */
async function sendAlone(url, init) {
  // Node exports no class for connections, but it keeps an object of that class here.
  const { constructor: Agent } = /** @type {any} */ (globalThis)[Symbol.for("undici.globalDispatcher.1")];
  const dispatcher = new Agent();
  try {
    return await fetch(url, /** @type {any} */ ({ ...init, dispatcher }));
  } finally {
    dispatcher.close().catch(() => {}); // ends when the answer has been read
  }
}

/** True if a connection ended that had answered a call before. @param {any} error */
function isStale({ cause }) {
  return cause?.socket?.bytesRead > 0 || ["ECONNRESET", "EPIPE"].includes(cause?.code);
}

/** The whole body. @param {Response} response */
async function read(response) {
  /** @type {Uint8Array[]} */
  const pieces = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    size += piece.length;
    if (size > LARGEST) throw new Error(TOO_LARGE);
  }
  return Buffer.concat(pieces);
}

/** The answer of a call, which is recorded with it.
 * @param {string} path @param {string} role @param {any} init @param {() => Promise<Response>} send */
async function recorded(path, role, init, send) {
  if (!open) batch += 1;
  open += 1;
  const sentHeaders = new Headers(init.headers);
  const [method, began, test] = [init.method.toUpperCase(), Date.now() / 1000, seen];
  const call = {
    id: `${process.pid}-${(calls += 1)}`, batch: `${process.pid}-${batch}`, method, path, role, sent: init.body ?? null,
    sent_headers: Object.fromEntries([...sentHeaders].filter(([name]) => SHOWN.includes(name))), began,
  };
  const answer = { status: 0, headers: {}, body: "", fault: "", hung: false, too_large: false };
  try {
    const response = await send();
    answer.body = (await read(response.clone())).toString("base64");
    Object.assign(answer, { status: response.status, headers: Object.fromEntries(response.headers) });
    return response;
  } catch (error) {
    answer.hung = error instanceof Error && error.name === "TimeoutError";
    answer.too_large = error instanceof Error && error.message === TOO_LARGE;
    answer.fault = answer.hung ? `no answer within ${target.timeout} s` : `the connection broke (${error})`;
    throw error;
  } finally {
    open -= 1;
    test.push({ ...call, ...answer, ended: Date.now() / 1000 });
  }
}

/** @param {string} text @param {boolean} creates @param {string} role */
function learn(text, creates, role) {
  for (const { id } of items(text)) {
    const like = likeness(String(id));
    if (creates && !others.has(like)) {
      created.set(id, role);
      ours.add(like);
    } else if (!ours.has(like)) others.add(like);
  }
}

/** One text for all spellings that a server may take for the same id. @param {string} id @returns {string} */
function likeness(id) {
  try {
    for (let decoding = 0; decoding < 3; decoding += 1) id = decodeURIComponent(id);
  } catch {
    // a percent sign that encodes nothing
  }
  return id.toLowerCase().replace(/^asst[-_]/, "");
}

/** The objects in an answer that have an id. @param {string} text @returns {any[]} */
function items(text) {
  try {
    const answer = JSON.parse(text);
    return [answer?.data ?? answer].flat().filter((item) => item?.id);
  } catch {
    return [];
  }
}
