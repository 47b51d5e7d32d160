// Playwright's own runner: a page of the app calls the fake, and the test counts the calls.
import { createServer } from "node:http";
import { once } from "node:events";
import { expect, test as base } from "@playwright/test";
import { startFake } from "assistants-fake";

const test = base.extend({
  app: async ({}, use) => {
    const server = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<p>app</p>"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    await use(`http://127.0.0.1:${server.address().port}/`);
    server.closeAllConnections();
  },
  fake: [
    async ({}, use) => {
      const fake = await startFake({ seed: 1 });
      await use(fake);
      await fake.stop();
    },
    { scope: "worker" },
  ],
});

test("a page of another origin creates one assistant", async ({ page, app, fake }) => {
  await page.goto(app);
  const status = await page.evaluate(
    async ([url, key]) => {
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      return (await fetch(`${url}/assistants`, { method: "POST", headers, body: '{"name":"Bot"}' })).status;
    },
    [fake.url, fake.keys.primary],
  );

  expect(status).toBe(200);
  await fake.expect({ create: 1 });
});
