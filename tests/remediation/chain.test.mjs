// From NON_COMPLIANT to COMPLIANT: the function's own binary judges each broken cluster of the demo, the runbook repairs
// it, and the binary judges it again.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { demoFleet, KEY, World } from './world.mjs';

const HOME = '111122223333';
const clusters = demoFleet().accounts[HOME].clusters;

/** What the runbook leaves as it is, and says: somebody else's upgrade, and an export that is already on its way. */
const LEFT_ALONE = {
  'device-registry': /device-registry-2 \(pending-database-upgrade\) is not in sync/,
  recommendations: /the export of audit is still being enabled/,
};

/** What it says of a cluster without IAM authentication, which it never turns on. */
const UNNAMED = /^the audit log does not name callers: IAM authentication is off/;

/** Codes that every rule looks for. */
const ALWAYS = ['PARAMETER_OFF', 'NOT_IN_EFFECT', 'EXPORT_OFF', 'EXPORT_PENDING'];

const RULES = {
  'the rule as it is by default': { rule: {}, inputs: {}, tag: 'expected', codes: null },
  'a rule about log groups': {
    rule: { minimumRetentionDays: '90', maximumRetentionDays: '400', logGroupEncrypted: 'true', logGroupDeletionProtected: 'true' },
    inputs: { RetentionInDays: '365', ShortenRetention: 'true', KmsKeyId: KEY, DeletionProtection: 'true' },
    tag: 'expected:strict',
    // The strict rule of the demo also asks for callers, metric filters, forwarding and events, which nobody can repair from outside.
    codes: ['LOG_GROUP_MISSING', 'RETENTION_TOO_SHORT', 'RETENTION_TOO_LONG', 'NOT_ENCRYPTED', 'DELETABLE'],
  },
};

/** The clusters that a rule finds broken, with the codes that the demo's fleet says it finds. */
function broken({ tag, codes }) {
  return clusters.flatMap((cluster) => {
    const [verdict, ...found] = cluster.tags[tag].split(' ');
    const wanted = verdict === 'NON_COMPLIANT' && (!codes || found.some((code) => codes.includes(code)));
    if (!wanted) return [];
    const { resource_id: id, identifier: name, iam_authentication: named = false } = cluster;
    return [{ id, name, named, fate: cluster.tags.fate, found: found.filter((code) => !codes || [...ALWAYS, ...codes].includes(code)) }];
  });
}

describe('the chain', () => {
  let world;
  before(async () => (world = await World.start({ withFunction: true })));
  after(() => world?.stop());

  for (const [title, { rule, inputs, ...which }] of Object.entries(RULES)) {
    describe(`under ${title}`, () => {
      for (const { id, name, named, fate, found } of broken(which)) {
        test(`${name} (${fate}): ${name in LEFT_ALONE ? 'stays broken, and it is said why' : 'is repaired'}`, async () => {
          await world.load(demoFleet());
          const before = (await world.evaluate(rule)).verdicts;
          assert.match(before[id], /^NON_COMPLIANT/);
          for (const code of found) assert.match(before[id], new RegExp(`\\b${code}\\b`));

          let repaired = world.repair({ DbClusterResourceId: id, ...inputs });
          assert.ok(repaired.succeeded, repaired.error);
          let { verdicts } = await world.evaluate(rule);
          if (name in LEFT_ALONE) {
            assert.match(repaired.outputs['Verify.Summary'], LEFT_ALONE[name]);
            assert.deepEqual((await world.changes()).filter(({ action }) => action.startsWith('rds:')), []);
            assert.match(verdicts[id], /^NON_COMPLIANT/);
            return;
          }
          if (repaired.outputs['Verify.Left'].some((left) => left.includes('must be rebooted'))) {
            // The runbook and the rule agree: set, but not in effect before a reboot.
            assert.match(verdicts[id], /^NON_COMPLIANT: .*NOT_IN_EFFECT/);
            repaired = world.repair({ DbClusterResourceId: id, ...inputs, RebootInstances: 'true' });
            assert.ok(repaired.succeeded, repaired.error);
            ({ verdicts } = await world.evaluate(rule));
          }
          assert.match(verdicts[id], /^COMPLIANT/);
          const left = repaired.outputs['Verify.Left'];
          assert.deepEqual(left.filter((sentence) => !UNNAMED.test(sentence)), []);
          assert.equal(left.length, named ? 0 : 1);
          // Nobody else was touched.
          const others = (all) => Object.entries(all).filter(([other]) => other !== id);
          assert.deepEqual(others(verdicts).map(([other, verdict]) => [other, verdict.split(':')[0]]).toSorted(),
            others(before).map(([other, verdict]) => [other, verdict.split(':')[0]]).toSorted());
        });
      }
    });
  }
});
