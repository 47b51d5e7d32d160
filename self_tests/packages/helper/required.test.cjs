// Jest without ES modules, which is its default.
const { startFake } = require("assistants-fake");

test("the package can be required", async () => {
  const fake = await startFake();
  await fake.control.reset();
  await fake.stop();
}, 60_000);
