"""A custom AWS Config rule on rdklib: does each Neptune cluster export its audit log, and is the audit log on?

The same two halves as neptune-audit-rule, with the same reads, written as rdklib's users write a rule. It is what the benchmark
compares with; it does not know of reboots, log groups, other accounts or partial failures.
"""

from rdklib import ComplianceType, ConfigRule, Evaluation, Evaluator

RESOURCE_TYPE = "AWS::RDS::DBCluster"
PARAMETER = "neptune_enable_audit_log"


class NeptuneAuditRule(ConfigRule):
    def get_assume_role_mode(self, event):
        # A function cannot assume the role of AWS Config; it works with its own.
        return False

    def evaluate_change(self, event, client_factory, configuration_item, valid_rule_parameters):
        if configuration_item["configuration"]["engine"] != "neptune":
            return [Evaluation(ComplianceType.NOT_APPLICABLE)]
        neptune = client_factory.build_client("neptune")
        answer = neptune.describe_db_clusters(DBClusterIdentifier=configuration_item["resourceName"])
        return [evaluate(cluster, parameter_of(neptune, cluster)) for cluster in answer["DBClusters"]]

    def evaluate_periodic(self, event, client_factory, valid_rule_parameters):
        neptune = client_factory.build_client("neptune")
        pages = neptune.get_paginator("describe_db_clusters").paginate(
            Filters=[{"Name": "engine", "Values": ["neptune"]}], PaginationConfig={"PageSize": 100}
        )
        parameters = {}
        evaluations = []
        for page in pages:
            for cluster in page["DBClusters"]:
                group = cluster["DBClusterParameterGroup"]
                if group not in parameters:
                    parameters[group] = parameter_of(neptune, cluster)
                evaluations.append(evaluate(cluster, parameters[group]))
        return evaluations


def parameter_of(neptune, cluster):
    pages = neptune.get_paginator("describe_db_cluster_parameters").paginate(
        DBClusterParameterGroupName=cluster["DBClusterParameterGroup"]
    )
    for page in pages:
        for parameter in page["Parameters"]:
            if parameter["ParameterName"] == PARAMETER:
                return parameter.get("ParameterValue")
    return None


def evaluate(cluster, parameter):
    resource_id = cluster["DbClusterResourceId"]
    if parameter != "1":
        annotation = f"{PARAMETER} is {parameter} in parameter group {cluster['DBClusterParameterGroup']}"
        return Evaluation(ComplianceType.NON_COMPLIANT, resource_id, RESOURCE_TYPE, annotation)
    if "audit" not in cluster.get("EnabledCloudwatchLogsExports", []):
        return Evaluation(ComplianceType.NON_COMPLIANT, resource_id, RESOURCE_TYPE, "the audit log is not exported")
    return Evaluation(ComplianceType.COMPLIANT, resource_id, RESOURCE_TYPE, "the audit log is on and exported")


def lambda_handler(event, context):
    return Evaluator(NeptuneAuditRule(), [RESOURCE_TYPE]).handle(event, context)
