# Deployment. Each target says what it will do and what it needs; none but these talks to AWS.
# The account and the Region are printed before anything is done there; see place.py.
#
# A target's first prerequisite, ready-…, says this and looks at tools and arguments, before the others install anything. So
# prerequisites are made in the order in which they stand, whatever -j says.
# No recipe relies on .SHELLFLAGS, which the make of macOS (3.81) does not know: where it has steps, it sets -e by itself.
.NOTPARALLEL:

STACK ?= neptune-audit-rule
PACK ?= neptune-audit-rule
# The processor: what the function is built for, and what the stack says. Blank is arm64, or that of ZIP.
ARCHITECTURE ?=
# A zip that is built already, such as a released one: then no Rust is needed.
ZIP ?=
# A file with the parameters, an object in JSON: then nothing is asked, for pipelines.
ANSWERS ?=
# The bucket for what SAM uploads; without one SAM makes a bucket for itself.
CODE_BUCKET ?=
# For an organization: the buckets <prefix>-<Region>, and the Regions.
BUCKET_PREFIX ?=
REGIONS ?=

export STACK PACK ARCHITECTURE ZIP ANSWERS CODE_BUCKET BUCKET_PREFIX REGIONS

# Only a build needs cargo-lambda, which `venv` has; the scripts need `sam` alone.
FOR_CODE = $(if $(ZIP),,venv) sam

.PHONY: deploy deploy-pack deploy-stack-set deploy-central undeploy package package-organization
.PHONY: ready-deploy ready-pack ready-stack-set ready-central ready-undeploy ready-package ready-upload

deploy: ready-deploy $(FOR_CODE) ## Build the function and deploy template.yaml: asks for each parameter, shows the changes, waits for a yes
	@deploy/deploy.sh
ready-deploy:
	@echo "Deploys the stack $(STACK): function, rule, log group, queue, alarms, dashboard. Needs AWS credentials, a Region, AWS Config"
	@echo "recording AWS::RDS::DBCluster, and cargo (or ZIP=file.zip). Nothing is changed before your yes; with ANSWERS=file nothing is asked."
	@deploy/ready.sh code

deploy-pack: ready-pack sam ## Put the conformance pack on the function of the stack: make deploy-pack ANSWERS=pack.json
	@.venv/sam/bin/python deploy/pack.py check --name "$(PACK)" $(if $(ANSWERS),--file "$(ANSWERS)")
	@set -eu; region=$$(.venv/sam/bin/python deploy/place.py); \
	  .venv/sam/bin/python deploy/pack.py put --name "$(PACK)" --stack "$(STACK)" --region "$$region" $(if $(ANSWERS),--file "$(ANSWERS)")
ready-pack:
	@echo "Puts the conformance pack $(PACK) on the function of the stack $(STACK), which was deployed with CreateRule=false."
	@echo "Needs AWS credentials and a Region. Parameters other than the defaults: ANSWERS=pack.json, such as {\"MinimumRetentionDays\": \"365\"}."
	@deploy/ready.sh

deploy-stack-set: ready-stack-set $(FOR_CODE) ## Deploy function, rule and remediation to every account of organizational units, and to those that join
	@STACK=$(STACK)-stack-set deploy/stack-set.sh --deploy
ready-stack-set:
	@echo "Uploads code and templates to the bucket <BUCKET_PREFIX>-<Region> of each of REGIONS, and deploys the stack $(STACK)-stack-set"
	@echo "with the stack set. Needs cargo (or ZIP=file.zip) and credentials of the management account, or of a delegated administrator."
	@deploy/ready.sh code regions

deploy-central: ready-central sam ## Put the rule of the whole organization on one central function, the stack
	@deploy/central.sh
ready-central:
	@echo "Lets AWS Config of every account invoke the function of the stack $(STACK), then puts the organization's rule, or its pack."
	@echo "Needs that stack (ExecutionRoleName, OrganizationId, CreateRule=false), deploy/member-role.yaml in every account, and credentials"
	@echo "of the management account, or of one that administers AWS Config for it. Run it again when an account has joined."
	@deploy/ready.sh

undeploy: ready-undeploy sam ## Delete the conformance pack, if there is one, and the stack
	@set -eu; region=$$(.venv/sam/bin/python deploy/place.py); \
	  .venv/sam/bin/python deploy/pack.py delete --name "$(PACK)" --region "$$region"; \
	  SAM_CLI_TELEMETRY=0 .venv/sam/bin/sam delete --stack-name "$(STACK)" --region "$$region"
ready-undeploy:
	@echo "Deletes the conformance pack $(PACK), if there is one, and the stack $(STACK) with its rule, results and log."
	@echo "Neptune clusters, their parameter groups and audit logs stay as they are. Needs AWS credentials and a Region; both ask before."
	@deploy/ready.sh

package: ready-package venv ## Zip the function for Lambda, for ARCHITECTURE or for all that the toolchain can, with checksums
	@deploy/package.sh $(ARCHITECTURE)
ready-package:
	@echo "Builds dist/neptune-audit-rule-<architecture>.zip and its .sha256. Needs cargo; talks to no AWS account."
	@.ci/needs platform rust python $$([ -f .venv/.installed ] || echo tools=2 disk=3)
	@deploy/package.sh --check $(ARCHITECTURE)

package-organization: ready-upload $(FOR_CODE) ## Upload what deploy/organization-stackset.yaml points to, and print its parameters
	@deploy/stack-set.sh
ready-upload:
	@echo "Uploads the zip and the pack's template to the bucket <BUCKET_PREFIX>-<Region> of each of REGIONS, and the plain template to the first."
	@echo "Needs cargo (or ZIP=file.zip), credentials that may write there, and bucket policies that let the organization read."
	@deploy/ready.sh code regions
