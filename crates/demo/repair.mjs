// Repairs clusters with the runbook, executed by the simulator of the runbook's tests against the emulator, and tells of
// it in lines of JSON: `{ step }` for each AWS call that changes something, `{ cluster, … }` when a run is over.
//
//     node crates/demo/repair.mjs <endpoint> <DbClusterResourceId>…
import { Aws } from '../../tests/remediation/aws.mjs';
import { run } from '../../tests/remediation/simulator.mjs';

const [endpoint, ...clusters] = process.argv.slice(2);
const ROLE = 'arn:aws:iam::111122223333:role/NeptuneAuditLog-Enable';
// The simulator silences the console while it runs.
const tell = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Tells of each change that a step makes. */
class Told extends Aws {
  changes = [];

  invoke(call) {
    const { awsApi, awsParams } = call;
    if (!/^(describe|list|get)/i.test(awsApi)) {
      const change = awsApi[0].toUpperCase() + awsApi.slice(1);
      const { DBInstanceIdentifier, DBClusterIdentifier, DBClusterParameterGroupName, logGroupName } = awsParams;
      this.changes.push(`${change} ${DBInstanceIdentifier ?? DBClusterIdentifier ?? DBClusterParameterGroupName ?? logGroupName}`);
      tell({ step: this.changes.at(-1) });
    }
    return super.invoke(call);
  }
}

const aws = new Told({ endpoint, region: process.env.AWS_REGION, accessKeyId: process.env.AWS_ACCESS_KEY_ID });
const letTimePass = (seconds) => aws.post(`${endpoint}/_emulator/clock`, { milliseconds: seconds * 1000 });
for (const cluster of clusters) {
  aws.changes = [];
  let result;
  try {
    result = run(aws, { DbClusterResourceId: cluster, AutomationAssumeRole: ROLE, RebootInstances: 'true' }, letTimePass);
  } catch ({ message }) {
    result = { succeeded: false, error: message, outputs: {} };
  }
  const { succeeded, error, outputs } = result;
  tell({ cluster, succeeded, error, changes: aws.changes, left: outputs['Verify.Left'] ?? [] });
}
await aws.close();
