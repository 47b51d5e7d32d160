// The SDK's clients of a run, behind a guard: what the run did not make it does not change.
import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";

/** @type {{base_url: string, keys: Record<string, string>, bound_id?: string | null}} */
export const target = JSON.parse(process.env.ASSISTANTS_TARGET ?? "");
/** @type {string[] | null} the requirements that are asked for; null: all, and the facts about the SDK */
const only = JSON.parse(process.env.ASSISTANTS_ONLY ?? "null");

// Names nothing, though its shape is one that a service may insist on.
export const UNKNOWN = "asst-00000000-0000-4000-8000-000000000000";
/** @type {(keyof OpenAI.Beta.Assistant)[]} */
export const FIELDS = [
  "id", "object", "created_at", "name", "description", "model", "instructions", "tools", "top_p", "temperature",
  "tool_resources", "metadata", "response_format",
];

/** @type {Map<string, string>} each id that was made here, and whose key made it */
const made = new Map();
/** @type {Set<string>} */
const others = new Set();
let names = 0;

class GuardError extends Error {
  name = "GuardError";
}

class Missing extends Error {}

/** The assistants as a key opens them. @param {string} role @returns {any} */
export function assistants(role = "primary") {
  const apiKey = role === "stranger" ? "sk-nobody-was-given-this-key" : target.keys[role];
  if (!apiKey) throw new Missing(`no ${role} key`);
  return client({ baseURL: target.base_url, apiKey, fetch: guarded(role) }).beta.assistants;
}

/** @param {object} options */
export function client(options) {
  return new OpenAI({ maxRetries: 0, timeout: 10_000, ...options });
}

/** The key's own assistant. */
export function boundId() {
  if (!target.bound_id) throw new Missing("bound_id is not declared");
  return target.bound_id;
}

/** Delete is `del` before 5.0. @param {any} of @param {string} id */
export function remove(of, id) {
  return of.delete ? of.delete(id) : of.del(id);
}

/** A test that carries the requirements that it proves.
 * @param {string} ids @param {string} text @param {() => Promise<void>} act */
export function promise(ids, text, act) {
  if (only && !ids.split(", ").some((id) => only.includes(id))) return;
  test(`${ids}: ${text}`, async (context) => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      context.skip(error.message);
    }
  });
}

/** A test of the SDK itself. @param {string} name @param {() => Promise<void>} act */
export function fact(name, act) {
  if (!only) test(name, act);
}

/** A name that no other test gives. */
export function aName() {
  return `sdk-node-${(names += 1)}`;
}

/** Creates an assistant. `model` is sent unless told otherwise.
 * @param {object} body @param {string} role @returns {Promise<any>} */
export async function make(body = {}, role = "primary") {
  const answer = await assistants(role).create({ model: "any", name: aName(), ...body });
  assert.ok(made.has(answer?.id), `a create answered ${answer?.id}, which was there before`);
  return answer;
}

/** Every assistant that the SDK's own paging gives, up to the first that comes again.
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

/** The operations on one assistant. @param {any} of @param {string} id @returns {Record<string, () => Promise<any>>} */
export const byId = (of, id) => ({
  retrieve: () => of.retrieve(id),
  update: () => of.update(id, { instructions: "Changed." }),
  delete: () => remove(of, id),
});

/** What the SDK throws for a refusal; nothing where it was not refused.
 * @param {Promise<any>} call @returns {Promise<any>} */
export const refusal = (call) =>
  call.then(
    () => undefined,
    (error) => error,
  );

/** Shows the guard who is there before anything is made. */
export const lookAround = () => walk({ limit: 100 }).catch(() => {});

/** What the fields of an assistant say; what else a server answers is its choice. @param {any} assistant */
export function shown(assistant) {
  return Object.fromEntries(FIELDS.map((field) => [field, assistant[field] ?? null]));
}

/** The last test of a file, whatever is asked for. */
export const cleanUpLast = () => test("delete/answers-deleted: What was made can be removed again.", cleanUp);

/** Removes what was made. */
async function cleanUp() {
  /** @type {string[]} */
  const left = [];
  for (const [id, role] of made) {
    await remove(assistants(role), id).catch((/** @type {any} */ error) => error.status === 404 || left.push(id));
  }
  assert.ok(!left.length, `left behind, for a delete was not accepted: ${left.join(", ")}`);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => cleanUp().finally(() => process.exit(1)));

/** A fetch that lets only through what changes nothing of others, and learns what is made.
 * @param {string} role @returns {any} */
function guarded(role) {
  return async (/** @type {string} */ url, /** @type {any} */ init) => {
    const method = init.method.toUpperCase();
    const [path, id] = [url.slice(target.base_url.length), decodeURIComponent(url.split("/").pop() ?? "")];
    const creates = method === "POST" && (path === "/assistants" || id === UNKNOWN);
    const self = method === "DELETE" && role === "primary" && id === target.bound_id;
    if (method !== "GET" && !creates && !self && id !== UNKNOWN && !made.has(id)) {
      throw new GuardError(`${method} ${path} would change what this run did not make.`);
    }
    const response = await fetch(url, { ...init, redirect: "manual" }); // it would be followed past the guard
    if (response.ok && method !== "DELETE") learn(await response.clone().text(), creates, role);
    return response;
  };
}

/** @param {string} text @param {boolean} creates @param {string} role */
function learn(text, creates, role) {
  for (const { id } of items(text)) {
    if (creates && !others.has(id)) made.set(id, role);
    else if (!made.has(id)) others.add(id);
  }
}

/** What an answer shows that has an id. @param {string} text @returns {any[]} */
function items(text) {
  try {
    const answer = JSON.parse(text);
    return [answer?.data ?? answer].flat().filter((item) => item?.id);
  } catch {
    return [];
  }
}
