// The calls that are refused, and the exception that the SDK makes of a refusal.
import assert from "node:assert/strict";
import OpenAI from "openai";
import {
  UNKNOWN, assistants, byId, cleanUpLast, contract, ids, lookAround, make, promise, refusal, remove, visibleFields, walk,
} from "./clients.mjs";

const NEW = "Answer in one sentence.";
const REFUSED = [OpenAI.NotFoundError, OpenAI.PermissionDeniedError, OpenAI.BadRequestError];
const TYPES = new Map([
  [400, ["invalid_request_error"]],
  [401, ["authentication_error", "invalid_request_error"]],
  [404, ["not_found_error", "invalid_request_error"]],
]);

await lookAround();

promise("org/shared-by-its-keys", "Another key of the organization lists, reads, changes and removes it.", async () => {
  const [created, sibling] = [await make(), assistants("sibling")];
  assert.ok(ids(await walk({}, "sibling")).includes(created.id));
  assert.deepEqual(visibleFields(await sibling.retrieve(created.id)), visibleFields(created));
  await sibling.update(created.id, { instructions: NEW });

  assert.equal((await assistants().retrieve(created.id)).instructions, NEW);
  await remove(sibling, created.id);
  await assert.rejects(assistants().retrieve(created.id), OpenAI.NotFoundError);
});

promise("org/closed-to-others", "A key of another organization sees and changes nothing.", async () => {
  const created = await make();
  const { retrieve, ...changes } = byId(assistants("foreign"), created.id);
  for (const change of Object.values(changes)) await refusal(change());

  const error = await refusal(retrieve());
  assert.ok(REFUSED.some((kind) => error instanceof kind), `it came ${error}`);
  assert.ok(!ids(await walk({}, "foreign")).includes(created.id));
  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
});

promise("org/others-look-unknown", "To another organization's key it is not there.", async () => {
  const calls = byId(assistants("foreign"), (await make()).id);

  for (const call of Object.values(calls)) await assert.rejects(call(), OpenAI.NotFoundError);
});

promise("auth/unknown-key-refused, auth/refused-changes-nothing", "An unknown key is refused.", async () => {
  const [created, stranger] = [await make(), assistants("stranger")];
  const calls = [...Object.values(byId(stranger, created.id)), () => stranger.list(), () => make({}, "stranger")];

  for (const call of calls) await assert.rejects(call(), OpenAI.AuthenticationError);
  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
});

promise(
  "errors/envelope, errors/param-and-code-present, errors/types, errors/code-is-text-or-null",
  "A refusal has its four fields, and a type that fits its status.",
  async () => {
    const absent = Object.fromEntries(contract.required.map((field) => [field, undefined]));
    const calls = [() => make(absent), () => make({ name: 7 }), () => assistants("stranger").list()];
    for (const call of [...calls, ...Object.values(byId(assistants(), UNKNOWN))]) {
      const refused = await refusal(call());
      if (!refused) continue; // another test judges this case
      const { status, error } = refused;

      assert.ok(typeof error?.message === "string" && error.message !== "", `its message is ${error?.message}`);
      assert.ok((TYPES.get(status) ?? [error.type]).includes(error.type), `${status} came with ${error.type}`);
      assert.ok("param" in error && "code" in error, "param or code is missing");
      assert.ok(error.code === null || typeof error.code === "string", `code is a ${typeof error.code}`);
    }
  },
);

cleanUpLast();
