// The fields that the service keeps, in an edition with such fields: they come back as the SDK sent them.
import assert from "node:assert/strict";
import OpenAI from "openai";
import {
  Missing, aName, assistants, cleanUpLast, contract, ids, isRefused, lookAround, make, promise, target, visibleFields,
  walk,
} from "./clients.mjs";

// A field, a value for it, and the place of a part of that value in the SDK's own types.
/** @type {[string, unknown, (shown: OpenAI.Beta.Assistant) => unknown, unknown][]} */
const TYPED = [
  ["tools", [{ type: "function", function: { name: "weather" } }], ({ tools: [tool] }) => nameOf(tool), "weather"],
  ["tool_resources", { code_interpreter: { file_ids: [] } }, (shown) => filesOf(shown), []],
  ["metadata", { team: "blue" }, ({ metadata }) => metadata?.team, "blue"],
  ["response_format", { type: "json_object" }, ({ response_format: format }) => typeOf(format), "json_object"],
  ["temperature", 0.2, ({ temperature }) => temperature, 0.2],
  ["top_p", 0.5, ({ top_p }) => top_p, 0.5],
  ["description", "Answers customers.", ({ description }) => description, "Answers customers."],
];

/** @param {OpenAI.Beta.AssistantTool} tool */
const nameOf = (tool) => (tool.type === "function" ? tool.function.name : undefined);
/** @param {OpenAI.Beta.Assistant} shown */
const filesOf = ({ tool_resources: resources }) => resources?.code_interpreter?.file_ids;
/** @param {OpenAI.Beta.Assistant["response_format"]} format */
const typeOf = (format) => (typeof format === "object" ? format?.type : undefined);

/** The actual value of a field without the members that an answer may add to what was sent.
 * @param {any} sent @param {any} actual @returns {any} */
function common(sent, actual) {
  if (!isObject(sent) || !isObject(actual) || Array.isArray(sent) !== Array.isArray(actual)) return actual;
  if (Array.isArray(sent)) {
    return sent.length === actual.length ? sent.map((value, index) => common(value, actual[index])) : actual;
  }
  const names = Object.keys(actual).filter((name) => name in sent);
  return Object.fromEntries(names.map((name) => [name, common(sent[name], actual[name])]));
}

/** @param {unknown} value @returns {boolean} */
const isObject = (value) => typeof value === "object" && value !== null;

/** The result of a call. Skips the test if the service refuses a value that it is free to refuse.
 * @param {boolean} free @param {Promise<any>} call */
const unlessRefused = (free, call) =>
  call.catch((error) => {
    const refused = error instanceof OpenAI.BadRequestError || error instanceof OpenAI.NotFoundError;
    throw free && refused ? new Missing("refused, which is a free choice") : error;
  });

/** An assistant that is created with the fields that the contract demands, and no other. */
const least = () => {
  const { create } = target;
  const required = contract.required.filter((field) => field in create).map((field) => [field, create[field]]);
  return make({ name: undefined, ...Object.fromEntries(required) }, "primary", {});
};

if (contract.kept.length) {
  await lookAround();

  promise("modify/partial", "An update of name and one kept field leaves every other field.", async () => {
    for (const { field, values } of contract.kept.filter(({ free }) => !free)) {
      const created = await make(contract.typical);
      const updated = visibleFields(await assistants().update(created.id, { name: aName(), [field]: values[1] }));
      const { name, [field]: changed } = updated;

      assert.deepEqual(updated, { ...visibleFields(created), name, [field]: changed });
    }
  });

  promise("errors/bad-input-is-400", "A bad value of a kept field throws BadRequestError.", async () => {
    for (const bad of Object.entries(contract.bad)) {
      await assert.rejects(make(Object.fromEntries([bad])), OpenAI.BadRequestError);
    }
  });
}

for (const { field, values, additions, free } of contract.kept) {
  /** @param {any} assistant @param {unknown} sent */
  const kept = (assistant, sent) => (additions ? common(sent, assistant[field]) : assistant[field]);

  promise(`kept/${field}`, "Create and retrieve show it as sent.", async () => {
    for (const value of values) {
      const created = await unlessRefused(free, make({ [field]: value }));
      assert.deepEqual(kept(created, value), value);
      assert.deepEqual(kept(await assistants().retrieve(created.id), value), value);
    }
  });

  promise(`kept/${field}`, "Update, retrieve and list show it as sent.", async () => {
    const [before, after] = values;
    const { id } = await make({ [field]: before });
    assert.deepEqual(kept(await unlessRefused(free, assistants().update(id, { [field]: after })), after), after);
    assert.deepEqual(kept(await assistants().retrieve(id), after), after);
    assert.deepEqual((await walk()).filter((item) => item.id === id).map((item) => kept(item, after)), [after]);
  });
}

for (const [field, value, place, expected] of TYPED) {
  promise(`kept/${field}`, "It stands where the SDK's own types have it.", async () => {
    assert.deepEqual(place(await make({ [field]: value })), expected);
  });
}

promise("modify/metadata-is-replaced", "The metadata of an update is the whole metadata afterwards.", async () => {
  for (const metadata of [{ third: "3" }, { first: "changed" }, {}]) {
    const created = await make({ metadata: { first: "1", second: "2" } });

    assert.deepEqual((await assistants().update(created.id, { metadata })).metadata, metadata);
    assert.deepEqual((await assistants().retrieve(created.id)).metadata, metadata);
  }
});

promise("create/model-suffices", "A model alone creates an assistant.", async () => {
  const { id } = await least();

  assert.ok(ids(await walk()).includes(id));
});

promise("create/model-required", "Without a model, or with null, create is refused.", async () => {
  await assert.rejects(make({ model: undefined }), isRefused);
  await assert.rejects(make({ model: null }), isRefused);
});

promise("create/id-is-asst", "The id is asst_ or asst- and a rest that is not empty.", async () => {
  const { id } = await make();

  assert.ok(contract.prefixes.some((prefix) => id.startsWith(prefix) && id !== prefix), `the id is ${id}`);
});

promise("create/every-field", "An assistant has every field, also those that are not set.", async () => {
  const created = await make();

  assert.deepEqual(contract.fields.filter((field) => !(field in created)), []);
});

promise("create/defaults", "A field that nobody sent shows its default.", async () => {
  const created = await least();

  for (const [field, value] of Object.entries(contract.defaults)) {
    if (field in created) assert.deepEqual(created[field], value); // another test judges an absent field
  }
});

promise("create/null-is-accepted", "Null for a field is accepted, and reads null or the default.", async () => {
  for (const field of contract.nulls) {
    const { [field]: shown } = await make({ [field]: null });

    if (shown !== null) assert.deepEqual(shown, contract.defaults[field]);
  }
});

for (const [field, values] of Object.entries(contract.refused)) {
  promise(`limits/${field}`, "A value outside the limits is refused by create and update.", async () => {
    const { id } = await make();

    for (const value of values) {
      await assert.rejects(make({ [field]: value }), isRefused);
      await assert.rejects(assistants().update(id, /** @type {any} */ ({ [field]: value })), isRefused);
    }
  });
}


cleanUpLast();
