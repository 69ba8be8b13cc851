// Runs the runbook in the simulator of @cdklabs/cdk-ssm-documents, which executes every step type of the runbook but one.
// `aws:loop` is younger than the simulator, so its for-each form is added here, made of the simulator's own parts: each
// round is an ordinary chain of steps. And its scripts, which the simulator gives ten seconds on another thread, get the
// time that Automation gives them. Everything else is the simulator's.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { App, Stack } = require('aws-cdk-lib');
const { AutomationStep, ResponseCode, Simulation, StringDocument, StringStep } = require('@cdklabs/cdk-ssm-documents');
const { AutomationStepSimulation } = require('@cdklabs/cdk-ssm-documents/lib/simulation/automation-step-simulation');
const { PythonScriptHandler } = require('@cdklabs/cdk-ssm-documents/lib/script/python-script-handler');
const { NonRetriableException } = require('@cdklabs/cdk-ssm-documents/lib/domain/non-retriable-exception');

export const RUNBOOK = fileURLToPath(new URL('../../remediation/NeptuneAuditLog-Enable.yaml', import.meta.url));

// As the service does, so that a runbook that outgrows it fails here.
const MAXIMUM_ITERATIONS = 100;
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
const MAXIMUM_SCRIPT_MS = 600_000;
// A wait that has not ended after a virtual day never will: the simulator measures real time, which does not pass.
const MAXIMUM_SLEEP_SECONDS = 86_400;

const references = (value) =>
  [...JSON.stringify(value).matchAll(/{{\s*(.*?)\s*}}/g)].map(([, reference]) => reference);

// The message without the stack: of an error of JavaScript its first line, of a script in Python the last.
function reason(stackTrace) {
  const lines = stackTrace?.split(/\n\s+at /)[0].trim().split('\n') ?? [];
  const raised = lines.findLast((line) => /^[\w.]+(Error|Exception): |^Exception: /.test(line) && !line.startsWith('Error: '));
  return lines[0]?.startsWith('Traceback') ? raised : lines[0];
}

class LoopStep extends AutomationStep {
  action = 'aws:loop';

  constructor(scope, props) {
    super(scope, props.name, { name: props.name });
    const { Iterators, LoopCondition, Steps } = props.inputs;
    if (LoopCondition || !Iterators) throw new Error(`${props.name}: only the for-each form is simulated`);
    [this.iterators] = references(Iterators);
    this.steps = Steps.map((step) => StringStep.fromObject(this, step).automationStep);
    this.steps.forEach((step, index) => {
      step.nextStep = this.steps[index + 1];
      step.allStepsInExecution = this.steps;
    });
    const inner = [props.name, ...Steps.map((step) => step.name)];
    this.needed = references([Iterators, Steps]).filter((reference) => !inner.includes(reference.split('.')[0]));
  }

  listInputs() {
    return this.needed;
  }

  simulate(inputs, props) {
    const values = inputs[this.iterators];
    if (!Array.isArray(values)) throw new NonRetriableException(`${this.name}: ${this.iterators} is not a list`);
    if (values.length > MAXIMUM_ITERATIONS) throw new Error(`${this.name}: more than ${MAXIMUM_ITERATIONS} iterations`);
    values.forEach((value, index) => {
      const round = { [`${this.name}.CurrentIteratorValue`]: value, [`${this.name}.CurrentIteration`]: index + 1 };
      const result = new AutomationStepSimulation(this.steps[0], props).invoke({ ...inputs, ...round });
      if (result.responseCode !== ResponseCode.SUCCESS) throw new Error(`${this.name}: ${value}: ${reason(result.stackTrace)}`);
    });
    return {};
  }
}

// The simulator wants to be told that a step has no outputs.
const ordinaryStep = StringStep.fromObject;
StringStep.fromObject = (scope, props) =>
  props.action === 'aws:loop'
    ? { addToDocument: (doc) => doc.addStep(new LoopStep(scope, props)) }
    : ordinaryStep(scope, { outputs: [], ...props });

const ordinarySimulation = AutomationStepSimulation.prototype.mySimulation;
AutomationStepSimulation.prototype.mySimulation = function () {
  const { step, props } = this;
  if (step.action !== 'aws:loop') return ordinarySimulation.call(this);
  return { executeStep: (inputs) => step.simulate(inputs, props), nextStep: () => step.nextStep };
};

const ENTRY = require.resolve('@cdklabs/cdk-ssm-documents/python/python_script_entry.py');
PythonScriptHandler.prototype.run = (path, handler, params) => {
  const { stdout, stderr, error } = spawnSync('python3', [ENTRY, path, handler, JSON.stringify(params)], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    timeout: MAXIMUM_SCRIPT_MS,
  });
  if (error || !stdout) throw new Error(`python3: ${error ?? stderr}`);
  const result = JSON.parse(stdout.trim().split('\n').at(-1));
  if (result.status === 'FAILURE') throw new Error(result.Payload);
  return result;
};

// Steps are observed where the simulator begins each of them.
let observe = () => {};
const ordinaryInvoke = AutomationStepSimulation.prototype.invoke;
AutomationStepSimulation.prototype.invoke = function (inputs) {
  observe(this.step);
  return ordinaryInvoke.call(this, inputs);
};

/**
 * Runs the runbook and answers whether it succeeded, its outputs, its steps and its error.
 * `aws` makes the calls. `onSleep` is told of each sleep, in seconds, and may let the clock of the other side go on;
 * `onStep` is told of each step as it begins.
 */
export function run(aws, inputs, onSleep = () => {}, onStep = () => {}) {
  let slept = 0;
  const sleepHook = {
    sleep(milliseconds) {
      slept += milliseconds / 1000;
      if (slept > MAXIMUM_SLEEP_SECONDS) throw new NonRetriableException('the runbook waits for something that never comes');
      onSleep(milliseconds / 1000);
    },
  };
  const { log, error } = console;
  // The simulator leaves the scripts of the runbook in the folder for temporary files.
  const { TMPDIR } = process.env;
  const scripts = mkdtempSync(join(tmpdir(), 'runbook-'));
  process.env.TMPDIR = scripts;
  observe = onStep;
  console.log = console.error = () => {};
  try {
    const document = StringDocument.fromFile(new Stack(new App(), 'Simulation'), 'Runbook', RUNBOOK);
    const result = Simulation.ofAutomation(document, { awsInvoker: aws, sleepHook }).simulate({ ...inputs });
    return {
      succeeded: result.responseCode === ResponseCode.SUCCESS,
      outputs: result.outputs ?? {},
      steps: result.executedSteps,
      error: reason(result.stackTrace),
      slept,
    };
  } finally {
    observe = () => {};
    Object.assign(console, { log, error });
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
    rmSync(scripts, { recursive: true });
  }
}
