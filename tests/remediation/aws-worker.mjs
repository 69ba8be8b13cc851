// Calls AWS for aws.mjs, on a thread of its own: the simulator waits for each answer.
import { parentPort, workerData } from 'node:worker_threads';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as neptune from '@aws-sdk/client-neptune';

const modules = { logs, neptune };
const { port, signal, config } = workerData;
const clients = {
  logs: new logs.CloudWatchLogsClient(config),
  neptune: new neptune.NeptuneClient(config),
};

parentPort.on('message', async ({ service, api, params }) => {
  let answer;
  try {
    const Command = modules[service]?.[`${api}Command`];
    if (!Command) throw new Error(`no API ${service}:${api}`);
    const { $metadata, ...output } = await clients[service].send(new Command(params));
    answer = { output };
  } catch (error) {
    answer = { error: { name: error.name, message: error.message } };
  }
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
