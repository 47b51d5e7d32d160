import type { components, operations } from "./control";

type Schemas = components["schemas"];
type Body<Operation extends keyof operations> = operations[Operation] extends {
  requestBody?: { content: { "application/json": infer Value } };
}
  ? Value
  : never;

export type Clock = Schemas["Clock"];
export type Fault = Schemas["Fault"];
export type Key = Schemas["Key"];
export type Limiter = Schemas["Limiter"];
export type NewFault = Schemas["NewFault"];
export type LoggedRequest = Schemas["Request"];
export type Organization = Schemas["Organization"];
export type Seed = Schemas["Seed"];
export type SeedOrganization = Schemas["SeedOrganization"];
export type Snapshot = Schemas["Snapshot"];
/** Everything, or only one organization. */
export type Which = Schemas["OrganizationOrAll"];

export interface FakeOptions {
  /** The edition of the contract: "page" (the default), or "openai", whose assistants keep every field. */
  edition?: string;
  /** A dialect such as "ragen", or the path of a dialect file. */
  dialect?: string;
  /** A number gives the same ids and times for the same calls. A text is the path of a seed file. */
  seed?: number | string;
  /** The default is a free port. */
  port?: number;
  /** More options of the command, such as ["--rate-limit", "off"]. */
  args?: string[];
  /**
   * The words that start the fake. The default is the command on the PATH or in a .venv of this folder or a folder above,
   * else `uvx assistants-fake` or `pipx run assistants-fake`.
   */
  command?: string[];
}

export interface Fake {
  /** The base URL for the SDKs, such as http://127.0.0.1:9000/v1. */
  url: string;
  /** The API keys by label: primary, sibling, foreign. */
  keys: Record<string, string>;
  /** The assistant that the primary key is bound to. */
  boundId: string;
  /** The assistant that the sibling key is bound to. */
  expendableId: string;
  control: ControlClient;
  /**
   * Check the number of calls since the last reset, such as `await fake.expect({ create: 1 })`. Rejects with an
   * AssertionError that has the calls that came. An operation without a number may have any.
   */
  expect(calls: Partial<Record<"list" | "create" | "get" | "modify" | "patch" | "delete", number>>): Promise<void>;
  /** End the fake. The end of the process that has started the fake ends it too. */
  stop(): Promise<void>;
}

/** Start a fake and wait until it is ready. Rejects with the reason if it cannot start. */
export function startFake(options?: FakeOptions): Promise<Fake>;

/** The Control API refused a call; `status` is the HTTP status. */
export class ControlError extends Error {
  status: number;
}

/** A client of the Control API. Each method rejects with a ControlError. */
export class ControlClient {
  /** The client for the URL that the fake prints as `control`. */
  constructor(url: string, token?: string);
  /** Send any call: `path` has the steps of its path under /_fake. */
  ask(method: string, path: string[], body?: unknown): Promise<unknown>;
  /** Go back to the seed. */
  reset(which?: Which): Promise<void>;
  /** Advance the clock of the fake. 60 seconds later the limiter allows the full number of calls again. */
  advance(seconds: number): Promise<void>;
  /** Change and return the clock. */
  clock(changes?: Body<"setClock">): Promise<Clock>;
  /** Allow `limit` calls per minute for each key; null removes the limit. */
  limit(limit: number | null, which?: Which): Promise<Limiter>;
  /** Inject a fault, such as `{ operation: "createAssistant", times: 2, status: 503 }`. */
  fault(fault: NewFault): Promise<Fault>;
  faults(): Promise<Fault[]>;
  clearFaults(): Promise<void>;
  /** The logged requests, newest first. */
  requests(): Promise<LoggedRequest[]>;
  /** Create an organization with its keys, for example for each parallel worker. */
  organization(given?: SeedOrganization): Promise<Organization>;
  /** Replace a key by a new key, which is returned. */
  rotate(key: string, which?: Body<"rotateKey">): Promise<Key>;
  snapshot(name: string, which?: Which): Promise<Snapshot>;
  restore(name: string): Promise<void>;
  /** Replace the seed, and reset everything to it. */
  seed(seed: Seed): Promise<Seed>;
  /** The present state as a seed. */
  exportSeed(): Promise<Seed>;
}
