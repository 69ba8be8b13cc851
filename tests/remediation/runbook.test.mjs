// What the runbook does to a cluster, seen from AWS: run by the simulator, answered by the emulator.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { KEY, World } from './world.mjs';

const ID = 'cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const OWN_GROUP = 'neptune-audit-graph-neptune1-3';
const LOG_GROUP = '/aws/neptune/graph/audit';
const LOG_GROUP_ARN = `arn:aws:logs:eu-west-1:111122223333:log-group:${LOG_GROUP}`;

/** An account with one cluster that has an intact audit trail; a test breaks it. */
function intact() {
  return {
    accounts: {
      111122223333: {
        parameter_groups: { audited: { family: 'neptune1.3', parameters: { neptune_enable_audit_log: '1' } } },
        clusters: [
          {
            identifier: 'graph',
            resource_id: ID,
            parameter_group: 'audited',
            exports: ['audit'],
            iam_authentication: true,
            members: [
              { identifier: 'graph-writer', writer: true },
              { identifier: 'graph-reader-1' },
              { identifier: 'graph-reader-2' },
            ],
          },
          // Never touched: it is there to be mistaken for the other one.
          { identifier: 'graph-2', parameter_group: 'default.neptune1.3', members: [{ identifier: 'graph-2-writer', writer: true }] },
        ],
        log_groups: [{ name: LOG_GROUP }],
      },
    },
    page_size: 1,
  };
}

const account = (fleet) => fleet.accounts['111122223333'];
const cluster = (fleet) => account(fleet).clusters.find(({ identifier }) => identifier === 'graph');
const logGroup = (fleet) => account(fleet).log_groups.find(({ name }) => name === LOG_GROUP);
const statuses = (fleet) => cluster(fleet).members.map(({ parameter_group_status }) => parameter_group_status);
const names = (calls) => calls.map(({ action }) => action.split(':')[1]);

