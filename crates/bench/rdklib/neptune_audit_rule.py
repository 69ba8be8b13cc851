"""A custom AWS Config rule on rdklib: does each Neptune cluster export its audit log, is the audit log on, and is there a log group?

The same question as neptune-audit-rule asks by default, with the same reads, written as rdklib's users write a rule. It is what the
benchmark compares with; it does not know of reboots, log groups that are not there yet, other accounts or partial failures.
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
        evaluations = []
        for cluster in answer["DBClusters"]:
            groups = log_groups(client_factory, log_group_of(cluster))
            evaluations.append(evaluate(cluster, parameter_of(neptune, cluster), groups))
        return evaluations

    def evaluate_periodic(self, event, client_factory, valid_rule_parameters):
        neptune = client_factory.build_client("neptune")
        pages = neptune.get_paginator("describe_db_clusters").paginate(
            Filters=[{"Name": "engine", "Values": ["neptune"]}], PaginationConfig={"PageSize": 100}
        )
        groups = log_groups(client_factory, "/aws/neptune/")
        parameters = {}
        evaluations = []
        for page in pages:
            for cluster in page["DBClusters"]:
                group = cluster["DBClusterParameterGroup"]
                if group not in parameters:
                    parameters[group] = parameter_of(neptune, cluster)
                evaluations.append(evaluate(cluster, parameters[group], groups))
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


def log_group_of(cluster):
    return f"/aws/neptune/{cluster['DBClusterIdentifier']}/audit"


def log_groups(client_factory, prefix):
    pages = client_factory.build_client("logs").get_paginator("describe_log_groups").paginate(
        logGroupNamePrefix=prefix, PaginationConfig={"PageSize": 50}
    )
    return {group["logGroupName"] for page in pages for group in page["logGroups"]}


def evaluate(cluster, parameter, groups):
    resource_id = cluster["DbClusterResourceId"]
    if parameter != "1":
        annotation = f"{PARAMETER} is {parameter} in parameter group {cluster['DBClusterParameterGroup']}"
        return Evaluation(ComplianceType.NON_COMPLIANT, resource_id, RESOURCE_TYPE, annotation)
    if "audit" not in cluster.get("EnabledCloudwatchLogsExports", []):
        return Evaluation(ComplianceType.NON_COMPLIANT, resource_id, RESOURCE_TYPE, "the audit log is not exported")
    if log_group_of(cluster) not in groups:
        annotation = f"there is no log group {log_group_of(cluster)}"
        return Evaluation(ComplianceType.NON_COMPLIANT, resource_id, RESOURCE_TYPE, annotation)
    return Evaluation(ComplianceType.COMPLIANT, resource_id, RESOURCE_TYPE, "the audit log is on, exported and kept")


def lambda_handler(event, context):
    return Evaluator(NeptuneAuditRule(), [RESOURCE_TYPE]).handle(event, context)
