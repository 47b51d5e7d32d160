// Prints a line of JSON for each promise or fact that a test showed, as `python -m sdk_tests` does.
import { inspect } from "node:util";
import OpenAI from "openai";

/** @param {AsyncIterable<any>} events of node's test runner */
export default async function* lines(events) {
  for await (const { type, data } of events) {
    if (type !== "test:pass" && type !== "test:fail") continue;
    const [verdict, why] = judged(type, data);
    for (const name of data.name.split(": ")[0].split(", ")) {
      yield JSON.stringify({ name, verdict, why, test: data.name }) + "\n";
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
  return [ofTheServer(error) ? "failed" : "error", told(error).split("\n")[0]];
}

/** What was found, where node says only that it is not what it should be. @param {any} error */
function told(error) {
  if (!error?.generatedMessage || error.operator === "rejects") return `${error?.name}: ${error?.message}`;
  return `${shown(error.actual)} came for ${shown(error.expected)}`;
}

const shown = (/** @type {any} */ value) => inspect(value, { breakLength: Infinity });

/** Not where the guard or a limit stood in the way. What a test cannot digest (TypeError) is an answer.
 * @param {any} error */
function ofTheServer(error) {
  return !(error instanceof OpenAI.RateLimitError) && error?.cause?.name !== "GuardError";
}
