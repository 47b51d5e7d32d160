// List, and the SDK's own paging over more assistants than a page holds.
import assert from "node:assert/strict";
import { Missing, assistants, boundId, cleanUpLast, ids, lookAround, make, promise, share, walk } from "./clients.mjs";

await lookAround();

/** @type {string[]} the oldest first */
const many = [];
/** @type {any[]} the exchanges that created them */
const creates = [];

/** A promise about more assistants than a page holds.
 * @param {string} ids @param {string} text @param {() => Promise<void>} act */
function ofMany(ids, text, act) {
  promise(ids, text, async () => {
    await share(creates, async () => {
      while (many.length < 23) many.push((await make()).id);
    });
    await act();
  });
}

/** The ids of the listed assistants that are among the many. @param {any[]} listed */
const among = (listed) => ids(listed).filter((id) => many.includes(id));

/** The ids of the many in the order of the list. Skips the test if a walk does not give them all.
 * @param {object} query */
async function walked(query = {}) {
  const found = among(await walk({ limit: 100, ...query }));
  if (new Set(found).size < many.length) throw new Missing("a walk leaves out an assistant: another test judges that");
  return found;
}

ofMany("list/complete", "A for over the list gives every assistant exactly once.", async () => {
  for (const query of [{}, { limit: 10 }, { limit: 10, order: "asc" }]) {
    const walked = ids(await walk(query));
    assert.equal(walked.length, new Set(walked).size);
    assert.deepEqual(many.filter((id) => !walked.includes(id)), []);
  }
});

promise("list/complete", "The key's own assistant is listed as well.", async () => {
  const own = boundId();

  assert.ok((await walk()).some(({ id }) => id === own));
});

ofMany("list/envelope", "A page's data are assistants.", async () => {
  const { data } = await assistants().list({ limit: 100 });

  assert.deepEqual(new Set(data.map((/** @type {any} */ item) => item.object)), new Set(["assistant"]));
});

ofMany("list/has-more-is-true-to-its-word", "has_more is true on every page but the last.", async () => {
  /** @type {{more: any, last: string}[]} */
  const said = [];
  for (let after; ; after = said.at(-1)?.last) {
    const { has_more: more, data } = await assistants().list({ limit: 10, after });
    if (data.length) said.push({ more, last: data.at(-1).id });
    if (data.length < 10 || said.length === 100) break;
  }

  assert.deepEqual(said.map(({ more }) => more), said.map((_, index) => index < said.length - 1));
});

ofMany("list/limit", "A page holds limit assistants, or says that more follow. The default is 20.", async () => {
  const { data, has_more: more } = await assistants().list({ limit: 2 });
  assert.ok(data.length === 2 || (data.length === 1 && more), `${data.length} assistants`);
  assert.equal((await assistants().list()).data.length, (await assistants().list({ limit: 20 })).data.length);
});

ofMany("list/newest-first", "The newest come first.", async () => {
  assert.deepEqual(await walked(), [...many].reverse());
});

ofMany("list/order-asc", "order asc gives the oldest first.", async () => {
  assert.deepEqual(await walked({ order: "asc" }), many);
});

ofMany("list/after", "after gives what follows that assistant in a walk, without it.", async () => {
  const order = await walked();

  assert.deepEqual(among(await walk({ after: order[3], limit: 100 })), order.slice(4));
});

ofMany("list/before", "before gives what stands right ahead of that assistant in a walk, without it.", async () => {
  const order = await walked();
  const ahead = among((await assistants().list({ before: order[5], limit: 100 })).data);

  assert.notDeepEqual(ahead, []); // a server may hold fewer on a page than stand ahead
  assert.deepEqual(ahead, order.slice(0, 5).slice(-ahead.length));
});

cleanUpLast();
