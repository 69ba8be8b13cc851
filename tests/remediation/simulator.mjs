// Runs the runbook in the simulator of @cdklabs/cdk-ssm-documents, which executes every step type of the runbook but one.
// `aws:loop` is younger than the simulator, so its for-each form is added here, made of the simulator's own parts: each
// round is an ordinary chain of steps. Everything else is the simulator's.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const { App, Stack } = require('aws-cdk-lib');
const { AutomationStep, ResponseCode, Simulation, StringDocument, StringStep } = require('@cdklabs/cdk-ssm-documents');
const { AutomationStepSimulation } = require('@cdklabs/cdk-ssm-documents/lib/simulation/automation-step-simulation');
const { NonRetriableException } = require('@cdklabs/cdk-ssm-documents/lib/domain/non-retriable-exception');

export const RUNBOOK = fileURLToPath(new URL('../../remediation/NeptuneAuditLog-Enable.yaml', import.meta.url));

// As the service does, so that a runbook that outgrows it fails here.
const MAXIMUM_ITERATIONS = 100;
// A wait that has not ended after a virtual day never will: the simulator measures real time, which does not pass.
const MAXIMUM_SLEEP_SECONDS = 86_400;

const references = (value) =>
  [...JSON.stringify(value).matchAll(/{{\s*(.*?)\s*}}/g)].map(([, reference]) => reference);

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
      if (result.responseCode !== ResponseCode.SUCCESS) throw new Error(`${this.name}: ${value}: ${result.stackTrace.split(/\n\s+at /)[0]}`);
    });
    return {};
  }
}

const ordinaryStep = StringStep.fromObject;
StringStep.fromObject = (scope, props) =>
  props.action === 'aws:loop' ? { addToDocument: (doc) => doc.addStep(new LoopStep(scope, props)) } : ordinaryStep(scope, props);

const ordinarySimulation = AutomationStepSimulation.prototype.mySimulation;
AutomationStepSimulation.prototype.mySimulation = function () {
  const { step, props } = this;
  if (step.action !== 'aws:loop') return ordinarySimulation.call(this);
  return { executeStep: (inputs) => step.simulate(inputs, props), nextStep: () => step.nextStep };
};

/**
 * Runs the runbook and answers whether it succeeded, its outputs, its steps and its error.
 * `aws` makes the calls; `onSleep` is told of each sleep, in seconds, and may let the clock of the other side go on.
 */
export function run(aws, inputs, onSleep = () => {}) {
  let slept = 0;
  const sleepHook = {
    sleep(milliseconds) {
      slept += milliseconds / 1000;
      if (slept > MAXIMUM_SLEEP_SECONDS) throw new NonRetriableException('the runbook waits for something that never comes');
      onSleep(milliseconds / 1000);
    },
  };
  const { log, error } = console;
  console.log = console.error = () => {};
  try {
    const document = StringDocument.fromFile(new Stack(new App(), 'Simulation'), 'Runbook', RUNBOOK);
    const result = Simulation.ofAutomation(document, { awsInvoker: aws, sleepHook }).simulate({ ...inputs });
    return {
      succeeded: result.responseCode === ResponseCode.SUCCESS,
      outputs: result.outputs ?? {},
      steps: result.executedSteps,
      error: result.stackTrace?.split(/\n\s+at /)[0],
      slept,
    };
  } finally {
    Object.assign(console, { log, error });
  }
}
