// The promises of the contract through the Node SDK; each test names the requirements that it proves.
import assert from "node:assert/strict";
import OpenAI from "openai";
import {
  UNKNOWN, aName, assistants, boundId, byId, cleanUpLast, contract, ids, isRefused, lookAround, make, promise, refusal,
  remove, visibleFields, walk,
} from "./clients.mjs";

const NEW = "Answer in one sentence.";
const SELF_DELETE = "Cannot delete the assistant this API key is bound to. Rotate the key first, then retry.";
const TEXTS = [
  "if unsure, say so.",
  "Grüße, 日本, 🤖 and e\u0301",
  "\t \r\ntwo\n\n  three  \n",
  "<b>&amp;</b> \"q\" 'q' \\ %s",
];
const NOT_TEXT = [7, true, ["text"], { text: "text" }];
const SHOWN = contract.ignored.filter(({ reads }) => reads !== "");
const LOADED = Object.fromEntries(SHOWN.map(({ field, value }) => [field, value]));
const CONSTANTS = SHOWN.filter(({ reads }) => reads !== "file_search").map(({ field }) => field);

await lookAround();

promise("create/name-suffices", "A name alone creates an assistant.", async () => {
  const name = aName();
  const created = await make({ name }, "primary", {});

  assert.equal(created.name, name);
});

promise("create/keeps-what-it-is-given", "Name and instructions come back exactly.", async () => {
  for (const text of [...TEXTS, "0123456789".repeat(1000)]) {
    const name = `${aName()} ${text.slice(0, 30)}`;
    const created = await make({ name, instructions: text });
    const retrieved = await assistants().retrieve(created.id);

    assert.deepEqual([created.name, created.instructions], [name, text]);
    assert.deepEqual([retrieved.name, retrieved.instructions], [name, text]);
  }
});

promise("create/id-is-asst-hyphen", "The id is asst- and a project id that is not empty.", async () => {
  assert.match((await make()).id, /^asst-./);
});

promise("create/ids-are-unique", "Two assistants may have the same name; their ids differ.", async () => {
  const name = aName();

  assert.notEqual((await make({ name })).id, (await make({ name })).id);
});

promise("create/answers-the-assistant", "The answer is an assistant, created now in Unix seconds.", async () => {
  const created = await make();

  assert.equal(created.object, "assistant");
  assert.ok(Number.isInteger(created.created_at) && Math.abs(created.created_at - Date.now() / 1000) < 86_400);
});

promise("create/name-required", "Without a name, or with null, create is refused.", async () => {
  await assert.rejects(make({ name: undefined }), isRefused);
  await assert.rejects(make({ name: null }), isRefused);
});

promise("create/name-is-text", "A name of another type is refused.", async () => {
  for (const name of NOT_TEXT) await assert.rejects(make({ name }), isRefused);
});

promise("create/instructions-are-text", "Instructions of another type are refused.", async () => {
  for (const instructions of NOT_TEXT) await assert.rejects(make({ instructions }), isRefused);
});

promise("errors/bad-input-is-400", "Bad input throws BadRequestError, which programs catch.", async () => {
  await assert.rejects(make({ name: 7 }), OpenAI.BadRequestError);
});

for (const { field, id, value } of contract.ignored) {
  promise(`ignored/${id}-accepted`, "Create and update accept it.", async () => {
    const created = await make({ [field]: value });

    assert.equal((await assistants().update(created.id, { [field]: value })).id, created.id);
  });
}

for (const { field, id, value } of SHOWN) {
  promise(`ignored/${id}-not-kept`, "Sent or not, the assistant shows the same.", async () => {
    const plain = await make();
    const created = await make({ [field]: value });
    await refusal(assistants().update(plain.id, { [field]: value })); // another test judges that the call is accepted

    assert.deepEqual(visibleFields(created)[field], visibleFields(plain)[field]);
    assert.deepEqual(visibleFields(await assistants().retrieve(plain.id)), visibleFields(plain));
  });
}

promise(
  "ignored/constants-hold, ignored/model-and-temperature-are-the-organizations, ignored/tools-are-file-search",
  "They are the same on every assistant, whatever was sent.",
  async () => {
    const [plain, loaded] = [visibleFields(await make()), visibleFields(await make(LOADED))];

    for (const field of CONSTANTS) assert.deepEqual(loaded[field], plain[field]);
    assert.deepEqual(loaded.tools.map((/** @type {any} */ tool) => tool.type), ["file_search"]);
  },
);

promise("retrieve/equals-created", "Retrieve and list give what create and update gave.", async () => {
  const created = await make({ instructions: "Answer in French." });
  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
  const updated = await assistants().update(created.id, { instructions: NEW });

  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(updated));
  assert.deepEqual((await walk()).filter(({ id }) => id === created.id).map(visibleFields), [visibleFields(updated)]);
});

promise("retrieve/unknown-is-404", "An id that names nothing throws NotFoundError.", async () => {
  await assert.rejects(assistants().retrieve(UNKNOWN), OpenAI.NotFoundError);
});

