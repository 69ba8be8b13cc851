// The runbook against moto, which nobody here wrote. It knows no default parameter groups, ignores a change of the exports,
// can neither give a key to a log group nor protect one, and has no Neptune cluster with IAM authentication; the rest of the
// chain is the runbook's own way of calling AWS.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { Aws } from './aws.mjs';
import { run } from './simulator.mjs';
import { preparePython, ROLE } from './world.mjs';

const GROUP = 'audited';
const LOG_GROUP = '/aws/neptune/graph/audit';

let moto;
let aws;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return port;
}

const call = (service, api, params) => aws.invoke({ service, awsApi: api, awsParams: params });
const changes = () => aws.calls.map(({ api }) => api).filter((api) => !api.startsWith('Describe'));

before(async () => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  aws = new Aws({ endpoint, ...preparePython(endpoint) });
  moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  const ready = async () => (await fetch(`${endpoint}/moto-api/data.json`).catch(() => ({ ok: false }))).ok;
  for (let tries = 0; !(await ready()); tries++) {
    assert.ok(tries < 300 && moto.exitCode === null, 'moto did not start');
    await pause(100);
  }
});

after(async () => {
  await aws?.close();
  moto?.kill('SIGKILL');
});

test('moto: the parameter, the log group and the reboots are made, and a second run changes nothing', () => {
  const group = { DBClusterParameterGroupName: GROUP };
  call('neptune', 'CreateDBClusterParameterGroup', { ...group, DBParameterGroupFamily: 'neptune1.3', Description: 'x' });
  call('neptune', 'ModifyDBClusterParameterGroup', {
    ...group,
    // moto lists only what somebody set.
    Parameters: [{ ParameterName: 'neptune_enable_audit_log', ParameterValue: '0', ApplyMethod: 'pending-reboot' }],
  });
  const cluster = { DBClusterIdentifier: 'graph', Engine: 'neptune' };
  const { DBCluster } = call('neptune', 'CreateDBCluster', { ...cluster, ...group, EnableCloudwatchLogsExports: ['audit'] });
  for (const name of ['graph-writer', 'graph-reader']) {
    call('neptune', 'CreateDBInstance', { ...cluster, DBInstanceIdentifier: name, DBInstanceClass: 'db.r6g.large' });
  }
  const inputs = {
    AutomationAssumeRole: ROLE,
    DbClusterResourceId: DBCluster.DbClusterResourceId,
    RebootInstances: 'true',
    RetentionInDays: '365',
  };

  aws.calls.length = 0;
  const first = run(aws, inputs);
  assert.ok(first.succeeded, first.error);
  assert.deepEqual(changes(), ['CreateLogGroup', 'PutRetentionPolicy', 'ModifyDBClusterParameterGroup', 'RebootDBInstance', 'RebootDBInstance']);
  const { Parameters } = call('neptune', 'DescribeDBClusterParameters', group);
  assert.equal(Parameters.find(({ ParameterName }) => ParameterName === 'neptune_enable_audit_log').ParameterValue, '1');
  const { logGroups } = call('logs', 'DescribeLogGroups', { logGroupNamePrefix: LOG_GROUP });
  assert.deepEqual(logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]), [[LOG_GROUP, 365]]);

  aws.calls.length = 0;
  const second = run(aws, inputs);
  assert.ok(second.succeeded, second.error);
  assert.deepEqual(changes(), []);
  assert.equal(second.outputs['Verify.Left'].length, 1);
  assert.match(second.outputs['Verify.Left'][0], /^the audit log does not name callers: IAM authentication is off/);
});

test('moto: an export that does not come about is a failure, not a success', () => {
  const { DBCluster } = call('neptune', 'CreateDBCluster', {
    DBClusterIdentifier: 'unexported',
    Engine: 'neptune',
    DBClusterParameterGroupName: GROUP,
  });
  const { succeeded, error } = run(aws, { AutomationAssumeRole: ROLE, DbClusterResourceId: DBCluster.DbClusterResourceId });
  assert.ok(!succeeded);
  assert.match(error, /cluster unexported: audit is still not exported/);
});
