"""What the runbook's script concludes from the state of an account. Calls go through botocore, up to the wire."""

import time
import types

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from runbook import load_runbook, scripts

ID = "cluster-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER_KEY = "arn:aws:kms:eu-west-1:111122223333:key/00000000-12ab-34cd-56ef-1234567890ab"
OFF = {"neptune_enable_audit_log": "0", "neptune_enable_slow_query_log": "disable", "neptune_query_timeout": "120000"}
ON = {**OFF, "neptune_enable_audit_log": "1"}
# One session, so that the models of the services are read once.
SESSION = boto3.Session()


class Account:
    """An account with one cluster that has an intact audit trail, for a test to break. Each page holds two entries."""

    def __init__(self):
        self.clusters = [
            {"DBClusterIdentifier": name, "DbClusterResourceId": resource_id, "Engine": engine, "Status": "available",
             "DBClusterArn": f"arn:aws:rds:eu-west-1:111122223333:cluster:{name}", "DBClusterParameterGroup": group,
             "EnabledCloudwatchLogsExports": ["audit"], "IAMDatabaseAuthenticationEnabled": True, "DBClusterMembers": []}
            for name, resource_id, engine, group in [
                ("aurora", "cluster-AURORA", "aurora-mysql", "audited"),
                ("other", "cluster-OTHER", "neptune", "elsewhere"),
                ("another", "cluster-ANOTHER", "neptune", "elsewhere"),
                ("graph", ID, "neptune", "audited"),
            ]
        ]
        self.graph = self.clusters[-1]
        self.graph["DBClusterMembers"] = [member("writer", True), member("reader-1"), member("reader-2")]
        self.groups = {"audited": ("neptune1.3", dict(ON)), "elsewhere": ("neptune1.3", dict(ON)),
                       "default.neptune1.3": ("neptune1.3", dict(OFF))}
        self.log_groups = [{"logGroupName": f"/aws/neptune/graph/{kind}"} for kind in ("audit", "slowquery")]
        self.asked = []

    def client(self, service, config):
        client = SESSION.client(service, region_name="eu-west-1", config=config, aws_access_key_id="a", aws_secret_access_key="b")
        client.meta.events.register("before-parameter-build", lambda params, context, **_: context.update(asked=params))
        client.meta.events.register("before-call", lambda model, context, **_: self.answer(model.name, context["asked"]))
        return client

    def answer(self, operation, asked):
        self.asked.append(operation)
        status, body = getattr(self, operation)(**asked)
        return AWSResponse("", status, {}, None), {**body, "ResponseMetadata": {"HTTPStatusCode": status}}

    @staticmethod
    def page(key, items, token_name, token):
        start = int(token or 0)
        more = {token_name: str(start + 2)} if start + 2 < len(items) else {}
        return 200, {key: items[start:start + 2], **more}

    def DescribeDBClusters(self, Filters=(), Marker=None):
        # The service's filter is not trusted: here it lets everything through.
        return self.page("DBClusters", self.clusters, "Marker", Marker)

    def DescribeDBClusterParameterGroups(self, DBClusterParameterGroupName):
        if DBClusterParameterGroupName not in self.groups:
            return 404, {"Error": {"Code": "DBParameterGroupNotFound", "Message": "DBClusterParameterGroup not found"}}
        family = self.groups[DBClusterParameterGroupName][0]
        return 200, {"DBClusterParameterGroups": [{"DBParameterGroupFamily": family}]}

    def DescribeDBClusterParameters(self, DBClusterParameterGroupName, Marker=None):
        values = self.groups[DBClusterParameterGroupName][1]
        items = [{"ParameterName": name} | ({"ParameterValue": value} if value is not None else {})
                 for name, value in sorted(values.items(), reverse=True)]
        return self.page("Parameters", items, "Marker", Marker)

    def DescribeLogGroups(self, logGroupNamePrefix, nextToken=None):
        items = [{"creationTime": 0, **group} for group in self.log_groups if group["logGroupName"].startswith(logGroupNamePrefix)]
        return self.page("logGroups", items, "nextToken", nextToken)


