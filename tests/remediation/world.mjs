// The other side: the emulator, the function's binary, and what a person or AWS Config would do with them.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Aws } from './aws.mjs';
import { run } from './simulator.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TARGET = process.env.CARGO_TARGET_DIR ?? `${ROOT}target`;
export const ROLE = 'arn:aws:iam::111122223333:role/NeptuneAuditLog-Enable';
export const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1b7e5c1a-0d6f-4f0e-9c55-2b8d6b1f4a10';

/** Lets the scripts of the runbook, which are programs of their own, find Python with boto3, and this endpoint. */
export function preparePython(endpoint) {
  const [region, accessKeyId] = ['eu-west-1', 'any'];
  Object.assign(process.env, {
    PATH: `${ROOT}.venv/bin:${process.env.PATH}`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: 'any',
  });
  return { region, accessKeyId };
}

/** A binary of the workspace: the one that was built last. */
function binary(name) {
  const built = ['release', 'debug'].map((profile) => `${TARGET}/${profile}/${name}`).filter((path) => existsSync(path));
  if (!built.length) throw new Error(`${name} is not built: cargo build --workspace`);
  return built.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

const read = (path) => JSON.parse(readFileSync(`${ROOT}${path}`));

/** The demo's fleet. */
export const demoFleet = () => read('crates/demo/fleet.json');

export class World {
  #children = [];

  static async start({ withFunction = false } = {}) {
    const world = new World();
    const emulator = world.#spawn(process.env.EMULATOR ?? binary('emulator'), ['serve']);
    for await (const line of createInterface({ input: emulator.stdout })) {
      world.endpoint = line;
      break;
    }
    if (!world.endpoint) throw new Error('the emulator did not start');
    world.aws = new Aws({ endpoint: world.endpoint, ...preparePython(world.endpoint) });
    if (withFunction) {
      world.#spawn(process.env.FUNCTION ?? binary('neptune-audit-rule'), [], {
        AWS_LAMBDA_RUNTIME_API: world.endpoint.replace('http://', ''),
        AWS_LAMBDA_FUNCTION_NAME: 'neptune-audit-rule',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      });
    }
    return world;
  }

  #spawn(command, args, env = {}) {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.resume();
    this.#children.push(child);
    // Nothing is left running, whatever becomes of the tests.
    process.once('exit', () => child.kill('SIGKILL'));
    return child;
  }

  async stop() {
    await this.aws?.close();
    for (const child of this.#children) child.kill('SIGKILL');
  }

  async #control(method, path, body) {
    const response = await fetch(`${this.endpoint}/_emulator/${path}`, { method, body: body && JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? undefined : response.json();
  }

  /** Puts another fleet in place, and forgets all calls. */
  async load(fleet) {
    await this.#control('PUT', 'fleet', fleet);
    await this.forget();
  }

  async forget() {
    await this.#control('DELETE', 'calls');
    this.aws.calls.length = 0;
  }

  fleet() {
    return this.#control('GET', 'fleet');
  }

  fault(fault) {
    return this.#control('POST', 'faults', fault);
  }

  clearFaults() {
    return this.#control('DELETE', 'faults');
  }

  /** What reached AWS, of the steps and of the scripts: `{ action, parameters, … }`. */
  calls() {
    return this.#control('GET', 'calls');
  }

  /** The calls that changed something, or tried to. */
  async changes() {
    return (await this.calls()).filter(({ action }) => !/:(Describe|List|Get)/.test(action));
  }

  /** Runs the runbook; the emulator's clock goes on by each sleep. */
  repair(inputs) {
    const tick = (seconds) => this.aws.post(`${this.endpoint}/_emulator/clock`, { milliseconds: seconds * 1000 });
    return run(this.aws, { AutomationAssumeRole: ROLE, ...inputs }, tick);
  }

  /** Sends the scheduled event to the function, and answers the verdicts by resource id. */
  async evaluate(ruleParameters = {}) {
    const event = { ...read('events/scheduled.json'), ruleParameters: JSON.stringify(ruleParameters) };
    // Each run is later than the one before, as a schedule's are.
    const invokingEvent = JSON.parse(event.invokingEvent);
    invokingEvent.notificationCreationTime = new Date(Date.now() + (this.runs = (this.runs ?? 0) + 1) * 3_600_000).toISOString();
    event.invokingEvent = JSON.stringify(invokingEvent);
    const answer = await this.#control('POST', 'invoke', event);
    if (!('response' in answer)) throw new Error(`the function answered ${JSON.stringify(answer)}`);
    const recorded = (await this.#control('GET', 'evaluations'))[event.accountId];
    const verdicts = recorded.map(({ resource_id, compliance, annotation }) => [resource_id, `${compliance}: ${annotation}`]);
    return { answer, verdicts: Object.fromEntries(verdicts) };
  }
}
