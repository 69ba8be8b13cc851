// Runs the runbook against an endpoint, a local stand-in for AWS, and shows its steps as they come:
//   node repair.mjs http://127.0.0.1:4566 cluster-ABC… RebootInstances=true RetentionInDays=365
import { Aws } from './aws.mjs';
import { run } from './simulator.mjs';
import { preparePython, ROLE } from './world.mjs';

const [endpoint, DbClusterResourceId, ...rest] = process.argv.slice(2);
if (!DbClusterResourceId || !/^http:\/\/(127\.0\.0\.1|localhost):/.test(endpoint)) {
  console.error('usage: node repair.mjs http://127.0.0.1:PORT CLUSTER-RESOURCE-ID [Parameter=value …]');
  process.exit(2);
}
const aws = new Aws({ endpoint, ...preparePython(endpoint) });
// The simulator keeps the console to itself while it runs.
const say = (text) => process.stdout.write(`${text}\n`);

const { succeeded, outputs, error } = run(
  aws,
  { AutomationAssumeRole: ROLE, DbClusterResourceId, ...Object.fromEntries(rest.map((pair) => pair.split(/=(.*)/s, 2))) },
  (seconds) => aws.post(`${endpoint}/_emulator/clock`, { milliseconds: seconds * 1000 }),
  ({ name, action }) => action !== 'aws:branch' && say(`  ${name.padEnd(24)} ${action}`),
);
say(succeeded ? `  => ${outputs['Verify.Summary']}` : `  => failed: ${error}`);
await aws.close();
process.exitCode = succeeded ? 0 : 1;