def member(name, writer=False, status="in-sync"):
    return {"DBInstanceIdentifier": name, "IsClusterWriter": writer, "DBClusterParameterGroupStatus": status}


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def run(account, monkeypatch):
    """Runs a handler of the runbook's script in the account."""
    monkeypatch.setattr(boto3, "client", account.client)
    script = types.ModuleType("script")
    exec(compile(scripts(load_runbook())[0], "script", "exec"), script.__dict__)

    def handler(name="inspect", **changed):
        inputs = {"DbClusterResourceId": ID, "LogTypes": "audit", "RebootInstances": "false", "RetentionInDays": "",
                  "ShortenRetention": "false", "KmsKeyId": "", "DeletionProtection": "false", "SharedParameterGroup": "refuse"}
        if name == "verify":
            inputs |= {"WaitingInstances": "none", "OtherClusters": "none"}
        return getattr(script, name)(inputs | changed, None)

    return handler


def decisions(answer):
    return {name for name, value in answer.items() if value == "yes"}


def test_a_cluster_with_an_intact_trail_needs_nothing(run, account):
    answer = run()
    assert decisions(answer) == set()
    assert (answer["ClusterIdentifier"], answer["ParameterGroup"], answer["InstancesToReboot"]) == ("graph", "audited", [])


def test_a_cluster_that_does_not_exist_is_refused(run):
    with pytest.raises(Exception, match="cluster-GONE is not a Neptune cluster"):
        run(DbClusterResourceId="cluster-GONE")


def test_a_cluster_of_another_engine_is_refused(run):
    with pytest.raises(Exception, match="cluster-AURORA is not a Neptune cluster"):
        run(DbClusterResourceId="cluster-AURORA")


def test_a_cluster_that_is_not_available_is_refused(run, account):
    account.graph["Status"] = "modifying"
    with pytest.raises(Exception, match="graph is modifying"):
        run()


def test_a_parameter_that_is_off_is_set_and_every_member_needs_a_reboot_readers_first(run, account):
    account.groups["audited"] = ("neptune1.3", OFF)
    answer = run()
    assert decisions(answer) == {"SetAudit"}
    assert answer["InstancesToReboot"] == ["reader-1", "reader-2", "writer"]
    assert answer["WaitingInstances"] == "reader-1, reader-2, writer"


def test_a_parameter_without_a_value_is_off(run, account):
    account.groups["audited"] = ("neptune1.3", ON | {"neptune_enable_audit_log": None})
    assert decisions(run()) == {"SetAudit"}


def test_instances_are_rebooted_only_when_asked(run, account):
    account.groups["audited"] = ("neptune1.3", OFF)
    assert decisions(run(RebootInstances="true")) == {"SetAudit", "Reboot"}


def test_only_an_instance_that_waits_for_a_reboot_gets_one(run, account):
    account.graph["DBClusterMembers"] = [member("writer", True, "pending-reboot"), member("reader"), member("busy", False, "applying")]
    answer = run(RebootInstances="true")
    assert decisions(answer) == {"Reboot"}
    assert answer["InstancesToReboot"] == ["writer"]


def test_an_export_that_is_missing_is_enabled(run, account):
    account.graph["EnabledCloudwatchLogsExports"] = ["slowquery"]
    answer = run()
    assert decisions(answer) == {"EnableExports"}
    assert answer["ExportsToEnable"] == ["audit"]


def test_an_export_that_is_being_enabled_is_not_asked_for_again(run, account):
    del account.graph["EnabledCloudwatchLogsExports"]
    account.graph["PendingModifiedValues"] = {"PendingCloudwatchLogsExports": {"LogTypesToEnable": ["audit"]}}
    assert decisions(run()) == set()
    assert run("verify")["Left"] == ["the export of audit is still being enabled"]


def test_an_export_that_is_being_disabled_is_enabled(run, account):
    account.graph["PendingModifiedValues"] = {"PendingCloudwatchLogsExports": {"LogTypesToDisable": ["audit"]}}
    assert run()["ExportsToEnable"] == ["audit"]