promise("errors/json-content-type", "An answer is said to be JSON.", async () => {
  const response = await assistants().retrieve((await make()).id).asResponse();

  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
});

promise("modify/partial, modify/keeps-identity", "An update changes the one field alone.", async () => {
  const created = await make({ instructions: "Answer in French." });
  const name = aName();

  assert.deepEqual(visibleFields(await assistants().update(created.id, { name })), { ...visibleFields(created), name });
  const updated = await assistants().update(created.id, { instructions: NEW });
  assert.deepEqual(visibleFields(updated), { ...visibleFields(created), name, instructions: NEW });
});

promise("modify/empty-body-changes-nothing", "An update of nothing gives the unchanged assistant.", async () => {
  const created = await make({ instructions: NEW });

  assert.deepEqual(visibleFields(await assistants().update(created.id, {})), visibleFields(created));
  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
});

promise("modify/empty-instructions-clear", "Empty instructions clear them wherever they are shown.", async () => {
  const created = await make({ instructions: NEW });
  const updated = await assistants().update(created.id, { instructions: "" });

  assert.equal(updated.instructions || "", "");
  assert.equal((await assistants().retrieve(created.id)).instructions || "", "");
  assert.deepEqual((await walk()).filter(({ id }) => id === created.id).map((item) => item.instructions || ""), [""]);
});

promise("modify/only-its-target, delete/only-its-target", "What is not named stays as it is.", async () => {
  const [created, other] = [await make({ instructions: "Answer in French." }), await make()];
  await assistants().update(other.id, { instructions: NEW });
  await remove(assistants(), other.id);

  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
});

promise("modify/seen-everywhere", "Retrieve and list show the new values at once.", async () => {
  const created = await make();
  await assistants().update(created.id, { instructions: NEW });

  assert.equal((await assistants().retrieve(created.id)).instructions, NEW);
  assert.deepEqual((await walk()).filter(({ id }) => id === created.id).map((item) => item.instructions), [NEW]);
});

promise("modify/bad-body-changes-nothing", "A wrong type is refused, and nothing beside it kept.", async () => {
  const created = await make();
  await assert.rejects(assistants().update(created.id, { name: 7, instructions: NEW }), isRefused);
  await assert.rejects(assistants().update(created.id, { instructions: ["text"] }), isRefused);

  assert.deepEqual(visibleFields(await assistants().retrieve(created.id)), visibleFields(created));
});

promise("modify/unknown-is-404", "An id that names nothing throws NotFoundError, and is not created.", async () => {
  await assert.rejects(assistants().update(UNKNOWN, { instructions: NEW }), OpenAI.NotFoundError);
  await assert.rejects(assistants().retrieve(UNKNOWN), OpenAI.NotFoundError);
});

promise("delete/answers-deleted", "The answer is the id, assistant.deleted and true.", async () => {
  const { id } = await make();
  const answer = await remove(assistants(), id);

  assert.deepEqual([answer.id, answer.object, answer.deleted], [id, "assistant.deleted", true]);
});

promise("delete/gone", "Afterwards it is not found by any operation, nor listed.", async () => {
  const { id } = await make();
  await remove(assistants(), id);

  for (const call of Object.values(byId(assistants(), id))) await assert.rejects(call(), OpenAI.NotFoundError);
  assert.ok(!ids(await walk()).includes(id));
});

promise("delete/unknown-is-404", "An id that names nothing throws NotFoundError.", async () => {
  await assert.rejects(remove(assistants(), UNKNOWN), OpenAI.NotFoundError);
});

promise("delete/self-refused, delete/self-survives", "The key's own assistant is refused, and stays.", async () => {
  const before = await assistants().retrieve(boundId());
  const error = await refusal(remove(assistants(), boundId()));

  assert.ok(error instanceof OpenAI.BadRequestError, `it came ${error}`);
  assert.deepEqual([error.type, /** @type {any} */ (error.error)?.message], ["invalid_request_error", SELF_DELETE]);
  assert.deepEqual(visibleFields(await assistants().retrieve(boundId())), visibleFields(before));
});

promise("parallel/creates-all-kept", "Parallel creates all make an assistant.", async () => {
  const names = Array.from({ length: 8 }, aName);
  const created = await Promise.all(names.map((name) => make({ name })));
  const kept = await Promise.all(created.map(({ id }) => assistants().retrieve(id)));

  assert.deepEqual(kept.map(({ name }) => name), names);
  assert.equal(new Set(ids(created)).size, 8);
});

promise("parallel/modifies-not-lost", "Parallel updates of different assistants all hold.", async () => {
  const created = await Promise.all(Array.from({ length: 8 }, () => make()));
  await Promise.all(created.map(({ id }) => assistants().update(id, { instructions: `For ${id}.` })));
  const kept = await Promise.all(created.map(({ id }) => assistants().retrieve(id)));

  assert.deepEqual(kept.map(({ instructions }) => instructions), created.map(({ id }) => `For ${id}.`));
});

cleanUpLast();
