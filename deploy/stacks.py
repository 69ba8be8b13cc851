"""What the scripts beside this one ask of a stack that is deployed already."""

import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError


def describe(stack, region):
    """The parameters and the outputs of a stack; ends the program with AWS's own words where it cannot be asked."""
    try:
        (found,) = boto3.client("cloudformation", region_name=region).describe_stacks(StackName=stack)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"The stack {stack} cannot be found in {region}: {error}\nDeploy it first, with CreateRule=false: make deploy")
    parameters = {parameter["ParameterKey"]: parameter["ParameterValue"] for parameter in found.get("Parameters", [])}
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return parameters, outputs


def function_without_rule(stack, region):
    """The function of a stack, and the stack's parameters. One that brings a rule of its own is refused."""
    parameters, outputs = describe(stack, region)
    if parameters.get("CreateRule") != "false":
        sys.exit(f"The stack {stack} brings a rule of its own, so clusters would be judged, and paid for, twice.\nDeploy it again with CreateRule=false.")
    return outputs["FunctionArn"], parameters
