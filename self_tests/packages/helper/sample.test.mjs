// The same test for Vitest and Jest: the helper starts a fake, and the app under test calls it.
import { startFake } from "assistants-fake";

let fake;

beforeAll(async () => {
  fake = await startFake({ seed: 1 });
}, 60_000);
beforeEach(() => fake.control.reset());
afterAll(() => fake.stop());

test("the app creates one assistant", async () => {
  await fetch(`${fake.url}/assistants`, {
    method: "POST",
    headers: { authorization: `Bearer ${fake.keys.primary}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "Support Bot" }),
  });

  await fake.expect({ create: 1 });
  await expect(fake.expect({ create: 2 })).rejects.toThrow("Expected: create 2. Actual: create 1.");
});
