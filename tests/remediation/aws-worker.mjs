// Calls AWS for aws.mjs, on a thread of its own: the simulator waits for each answer.
import { parentPort, workerData } from 'node:worker_threads';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as neptune from '@aws-sdk/client-neptune';

const { port, signal, config } = workerData;
const modules = { logs, neptune };
const clients = {
  logs: new logs.CloudWatchLogsClient(config),
  neptune: new neptune.NeptuneClient(config),
};

async function call({ service, api, params }) {
  const Command = modules[service]?.[`${api}Command`];
  if (!Command) throw new Error('no such API');
  const { $metadata, ...output } = await clients[service].send(new Command(params));
  return output;
}

async function post({ url, body }) {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
}

parentPort.on('message', async (request) => {
  let answer;
  try {
    answer = { output: await (request.url ? post(request) : call(request)) };
  } catch ({ name, message }) {
    answer = { error: { name, message } };
  }
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
});
