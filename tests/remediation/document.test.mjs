// The runbook against the JSON schema of aws-ssm-document-language-service.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import Ajv from 'ajv';
import yaml from 'js-yaml';
import { RUNBOOK } from './simulator.mjs';

const require = createRequire(import.meta.url);

/**
 * The published schema, grown by what Automation learned after it: the runtime python3.11 and the for-each form of
 * `aws:loop`, whose steps are steps as good as any.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
 */
function documentSchema() {
  const { $schema, ...schema } = JSON.parse(readFileSync(require.resolve('aws-ssm-document-language-service/dist/schema.json')));
  const step = schema.properties.mainSteps.items;
  const script = step.allOf.find(({ if: { properties } }) => properties.action.const === 'aws:executeScript');
  script.then.properties.inputs.properties.Runtime.oneOf[0].enum.push('python3.11');
  step.properties.action.enum.push('aws:loop');
  step.allOf.push({
    if: { properties: { action: { const: 'aws:loop' } } },
    then: {
      properties: {
        inputs: {
          required: ['Iterators', 'Steps'],
          additionalProperties: false,
          properties: {
            Iterators: { type: ['string', 'array'] },
            IteratorDataType: { enum: ['Boolean', 'Integer', 'String', 'StringMap'] },
            Steps: { type: 'array', minItems: 1, items: { $ref: '#/properties/mainSteps/items' } },
          },
        },
      },
    },
  });
  return schema;
}

// The patterns of the schema are older than the rules of unicode expressions.
const validate = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }).compile(documentSchema());
const load = () => yaml.load(readFileSync(RUNBOOK, 'utf8'));
const errors = (document) => (validate(document) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`));

test('the runbook is a valid document', () => {
  assert.deepEqual(errors(load()), []);
});

const damages = {
  'a misspelt key of a step': (document) => (document.mainSteps[0].onFail = 'Abort'),
  'an action that does not exist': (document) => (document.mainSteps[0].action = 'aws:executeScripts'),
  'an action that does not exist, in a loop': (document) =>
    (document.mainSteps.find(({ action }) => action === 'aws:loop').inputs.Steps[0].action = 'aws:callApi'),
  'a step without a name': (document) => delete document.mainSteps[1].name,
  'a runtime that does not exist': (document) => (document.mainSteps[0].inputs.Runtime = 'python2.7'),
  'a parameter of an unknown type': (document) => (document.parameters.LogTypes.type = 'Text'),
  'an API call without a service': (document) => delete document.mainSteps.find(({ name }) => name === 'SetAudit').inputs.Service,
};
for (const [situation, damage] of Object.entries(damages)) {
  test(`the schema notices ${situation}`, () => {
    const document = load();
    damage(document);
    assert.notDeepEqual(errors(document), []);
  });
}