class TestDefaultGroup:
    NAME = "neptune-audit-graph-neptune1-3"

    @pytest.fixture(autouse=True)
    def default_group(self, account):
        account.graph["DBClusterParameterGroup"] = "default.neptune1.3"

    def test_it_is_replaced_by_a_group_of_the_same_family(self, run):
        answer = run()
        assert decisions(answer) == {"CreateGroup", "AttachGroup", "SetAudit"}
        assert (answer["ParameterGroup"], answer["Family"]) == (self.NAME, "neptune1.3")
        assert answer["InstancesToReboot"] == ["reader-1", "reader-2", "writer"]

    def test_a_group_that_a_broken_run_left_is_used(self, run, account):
        account.groups[self.NAME] = ("neptune1.3", ON)
        assert decisions(run()) == {"AttachGroup"}

    def test_a_group_of_that_name_and_another_family_is_refused(self, run, account):
        account.groups[self.NAME] = ("neptune1.2", ON)
        with pytest.raises(Exception, match=f"{self.NAME} is of family neptune1.2, not neptune1.3"):
            run()

    def test_other_clusters_on_the_default_group_do_not_matter(self, run, account):
        account.clusters[1]["DBClusterParameterGroup"] = "default.neptune1.3"
        assert run()["OtherClusters"] == "none"

    def test_verify_fails_while_the_cluster_still_has_it(self, run):
        with pytest.raises(Exception, match="the cluster still has neptune1.3's default group"):
            run("verify")


class TestSharedGroup:
    @pytest.fixture(autouse=True)
    def shared_group(self, account):
        account.groups["audited"] = ("neptune1.3", dict(OFF))
        account.clusters[1]["DBClusterParameterGroup"] = account.clusters[2]["DBClusterParameterGroup"] = "audited"

    def test_it_is_refused_with_the_names_of_the_other_clusters(self, run):
        with pytest.raises(Exception, match="audited also belongs to other, another: nothing was changed"):
            run()

    def test_it_is_changed_when_asked_and_the_other_clusters_are_named(self, run):
        answer = run(SharedParameterGroup="proceed")
        assert decisions(answer) == {"SetAudit"}
        assert answer["OtherClusters"] == "other, another"

    def test_it_does_not_matter_when_nothing_in_it_has_to_change(self, run, account):
        account.groups["audited"] = ("neptune1.3", dict(ON))
        assert run()["OtherClusters"] == "none"

    def test_what_is_left_to_do_for_the_others_is_said(self, run, account):
        account.groups["audited"] = ("neptune1.3", dict(ON))
        (left,) = run("verify", OtherClusters="other, another")["Left"]
        assert left.startswith("other, another: changed too, sharing audited")


