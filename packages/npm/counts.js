// Assertions on the request log: how many calls of each operation came.
"use strict";

const { AssertionError } = require("node:assert");

const OPERATIONS = {
  list: "listAssistants",
  create: "createAssistant",
  get: "getAssistant",
  modify: "modifyAssistant",
  patch: "patchAssistant",
  delete: "deleteAssistant",
};
const MOST_REQUESTS = 200; // the fake keeps as many

/**
 * `requests` are from the request log, newest first. Operations without a number are free. Throws an AssertionError
 * with the calls that came, and a TypeError for a name that is no operation.
 */
function checkCounts(requests, expected) {
  const names = Object.keys(expected);
  const known = Object.keys(OPERATIONS);
  if (names.length === 0 || !names.every((name) => known.includes(name)))
    throw new TypeError(`Give the number of calls for ${known.join(", ")}; not for ${names.join(", ") || "nothing"}.`);
  if (requests.length >= MOST_REQUESTS)
    throw new Error(`The log keeps ${MOST_REQUESTS} calls and is full, so calls may be missing. Reset earlier.`);
  const actual = count(requests);
  if (names.every((name) => (actual[name] ?? 0) === expected[name])) return;
  const calls = requests.map(({ method, path, status }) => `${method} ${path} ${status ?? "no answer"}`).reverse();
  const message = [`Expected: ${render(expected)}. Actual: ${render(actual)}.`, ...calls].join("\n  ");
  throw new AssertionError({ message, actual, expected, operator: "expect", stackStartFn: checkCounts });
}

function count(requests) {
  const counts = {};
  for (const { operation } of [...requests].reverse()) {
    const name = Object.keys(OPERATIONS).find((each) => OPERATIONS[each] === operation) ?? "no operation";
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const render = (counts) =>
  Object.entries(counts)
    .map((each) => each.join(" "))
    .join(", ") || "no call";

module.exports = { checkCounts };
