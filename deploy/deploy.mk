# Deployment. Each target says what it will do and what it needs; none but these talks to AWS.

STACK ?= neptune-audit-rule
PACK ?= neptune-audit-rule
SAM := SAM_CLI_TELEMETRY=0 PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/sam/bin/sam

# What a recipe needs, checked before its first step.
define need
	@command -v $(1) >/dev/null || { echo "$(1) is needed: $(2)"; exit 1; }
endef
define need-credentials
	@.venv/bin/python -c 'import boto3; i = boto3.client("sts").get_caller_identity(); print("Account " + i["Account"] + ", as " + i["Arn"])' 2>/dev/null \
	  || { echo "AWS credentials and a Region are needed: log in, and set AWS_PROFILE and AWS_REGION."; exit 1; }
endef

.PHONY: deploy deploy-pack undeploy package package-organization

deploy: venv sam ## Build the function and deploy template.yaml, asking for each parameter
	@echo "Builds the function and deploys the stack $(STACK): function, rule, log group, queue, alarms, dashboard."
	@echo "Needs cargo, AWS credentials, and AWS Config recording AWS::RDS::DBCluster. SAM asks for every parameter, shows"
	@echo "the changes and waits for your yes. Answers are kept in samconfig.toml."
	$(call need,cargo,https://rustup.rs)
	$(need-credentials)
	$(SAM) build
	$(SAM) deploy --guided --stack-name $(STACK) --capabilities CAPABILITY_NAMED_IAM CAPABILITY_AUTO_EXPAND

deploy-pack: venv ## Put the conformance pack on the function of the stack
	@echo "Puts the conformance pack $(PACK) on the function of the stack $(STACK), in this account and Region."
	@echo "Needs the AWS CLI, AWS credentials, and the stack (deployed with CreateRule=false, or clusters are judged twice)."
	@echo "Parameters: PACK_PARAMETERS='ParameterName=MinimumRetentionDays,ParameterValue=365 …'."
	$(call need,aws,https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html)
	$(need-credentials)
	function=$$(aws cloudformation describe-stacks --stack-name $(STACK) --output text \
	    --query "Stacks[0].Outputs[?OutputKey=='FunctionArn'].OutputValue") \
	  && aws configservice put-conformance-pack --conformance-pack-name $(PACK) \
	    --template-body file://deploy/conformance-pack.yaml \
	    --conformance-pack-input-parameters "ParameterName=FunctionArn,ParameterValue=$$function" $(PACK_PARAMETERS)
	@echo "AWS Config makes the pack now; see: aws configservice describe-conformance-pack-status --conformance-pack-names $(PACK)"

undeploy: venv sam ## Delete the conformance pack, if there is one, and the stack
	@echo "Deletes the conformance pack $(PACK), if there is one, and the stack $(STACK) with its rule, results and log."
	@echo "Neptune clusters, their parameter groups and audit logs stay as they are. Needs AWS credentials; SAM asks before."
	$(need-credentials)
	@.venv/bin/python -c 'import boto3, sys; c = boto3.client("config"); \
	  names = [p["ConformancePackName"] for page in c.get_paginator("describe_conformance_packs").paginate() for p in page["ConformancePackDetails"]]; \
	  sys.exit(0) if "$(PACK)" not in names else None; \
	  input("Delete the conformance pack $(PACK)? Enter = yes, Ctrl-C = no. "); \
	  c.delete_conformance_pack(ConformancePackName="$(PACK)"); print("The conformance pack is being deleted.")'
	$(SAM) delete --stack-name $(STACK)

package: venv ## Zip the function for Lambda, both architectures where the toolchain can, with checksums
	@echo "Builds dist/neptune-audit-rule-<architecture>.zip and its .sha256. Needs cargo; talks to no AWS account."
	$(call need,cargo,https://rustup.rs)
	PATH="$(CURDIR)/.venv/bin:$$PATH" deploy/package.sh $(ARCHITECTURES)

package-organization: package sam ## Upload what deploy/organization-stackset.yaml points to
	@echo "Uploads the arm64 zip to the bucket <BUCKET_PREFIX>-<Region> of each of REGIONS, and the plain template to the first."
	@echo "Needs the AWS CLI, credentials that may write there, and bucket policies that let the organization read."
	@test -n "$(BUCKET_PREFIX)" && test -n "$(REGIONS)" \
	  || { echo "Say where: make package-organization BUCKET_PREFIX=my-lambda-code REGIONS='eu-west-1 eu-central-1'"; exit 1; }
	$(call need,aws,https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html)
	.venv/sam/bin/python deploy/expand.py >dist/template.json
	.venv/sam/bin/python deploy/expand.py --runbook >dist/runbook.json
	version=$$(cut -c1-12 dist/neptune-audit-rule-arm64.zip.sha256) && key=neptune-audit-rule/$$version.zip \
	  && for region in $(REGIONS); do \
	    aws s3 cp dist/neptune-audit-rule-arm64.zip "s3://$(BUCKET_PREFIX)-$$region/$$key" --region $$region || exit 1; done \
	  && first=$(firstword $(REGIONS)) && template=neptune-audit-rule/$$version.json \
	  && aws s3 cp dist/template.json "s3://$(BUCKET_PREFIX)-$$first/$$template" --region $$first \
	  && aws s3 cp deploy/conformance-pack.yaml "s3://$(BUCKET_PREFIX)-$$first/neptune-audit-rule/$$version-pack.yaml" --region $$first \
	  && echo "CodeBucketPrefix=$(BUCKET_PREFIX) CodeKey=$$key" \
	  && echo "TemplateUrl=https://$(BUCKET_PREFIX)-$$first.s3.$$first.amazonaws.com/$$template" \
	  && echo "PackTemplateS3Uri=s3://$(BUCKET_PREFIX)-$$first/neptune-audit-rule/$$version-pack.yaml"
