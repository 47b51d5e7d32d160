// Prints a line of JSON for each promise or fact that a test showed, as `python -m sdk_tests` does, with the exchanges.
import { inspect } from "node:util";
import OpenAI from "openai";
import { exchanges } from "./clients.mjs";

/** @param {AsyncIterable<any>} events of node's test runner */
export default async function* lines(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const [verdict, why] = judged(type, data);
    for (const name of data.name.split(": ")[0].split(", ")) {
      yield JSON.stringify({ name, verdict, why, test: data.name, exchanges: exchanges.get(data.name) ?? [] }) + "\n";
    }
  }
}

/**
 * @param {string} type
 * @param {any} data
 */
function judged(type, data) {
  if (data.skip !== undefined) return ["skipped", String(data.skip)];
  if (type === "test:pass") return ["passed", ""];
  const error = data.details.error.cause ?? data.details.error;
  return [ofTheServer(error) ? "failed" : "error", describe(error).split("\n")[0]];
}

/** The message of an error. Node's own message of an assertion lacks the actual value. @param {any} error */
function describe(error) {
  if (!error?.generatedMessage || error.operator === "rejects") return `${error?.name}: ${error?.message}`;
  return `${inspected(error.actual)} came for ${inspected(error.expected)}`;
}

const inspected = (/** @type {any} */ value) => inspect(value, { breakLength: Infinity });

/** False if the guard or a limit refused the call. A TypeError comes from an answer that the test cannot use.
 * @param {any} error */
function ofTheServer(error) {
  return !(error instanceof OpenAI.RateLimitError) && error?.cause?.name !== "GuardError";
}
