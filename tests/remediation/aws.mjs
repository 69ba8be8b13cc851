// A synchronous caller of AWS, because the simulator's steps are synchronous. Every call goes to one endpoint and is kept.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

const TIMEOUT_MS = 60_000;

export class Aws {
  /** The calls so far: `{ service, api, params }`. */
  calls = [];
  #signal = new Int32Array(new SharedArrayBuffer(4));
  #port;
  #worker;

  constructor({ endpoint, accessKeyId, region }) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(new URL('aws-worker.mjs', import.meta.url), {
      workerData: {
        port: port2,
        signal: this.#signal,
        config: { endpoint, region, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: 'secret' } },
      },
      transferList: [port2],
    });
    this.#worker.unref();
    this.#port.unref();
  }

  call(service, api, params) {
    this.calls.push({ service, api, params });
    Atomics.store(this.#signal, 0, 0);
    this.#worker.postMessage({ service, api, params });
    if (Atomics.wait(this.#signal, 0, 0, TIMEOUT_MS) === 'timed-out') throw new Error(`${api}: no answer`);
    const { output, error } = receiveMessageOnPort(this.#port).message;
    if (error) throw new Error(`${service}:${api}: ${error.name}: ${error.message}`);
    return output;
  }

  /** The interface of the simulator. It names APIs like methods, and passes a service as an object or as its name. */
  invoke({ service, awsApi, awsParams }) {
    return this.call(service.namespace ?? service, awsApi[0].toUpperCase() + awsApi.slice(1), awsParams);
  }

  close() {
    return this.#worker.terminate();
  }
}

/** Whether a call changes anything. */
export const changes = ({ api }) => !/^(Describe|List|Get)/.test(api);
