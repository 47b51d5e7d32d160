// Uses types of openapi-typescript, through openapi-fetch, on services. Arguments: a key, and the base URLs.
import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./assistants.js";

type Assistant = components["schemas"]["Assistant"];

/** An assistant of a service with other constants. tsc refuses it if the types know the constants of one service. */
const elsewhere = (assistant: Assistant): Assistant => ({
  ...assistant,
  description: "A project.",
  metadata: { team: "blue" },
  tool_resources: { file_search: { vector_store_ids: [] } },
  top_p: 0.9,
  response_format: { type: "text" },
});

/** tsc refuses this code if the types are too wide: each of these lines has an error. */
export const refusedByTsc = (assistant: Assistant): void => {
  // @ts-expect-error: metadata is a map
  assistant.metadata = 7;
  // @ts-expect-error: top_p is a number
  assistant.top_p = "high";
  // @ts-expect-error: every assistant has this one tool
  assistant.tools = [{ type: "function" }];
};

const use = async (baseUrl: string, key: string): Promise<void> => {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
  const created = await client.POST("/assistants", { body: { name: "Bot", instructions: "Be brief." } });
  assert(created.data, JSON.stringify(created.error));
  const made: Assistant = created.data;
  const team: unknown = elsewhere(made).metadata?.["team"];
  assert.equal(team, "blue");
  for (const [name, value] of Object.entries(made.metadata ?? {})) assert(name && value !== undefined);

  const params = { path: { assistant_id: made.id } };
  const retrieved = await client.GET("/assistants/{assistant_id}", { params });
  assert.deepEqual(retrieved.data, made);
  const posted = await client.POST("/assistants/{assistant_id}", { params, body: { name: "Posted" } });
  assert.equal(posted.data?.name, "Posted");
  const patched = await client.PATCH("/assistants/{assistant_id}", { params, body: { instructions: "Patched." } });
  assert.deepEqual([patched.data?.name, patched.data?.instructions], ["Posted", "Patched."]);

  const listed = await client.GET("/assistants", { params: { query: { limit: 100 } } });
  assert(listed.data?.data.some((each) => each.id === made.id));
  const deleted = await client.DELETE("/assistants/{assistant_id}", { params });
  assert.equal(deleted.data?.deleted, true);
  const gone = await client.GET("/assistants/{assistant_id}", { params });
  assert(gone.error?.error.message);
};

const [key = "", ...urls] = process.argv.slice(2);
for (const url of urls) await use(url, key);
console.log(urls.length);
