// tsc accepts the calls of this program, and refuses each call that follows an @ts-expect-error.
import { ControlError, startFake, type LoggedRequest, type NewFault } from "assistants-fake";

const fake = await startFake({ dialect: "ragen", seed: 1, port: 0, args: ["--rate-limit", "off"] });
const fault: NewFault = { operation: "createAssistant", times: 1, status: 503 };
const left: number | null = (await fake.control.fault(fault)).left;
const requests: LoggedRequest[] = await fake.control.requests();
const header: string | undefined = requests[0]?.request_headers[0]?.value;
await fake.control.limit(null, { organization: "org-acme" });
await fake.control.clock({ frozen: true });
await fake.control.seed(await fake.control.exportSeed());
const secret: string = (await fake.control.rotate(fake.keys["primary"] ?? "", { assistant: fake.boundId })).secret;
await fake.expect({ create: 1, delete: 0 });
await fake.stop();
export { ControlError, header, left, secret };

// @ts-expect-error An operation that the contract does not have.
await fake.control.fault({ operation: "createThread", status: 503 });
// @ts-expect-error A field that a fault does not have.
await fake.control.fault({ statuses: 503 });
// @ts-expect-error A field that the clock does not have.
await fake.control.clock({ faster: true });
// @ts-expect-error A name that is no operation.
await fake.expect({ crate: 1 });
// @ts-expect-error A port is a number.
await startFake({ port: "8080" });