class TestLogGroup:
    NAME = "/aws/neptune/graph/audit"
    ARN = f"arn:aws:logs:eu-west-1:111122223333:log-group:{NAME}"

    def group(self, account, **properties):
        account.log_groups = [{"logGroupName": self.NAME, **properties}]

    def test_a_missing_one_is_created_even_where_nothing_is_asked_of_it(self, run, account):
        account.log_groups = []
        answer = run()
        assert decisions(answer) == {"CreateLogGroups"}
        assert answer["LogGroupsToCreate"] == [self.NAME]

    def test_a_missing_one_is_created_with_what_is_asked(self, run, account):
        account.log_groups = []
        answer = run(RetentionInDays="365", KmsKeyId=KEY, DeletionProtection="true")
        assert decisions(answer) == {"CreateLogGroups", "RetainLogGroups", "EncryptLogGroups", "ProtectLogGroups"}
        assert answer["LogGroupsToCreate"] == answer["LogGroupsToRetain"] == answer["LogGroupsToEncrypt"] == [self.NAME]
        assert answer["LogGroupsToProtect"] == [self.ARN]
        assert answer["RetentionInDays"] == 365

    def test_a_longer_name_is_another_group(self, run, account):
        account.log_groups = [{"logGroupName": f"{self.NAME}{suffix}"} for suffix in ("-old", "-older", "-oldest")]
        assert run(RetentionInDays="365")["LogGroupsToCreate"] == [self.NAME]

    def test_it_is_found_on_a_later_page(self, run, account):
        account.log_groups = [{"logGroupName": f"{self.NAME}{suffix}", "retentionInDays": 365} for suffix in ("-a", "-b", "")]
        assert decisions(run(RetentionInDays="365")) == set()

    def test_a_shorter_retention_is_lengthened(self, run, account):
        self.group(account, retentionInDays=7)
        assert decisions(run(RetentionInDays="365")) == {"RetainLogGroups"}

    @pytest.mark.parametrize("days", [400, None])
    def test_a_longer_retention_is_kept_and_reported(self, run, account, days):
        self.group(account, **({"retentionInDays": days} if days else {}))
        assert decisions(run(RetentionInDays="365")) == set()
        (left,) = run("verify", RetentionInDays="365")["Left"]
        kept = f"{days} days" if days else "never expires"
        assert left == f"{self.NAME} keeps its longer retention ({kept}): ShortenRetention is false"

    @pytest.mark.parametrize("days", [400, None])
    def test_a_longer_retention_is_shortened_when_asked(self, run, account, days):
        self.group(account, **({"retentionInDays": days} if days else {}))
        assert decisions(run(RetentionInDays="365", ShortenRetention="true")) == {"RetainLogGroups"}

    def test_a_longer_retention_is_shortened_where_no_event_is_old_enough_to_be_lost(self, run, account):
        days_ago = (time.time() - 364 * 86400) * 1000
        self.group(account, creationTime=int(days_ago))
        assert decisions(run(RetentionInDays="365")) == {"RetainLogGroups"}
        assert decisions(run(RetentionInDays="180")) == set()

    def test_another_key_is_replaced_and_the_same_one_is_not(self, run, account):
        self.group(account, kmsKeyId=OTHER_KEY)
        assert decisions(run(KmsKeyId=KEY)) == {"EncryptLogGroups"}
        self.group(account, kmsKeyId=KEY)
        assert decisions(run(KmsKeyId=KEY)) == set()


    @pytest.mark.parametrize("days", [7, 400, None])
    def test_a_retention_that_a_policy_of_the_account_decides_is_left_and_reported(self, run, account, days):
        self.group(account, retentionPolicyName="keep-logs", **({"retentionInDays": days} if days else {}))
        asked = {"RetentionInDays": "365", "ShortenRetention": "true"}
        assert decisions(run(**asked)) == set()
        (left,) = run("verify", **asked)["Left"]
        kept = f"{days} days" if days else "never expires"
        assert left == f"{self.NAME} keeps its retention ({kept}): the account's retention policy keep-logs decides it"

    def test_nothing_is_left_where_the_policy_of_the_account_decides_what_is_asked(self, run, account):
        self.group(account, retentionPolicyName="keep-logs", retentionInDays=365)
        assert run("verify", RetentionInDays="365")["Left"] == []

    def test_one_that_can_be_deleted_is_protected_when_asked(self, run, account):
        self.group(account)
        assert decisions(run()) == set()
        assert decisions(run(DeletionProtection="true")) == {"ProtectLogGroups"}
        self.group(account, deletionProtectionEnabled=False)
        assert run(DeletionProtection="true")["LogGroupsToProtect"] == [self.ARN]
        with pytest.raises(Exception, match=f"log group {self.NAME} can still be deleted"):
            run("verify", DeletionProtection="true")

    def test_a_protected_one_is_left_alone_whatever_is_asked(self, run, account):
        self.group(account, deletionProtectionEnabled=True)
        assert decisions(run(DeletionProtection="true")) == decisions(run(DeletionProtection="false")) == set()

    def test_the_arn_is_of_the_clusters_own_partition_region_and_account(self, run, account):
        account.graph["DBClusterArn"] = "arn:aws-us-gov:rds:us-gov-west-1:444455556666:cluster:graph"
        answer = run(DeletionProtection="true")
        assert answer["LogGroupsToProtect"] == [f"arn:aws-us-gov:logs:us-gov-west-1:444455556666:log-group:{self.NAME}"]


