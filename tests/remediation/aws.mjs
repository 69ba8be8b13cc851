// A synchronous caller of AWS, because the simulator's steps are synchronous. Every call goes to one endpoint and is kept.
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

const TIMEOUT_MS = 60_000;

export class Aws {
  /** The calls so far: `{ service, api, params }`. */
  calls = [];
  #signal = new Int32Array(new SharedArrayBuffer(4));
  #port;
  #worker;

  constructor({ endpoint, region, accessKeyId }) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(new URL('aws-worker.mjs', import.meta.url), {
      // The SDK's notice about coming versions of Node.
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
      workerData: {
        port: port2,
        signal: this.#signal,
        config: { endpoint, region, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: 'any' } },
      },
      transferList: [port2],
    });
    this.#worker.unref();
    this.#port.unref();
  }

  #ask(request, name) {
    Atomics.store(this.#signal, 0, 0);
    this.#worker.postMessage(request);
    if (Atomics.wait(this.#signal, 0, 0, TIMEOUT_MS) === 'timed-out') throw new Error(`${name}: no answer`);
    const { output, error } = receiveMessageOnPort(this.#port).message;
    if (error) throw new Error(`${name}: ${error.name}: ${error.message}`);
    return output;
  }

  /** The interface of the simulator. It names APIs like methods, and passes a service as an object or as its name. */
  invoke({ service, awsApi, awsParams }) {
    const call = { service: service.namespace ?? service, api: awsApi[0].toUpperCase() + awsApi.slice(1), params: awsParams };
    this.calls.push(call);
    return this.#ask(call, call.api);
  }

  /** A request that is no AWS call. */
  post(url, body) {
    this.#ask({ url, body }, url);
  }

  close() {
    return this.#worker.terminate();
  }
}