describe('the runbook', () => {
  let world;
  before(async () => (world = await World.start()));
  after(() => world?.stop());

  /** Breaks the intact account, runs the runbook, and answers everything about it. */
  async function repair(damage, inputs = {}) {
    const fleet = intact();
    damage(fleet);
    await world.load(fleet);
    return again(inputs);
  }

  async function again(inputs = {}) {
    await world.forget();
    const result = world.repair({ DbClusterResourceId: ID, ...inputs });
    return { ...result, changes: await world.changes(), fleet: await world.fleet() };
  }

  beforeEach(() => world.clearFaults());

  test('leaves an intact cluster alone', async () => {
    const { succeeded, error, changes, outputs } = await repair(() => {});
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), []);
    assert.equal(outputs['Verify.Summary'], 'cluster graph: nothing is left to do');
  });

  test('enables a missing export and nothing else', async () => {
    const { succeeded, error, changes, fleet } = await repair((fleet) => (cluster(fleet).exports = ['slowquery']));
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), ['ModifyDBCluster']);
    assert.deepEqual(cluster(fleet).exports.toSorted(), ['audit', 'slowquery']);
  });

  test('sets a parameter that is off, and says which instances wait for a reboot', async () => {
    const { succeeded, error, changes, outputs, fleet } = await repair(
      (fleet) => (account(fleet).parameter_groups.audited.parameters.neptune_enable_audit_log = '0'),
    );
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), ['ModifyDBClusterParameterGroup']);
    assert.equal(account(fleet).parameter_groups.audited.parameters.neptune_enable_audit_log, '1');
    assert.deepEqual(statuses(fleet), ['pending-reboot', 'pending-reboot', 'pending-reboot']);
    assert.deepEqual(outputs['Verify.Left'], [
      'graph-reader-1 must be rebooted before the parameter group is in effect',
      'graph-reader-2 must be rebooted before the parameter group is in effect',
      'graph-writer must be rebooted before the parameter group is in effect',
    ]);
  });

  test('reboots readers first, one at a time, when asked', async () => {
    const { succeeded, error, fleet, outputs } = await repair(
      (fleet) => (account(fleet).parameter_groups.audited.parameters.neptune_enable_audit_log = '0'),
      { RebootInstances: 'true' },
    );
    assert.ok(succeeded, error);
    const around = world.aws.calls.filter(({ api }) => /DBInstance/.test(api)).map(({ api, params }) => [api, params.DBInstanceIdentifier]);
    const last = (api) => (name) => around.findLastIndex(([call, of]) => call === api && of === name);
    const first = (api) => (name) => around.findIndex(([call, of]) => call === api && of === name);
    const order = ['graph-reader-1', 'graph-reader-2', 'graph-writer'];
    for (const [index, name] of order.entries()) {
      assert.ok(first('RebootDBInstance')(name) < last('DescribeDBInstances')(name), `${name} is waited for`);
      if (index) {
        assert.ok(last('DescribeDBInstances')(order[index - 1]) < first('RebootDBInstance')(name), `${name} goes when the one before is back`);
      }
    }
    assert.deepEqual(statuses(fleet), ['in-sync', 'in-sync', 'in-sync']);
    assert.deepEqual(outputs['Verify.Left'], []);
  });

  test('reboots only the instances that wait for it', async () => {
    const { succeeded, error, changes } = await repair(
      (fleet) => (cluster(fleet).members[2].parameter_group_status = 'pending-reboot'),
      { RebootInstances: 'true' },
    );
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), ['RebootDBInstance']);
    assert.equal(changes[0].parameters.DBInstanceIdentifier, 'graph-reader-2');
  });

  test('gives a cluster on a default group one of its own, five minutes old before its first use', async () => {
    const { succeeded, error, changes, fleet, slept } = await repair((fleet) => {
      cluster(fleet).parameter_group = 'default.neptune1.3';
      cluster(fleet).exports = [];
    });
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), [
      'CreateDBClusterParameterGroup',
      'ModifyDBClusterParameterGroup',
      'ModifyDBCluster',
      'ModifyDBCluster',
    ]);
    assert.ok(slept >= 300, `${slept} s`);
    assert.equal(cluster(fleet).parameter_group, OWN_GROUP);
    assert.equal(account(fleet).parameter_groups[OWN_GROUP].family, 'neptune1.3');
    assert.deepEqual(cluster(fleet).exports, ['audit']);
  });

  test('goes on with the group that a broken run left behind', async () => {
    const { succeeded, error, changes } = await repair((fleet) => {
      cluster(fleet).parameter_group = 'default.neptune1.3';
      account(fleet).parameter_groups[OWN_GROUP] = { family: 'neptune1.3' };
    });
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), ['ModifyDBClusterParameterGroup', 'ModifyDBCluster']);
  });

  test('creates the log group with retention, key and protection before the export', async () => {
    const { succeeded, error, changes, fleet } = await repair(
      (fleet) => {
        cluster(fleet).exports = [];
        account(fleet).log_groups = [];
      },
      { RetentionInDays: '365', KmsKeyId: KEY, DeletionProtection: 'true' },
    );
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), [
      'CreateLogGroup',
      'PutRetentionPolicy',
      'AssociateKmsKey',
      'PutLogGroupDeletionProtection',
      'ModifyDBCluster',
    ]);
    const { retention_in_days, kms_key_id, deletion_protection } = logGroup(fleet);
    assert.deepEqual([retention_in_days, kms_key_id, deletion_protection], [365, KEY, true]);
  });

  test('creates a missing log group though nothing is asked of it', async () => {
    const { succeeded, error, changes, outputs } = await repair((fleet) => (account(fleet).log_groups = []));
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), ['CreateLogGroup']);
    assert.deepEqual(outputs['Verify.Left'], []);
  });

  test('protects a log group from deletion when asked, by its ARN, and never takes the protection away', async () => {
    const asked = await repair(() => {}, { DeletionProtection: 'true' });
    assert.ok(asked.succeeded, asked.error);
    assert.deepEqual(names(asked.changes), ['PutLogGroupDeletionProtection']);
    assert.deepEqual(asked.changes[0].parameters, { logGroupIdentifier: LOG_GROUP_ARN, deletionProtectionEnabled: true });
    assert.equal(logGroup(asked.fleet).deletion_protection, true);
    for (const DeletionProtection of ['true', 'false']) {
      const later = await again({ DeletionProtection });
      assert.ok(later.succeeded, later.error);
      assert.deepEqual(names(later.changes), []);
      assert.equal(logGroup(later.fleet).deletion_protection, true);
    }
  });

  test('leaves a retention that a policy of the account decides, and says so', async () => {
    const inputs = { RetentionInDays: '365', ShortenRetention: 'true' };
    const { succeeded, error, changes, outputs } = await repair(
      (fleet) => {
        const document = JSON.stringify({ RetentionInDays: 30 });
        account(fleet).account_policies = [{ name: 'keep-logs', policy_type: 'RETENTION_POLICY', document }];
        Object.assign(logGroup(fleet), { retention_policy: 'keep-logs', retention_in_days: 30 });
      },
      inputs,
    );
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), []);
    assert.deepEqual(outputs['Verify.Left'], [
      `${LOG_GROUP} keeps its retention (30 days): the account's retention policy keep-logs decides it`,
    ]);
  });

  test('never turns on IAM authentication, and says that callers are not named', async () => {
    const { succeeded, error, changes, outputs, fleet } = await repair((fleet) => (cluster(fleet).iam_authentication = false));
    assert.ok(succeeded, error);
    assert.deepEqual(names(changes), []);
    assert.equal(cluster(fleet).iam_authentication, false);
    assert.match(outputs['Verify.Summary'], /^cluster graph: the audit log does not name callers: IAM authentication is off/);
  });

  test('says which permission is missing where a reboot is asked for and the role may not', async () => {
    const { succeeded, error, changes } = await repair(
      (fleet) => {
        cluster(fleet).members[1].parameter_group_status = 'pending-reboot';
        cluster(fleet).exports = [];
        account(fleet).denied = ['rds:RebootDBInstance'];
      },
      { RebootInstances: 'true' },
    );
    assert.ok(!succeeded);
    assert.match(error, /RebootDBInstance: AccessDenied/);
    // All else is repaired by then.
    assert.deepEqual(names(changes), ['ModifyDBCluster', 'RebootDBInstance']);
  });

  test('keeps a longer retention, says so, and shortens it only when asked', async () => {
    const kept = await repair((fleet) => (account(fleet).log_groups = [{ name: LOG_GROUP }]), { RetentionInDays: '365' });
    assert.ok(kept.succeeded, kept.error);
    assert.deepEqual(names(kept.changes), []);
    assert.match(kept.outputs['Verify.Summary'], /keeps its longer retention \(never expires\)/);
    const shortened = await again({ RetentionInDays: '365', ShortenRetention: 'true' });
    assert.ok(shortened.succeeded, shortened.error);
    assert.deepEqual(names(shortened.changes), ['PutRetentionPolicy']);
  });

  test('repairs both logs in one run', async () => {
    const { succeeded, error, fleet, changes } = await repair(
      (fleet) => {
        account(fleet).parameter_groups.audited.parameters = {};
        account(fleet).log_groups = [];
        cluster(fleet).exports = [];
      },
      { LogTypes: 'audit, slowquery', RetentionInDays: '90' },
    );
    assert.ok(succeeded, error);
    assert.equal(changes.length, 8);
    assert.deepEqual(account(fleet).parameter_groups.audited.parameters, {
      neptune_enable_audit_log: '1',
      neptune_enable_slow_query_log: 'info',
    });
    assert.deepEqual(cluster(fleet).exports.toSorted(), ['audit', 'slowquery']);
    assert.deepEqual(account(fleet).log_groups.map(({ name }) => name).toSorted(), [LOG_GROUP, '/aws/neptune/graph/slowquery']);
  });

  test('changes nothing when it runs a second time', async () => {
    const inputs = {
      LogTypes: 'audit,slowquery',
      RebootInstances: 'true',
      RetentionInDays: '365',
      ShortenRetention: 'true',
      KmsKeyId: KEY,
      DeletionProtection: 'true',
    };
    const first = await repair((fleet) => {
      cluster(fleet).parameter_group = 'default.neptune1.3';
      cluster(fleet).exports = [];
    }, inputs);
    assert.ok(first.succeeded, first.error);
    const second = await again(inputs);
    assert.ok(second.succeeded, second.error);
    assert.deepEqual(names(second.changes), []);
    assert.deepEqual(second.outputs['Verify.Left'], []);
  });

  test('reads on when it is throttled', async () => {
    await world.load(intact());
    for (const action of ['rds:DescribeDBClusters', 'rds:DescribeDBClusterParameters', 'logs:DescribeLogGroups']) {
      await world.fault({ action, kind: 'throttle', times: 1 });
    }
    const { succeeded, error } = await again({ RetentionInDays: '365' });
    assert.ok(succeeded, error);
  });

  test('never touches another cluster', async () => {
    const { fleet } = await repair((fleet) => (cluster(fleet).parameter_group = 'default.neptune1.3'), { RebootInstances: 'true' });
    const other = account(fleet).clusters.find(({ identifier }) => identifier === 'graph-2');
    assert.equal(other.parameter_group, 'default.neptune1.3');
    assert.deepEqual(other.members.map(({ parameter_group_status }) => parameter_group_status), ['in-sync']);
  });

  describe('with a parameter group that other clusters share', () => {
    const share = (fleet) => {
      account(fleet).parameter_groups.audited.parameters.neptune_enable_audit_log = '0';
      account(fleet).clusters[1].parameter_group = 'audited';
    };

    test('refuses before the first change, and names them', async () => {
      const { succeeded, error, changes } = await repair(share, { RetentionInDays: '365' });
      assert.ok(!succeeded);
      assert.match(error, /parameter group audited also belongs to graph-2: nothing was changed/);
      assert.deepEqual(names(changes), []);
    });

    test('goes on when told to, and names them', async () => {
      const { succeeded, error, outputs } = await repair(share, { SharedParameterGroup: 'proceed' });
      assert.ok(succeeded, error);
      assert.equal(outputs['Inspect.OtherClusters'], 'graph-2');
      assert.match(outputs['Verify.Summary'], /graph-2: changed too, sharing audited/);
    });
  });

  describe('refuses, before the first change,', () => {
    for (const [situation, damage, reason] of [
      ['an unknown cluster', (fleet) => (cluster(fleet).resource_id = 'cluster-ANOTHER'), /is not a Neptune cluster/],
      ['a cluster of another engine', (fleet) => (cluster(fleet).engine = 'docdb'), /is not a Neptune cluster/],
      ['a busy cluster', (fleet) => (cluster(fleet).status = 'modifying'), /graph is modifying, not available/],
    ]) {
      test(situation, async () => {
        const { succeeded, error, changes } = await repair((fleet) => {
          cluster(fleet).exports = [];
          damage(fleet);
        });
        assert.ok(!succeeded);
        assert.match(error, reason);
        assert.deepEqual(names(changes), []);
      });
    }
  });

  describe('broken off at any call', () => {
    const broken = (fleet) => {
      cluster(fleet).parameter_group = 'default.neptune1.3';
      cluster(fleet).exports = [];
      account(fleet).log_groups = [];
    };
    const inputs = {
      RebootInstances: 'true',
      RetentionInDays: '365',
      ShortenRetention: 'true',
      KmsKeyId: KEY,
      DeletionProtection: 'true',
    };

    for (const action of [
      'logs:CreateLogGroup',
      'logs:PutRetentionPolicy',
      'logs:AssociateKmsKey',
      'logs:PutLogGroupDeletionProtection',
      'rds:CreateDBClusterParameterGroup',
      'rds:ModifyDBClusterParameterGroup',
      'rds:ModifyDBCluster',
      'rds:RebootDBInstance',
    ]) {
      test(`${action}: says so, harms nothing, and the next run finishes`, async () => {
        const refused = await repair((fleet) => {
          broken(fleet);
          account(fleet).denied = [action];
        }, inputs);
        assert.ok(!refused.succeeded);
        assert.match(refused.error, /AccessDenied/);
        assert.equal(cluster(refused.fleet).status, 'available');
        const values = account(refused.fleet).parameter_groups[cluster(refused.fleet).parameter_group]?.parameters ?? {};
        assert.ok(cluster(refused.fleet).parameter_group === 'default.neptune1.3' || values.neptune_enable_audit_log === '1');

        account(refused.fleet).denied = [];
        await world.load(refused.fleet);
        const finished = await again(inputs);
        assert.ok(finished.succeeded, finished.error);
        assert.deepEqual(finished.outputs['Verify.Left'], []);
        assert.deepEqual(statuses(finished.fleet), ['in-sync', 'in-sync', 'in-sync']);
      });
    }
  });
});