class TestCallers:
    OFF = ("the audit log does not name callers: IAM authentication is off. "
           "Have every client sign its requests, then turn it on")

    @pytest.fixture(autouse=True)
    def without_iam_authentication(self, account):
        account.graph["IAMDatabaseAuthenticationEnabled"] = False

    def test_iam_authentication_that_is_off_is_reported_and_left_off(self, run):
        assert decisions(run()) == set()
        assert run("verify")["Left"] == [self.OFF]

    def test_a_cluster_that_does_not_say_has_it_off(self, run, account):
        del account.graph["IAMDatabaseAuthenticationEnabled"]
        assert run("verify")["Left"] == [self.OFF]

    def test_a_change_that_is_pending_is_said_to_be(self, run, account):
        account.graph["PendingModifiedValues"] = {"IAMDatabaseAuthenticationEnabled": True}
        (left,) = run("verify")["Left"]
        assert left == "the audit log does not name callers: IAM authentication is still being turned on"

    def test_the_slow_query_log_is_not_about_callers(self, run, account):
        account.groups["audited"] = ("neptune1.3", ON | {"neptune_enable_slow_query_log": "info"})
        account.graph["EnabledCloudwatchLogsExports"] = ["slowquery"]
        assert run("verify", LogTypes="slowquery")["Left"] == []


def test_log_types_are_read_as_the_rule_reads_them(run, account):
    account.graph["EnabledCloudwatchLogsExports"] = []
    assert run(LogTypes=" audit , audit ")["ExportsToEnable"] == ["audit"]


class TestSlowQuery:
    def test_both_logs_are_repaired_at_once(self, run, account):
        account.groups["audited"] = ("neptune1.3", OFF)
        answer = run(LogTypes="slowquery,audit")
        assert decisions(answer) == {"SetAudit", "SetSlowQuery", "EnableExports"}
        assert answer["ExportsToEnable"] == ["slowquery"]

    @pytest.mark.parametrize("value", ["info", "debug"])
    def test_both_levels_count_as_on(self, run, account, value):
        account.groups["audited"] = ("neptune1.3", ON | {"neptune_enable_slow_query_log": value})
        assert decisions(run(LogTypes="slowquery")) == {"EnableExports"}

    def test_it_needs_no_reboot(self, run, account):
        account.graph["DBClusterMembers"] = [member("writer", True, "pending-reboot")]
        assert run(LogTypes="slowquery", RebootInstances="true")["InstancesToReboot"] == []

    def test_an_engine_without_the_parameter_is_refused(self, run, account):
        account.groups["audited"] = ("neptune1", {"neptune_enable_audit_log": "1"})
        with pytest.raises(Exception, match="this engine version does not write slowquery logs"):
            run(LogTypes="audit,slowquery")


class TestVerify:
    def test_it_says_that_nothing_is_left(self, run):
        assert run("verify") == {"Left": [], "Summary": "cluster graph: nothing is left to do"}

    def test_a_reboot_that_was_not_wanted_is_left_even_while_the_status_lags_behind(self, run):
        answer = run("verify", WaitingInstances="reader-1, writer")
        assert answer["Left"] == [f"{name} must be rebooted before the parameter group is in effect" for name in ("reader-1", "writer")]
        assert "writer must be rebooted" in answer["Summary"]

    def test_a_reboot_that_was_made_is_judged_by_the_status(self, run, account):
        assert run("verify", RebootInstances="true", WaitingInstances="writer")["Left"] == []
        account.graph["DBClusterMembers"] = [member("writer", True, "pending-reboot"), member("reader", False, "failed-to-apply")]
        left = run("verify", RebootInstances="true", WaitingInstances="writer")["Left"]
        assert left == ["writer must be rebooted before the parameter group is in effect",
                        "reader (failed-to-apply) is not in sync with its parameter group"]

    def test_it_fails_and_names_every_link_that_is_still_broken(self, run, account):
        account.groups["audited"] = ("neptune1.3", OFF)
        account.graph["EnabledCloudwatchLogsExports"] = []
        account.log_groups = []
        with pytest.raises(Exception) as error:
            run("verify", RetentionInDays="365", KmsKeyId=KEY, DeletionProtection="true")
        for part in ("neptune_enable_audit_log is still off in audited", "audit is still not exported",
                     "log group /aws/neptune/graph/audit is still missing"):
            assert part in str(error.value)
        # Of a log group that is not there nothing else is said.
        assert "log group" not in str(error.value).replace("log group /aws/neptune/graph/audit is still missing", "")
